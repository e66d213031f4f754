from django.apps import AppConfig, apps
from django.db.models.signals import pre_migrate

from todoproject.maintenance.schema_floor import refuse_older_image


class MaintenanceConfig(AppConfig):
    name = "todoproject.maintenance"

    def ready(self) -> None:
        # Django signals only for apps with models; once is enough.
        pre_migrate.connect(refuse_older_image, sender=apps.get_app_config("accounts"), dispatch_uid="schema-floor")
