from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    name = "todoproject.idempotency"
    label = "idempotency"
