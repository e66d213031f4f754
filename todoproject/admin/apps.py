from django.apps import apps
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate

from todoproject.admin import roles


class OperationsConfig(AdminConfig):
    """Django's admin with our site as `admin.site`, for which `@admin.register` registers."""

    verbose_name = "History"
    default_site = "todoproject.admin.site.OperationsSite"

    def ready(self) -> None:
        """Import the admin modules of all apps, and ours; connect the grants of roles."""
        super().ready()
        # Of django.contrib.auth the site shows only groups, which are the roles of staff. With an AppConfig for it, the
        # plugin of mypy would not find the user model.
        apps.get_app_config("auth").verbose_name = "Roles"
        from todoproject.admin import history, users  # noqa: F401, PLC0415

        # This runs before django.contrib.auth, which comes later in INSTALLED_APPS, makes the same permissions.
        post_migrate.connect(roles.grant_new_permissions)
