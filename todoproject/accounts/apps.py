from django.apps import AppConfig

from todoproject.admin import figures, roles


class AccountsConfig(AppConfig):
    name = "todoproject.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Refuse to start with a key ring that cannot be used; let operations staff see accounts and their counts.

        Not a system check: those run in `manage.py` alone, and gunicorn would start without looking.
        """
        from todoproject.accounts.figures import lock_out_figures, user_figures  # noqa: PLC0415
        from todoproject.secrets.key_ring import key_ring  # noqa: PLC0415  settings and apps come first

        key_ring()
        roles.register(self.label, editing=())
        figures.register("accounts.view_user", user_figures)
        figures.register("accounts.view_failedlogin", lock_out_figures)
