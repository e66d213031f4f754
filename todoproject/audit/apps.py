from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "todoproject.audit"

    def ready(self) -> None:
        """Connect the receivers."""
        from todoproject.audit import signals  # noqa: F401, PLC0415  models come first
