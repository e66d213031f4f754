from django.apps import apps
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate

from todoproject.admin import roles


class OperationsConfig(AdminConfig):
    """Django's admin, with our site as the one that `admin.site` and `@admin.register` mean."""

    verbose_name = "History"
    default_site = "todoproject.admin.site.OperationsSite"

    def ready(self) -> None:
        """Let every app register what it has, and add the history and the roles, which belong to none of them."""
        super().ready()
        # All of django.contrib.auth that the site shows are the groups, which are the roles of operations staff. By a
        # configuration of our own in INSTALLED_APPS mypy's plugin would no longer find the user model.
        apps.get_app_config("auth").verbose_name = "Roles"
        from todoproject.admin import history, users  # noqa: F401, PLC0415

        # Before django.contrib.auth, which comes later in INSTALLED_APPS, makes the same permissions.
        post_migrate.connect(roles.grant_new_permissions)
