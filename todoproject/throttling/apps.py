from django.apps import AppConfig


class ThrottlingConfig(AppConfig):
    name = "todoproject.throttling"
    label = "throttling"
