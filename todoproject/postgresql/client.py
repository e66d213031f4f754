"""``manage.py dbshell`` with the credentials of the moment."""

from typing import Any

from django.db.backends.postgresql import client


class DatabaseClient(client.DatabaseClient):
    """Starts psql as Django does; the password goes through the environment, not the command line."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Any
    ) -> tuple[list[str], dict[str, str] | None]:
        """Return psql's arguments and environment for these settings."""
        secrets = {"USER": "USERNAME_SECRET", "PASSWORD": "PASSWORD_SECRET"}
        logins = {name: settings_dict[key].value() for name, key in secrets.items() if key in settings_dict}
        return super().settings_to_cmd_args_env({**settings_dict, **logins}, parameters)
