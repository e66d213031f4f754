from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "todoproject.audit"

    def ready(self) -> None:
        """Listen to the admin's history, to logins and to lock-outs."""
        from todoproject.audit import signals  # noqa: F401, PLC0415  models come first
