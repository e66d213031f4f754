from django.apps import apps
from django.contrib.admin.apps import AdminConfig


class OperationsConfig(AdminConfig):
    """Django's admin, with our site as the one that `admin.site` and `@admin.register` mean."""

    verbose_name = "History"
    default_site = "todoproject.operations.site.OperationsSite"

    def ready(self) -> None:
        """Let every app register what it has, and add the history, which belongs to none of them."""
        super().ready()
        # All of django.contrib.auth that the site shows are the groups, which are the roles of operations staff. By a
        # configuration of our own in INSTALLED_APPS mypy's plugin would no longer find the user model.
        apps.get_app_config("auth").verbose_name = "Roles"
        from todoproject.operations import history_admin  # noqa: F401, PLC0415  needs the models
