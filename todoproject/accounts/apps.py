from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "todoproject.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Refuse to start with a key ring that cannot be used.

        This is no system check, because gunicorn runs none.
        """
        from todoproject.secrets.key_ring import key_ring  # noqa: PLC0415  settings and apps come first

        key_ring()
