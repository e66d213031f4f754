"""What the roles of operations staff may do with todos: see, and (editors) everything."""

from django.db import migrations

from todoproject.operations.roles import EDITOR, READ_ONLY, grant, revoke

VIEW = [("todo", "view_todo", "Can view todo")]
CHANGE = [("todo", f"{verb}_todo", f"Can {verb} todo") for verb in ("add", "change", "delete")]


def forward(apps, schema_editor):
    grant(apps, READ_ONLY, "todos", VIEW)
    grant(apps, EDITOR, "todos", VIEW + CHANGE)


def backward(apps, schema_editor):
    for role in (READ_ONLY, EDITOR):
        revoke(apps, role, "todos")


class Migration(migrations.Migration):

    dependencies = [
        ("todos", "0001_initial"),
        ("accounts", "0003_roles"),
    ]

    operations = [migrations.RunPython(forward, backward)]
