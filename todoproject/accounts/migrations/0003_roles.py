"""The two roles of operations staff, and what they may do with accounts: see, and (editors) lock, revoke, lift."""

from django.db import migrations

from todoproject.admin.roles import EDITOR, READ_ONLY, grant, revoke

VIEW = [
    ("user", "view_user", "Can view user"),
    ("refreshfamily", "view_refreshfamily", "Can view login session"),
    ("failedlogin", "view_failedlogin", "Can view failed login"),
]
ACT = [
    ("user", "lock_user", "Can lock and unlock users"),
    ("refreshfamily", "revoke_refreshfamily", "Can revoke login sessions"),
    ("failedlogin", "lift_failedlogin", "Can lift lock-outs"),
]
HISTORY = [("logentry", "view_logentry", "Can view log entry")]


def forward(apps, schema_editor):
    for role, permissions in ((READ_ONLY, VIEW), (EDITOR, VIEW + ACT)):
        grant(apps, role, "accounts", permissions)
        grant(apps, role, "admin", HISTORY)


def backward(apps, schema_editor):
    for role in (READ_ONLY, EDITOR):
        revoke(apps, role, "accounts")
        revoke(apps, role, "admin")


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_operations_staff"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(forward, backward)]
