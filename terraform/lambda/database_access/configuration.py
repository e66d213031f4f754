"""Reads Terraform's values from the environment at every call of a function."""

import os
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Configuration:
    """The database's address and its secrets."""

    host: str
    port: str
    database: str
    sslmode: str
    master_secret: str
    django_secret_key: str
    jwt_signing_keys: str
    app_database: str
    migrate_database: str

    @classmethod
    def from_environment(cls) -> Self:
        """Raise KeyError with the variable's name when one is missing."""
        return cls(
            host=os.environ["DB_HOST"],
            port=os.environ["DB_PORT"],
            database=os.environ["DB_NAME"],
            sslmode=os.environ["DB_SSLMODE"],
            master_secret=os.environ["MASTER_SECRET_ARN"],
            django_secret_key=os.environ["DJANGO_SECRET_KEY_ARN"],
            jwt_signing_keys=os.environ["JWT_SIGNING_KEYS_ARN"],
            app_database=os.environ["APP_DATABASE_ARN"],
            migrate_database=os.environ["MIGRATE_DATABASE_ARN"],
        )
