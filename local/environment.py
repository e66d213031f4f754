"""The environment of the service on a laptop. The settings module is that of production; only values differ."""

import os
from collections.abc import Mapping
from pathlib import Path

from local import ports

# A laptop has no certificate and no load balancer.
LAPTOP = {
    "DEBUG": "false",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
    "SECURE_SSL_REDIRECT": "false",
    "SECURE_HSTS_SECONDS": "0",
    "SECURE_COOKIES": "false",
    "DRAIN_SECONDS": "0",
    "BIND_ADDRESS": "127.0.0.1",
    "PYTHONUNBUFFERED": "1",
}
# Variables that you may set, and their defaults.
CHOICES = {
    "PORT": "8000",
    "SERVER": "wsgi",
    "WEB_WORKERS": "2",
    "WEB_THREADS": "4",
    "API_RATE": "",
    "TRUSTED_PROXY_HOPS": "0",
    # Development servers of front ends.
    "CORS_ALLOWED_ORIGINS": "http://localhost:3000,http://localhost:5173",
    "COLOUR": "",
}
SECRET_VARIABLES = (
    "DJANGO_SECRET_KEY",
    "DJANGO_SECRET_KEY_FALLBACKS",
    "JWT_SIGNING_KEYS",
    "DB_USERNAME",
    "DB_PASSWORD",
)
DATABASE_VARIABLES = ("DB_HOST", "DB_PORT", "DB_NAME", "DB_SSLMODE", "DB_SSLROOTCERT", "DB_ROLE")


def service_environment(secrets: Path, *, database: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the service's processes.

    `database` is `database_variables(…)` or ``{"DATABASE_URL": …}``. Of the shell's variables, secrets and settings of
    another deployment are left out; CHOICES are kept.
    """
    foreign = {*SECRET_VARIABLES, *(f"{name}_FILE" for name in SECRET_VARIABLES), *DATABASE_VARIABLES, "DATABASE_URL"}
    return {
        **{name: value for name, value in os.environ.items() if name not in foreign},
        **{name: os.environ.get(name) or value for name, value in CHOICES.items()},
        **LAPTOP,
        "METRICS_PORT": os.environ.get("METRICS_PORT") or _metrics_port(os.environ.get("PORT") or CHOICES["PORT"]),
        "DJANGO_SETTINGS_MODULE": "todoproject.settings",
        "DJANGO_SECRET_KEY_FILE": str(secrets / "django_secret_key"),
        "JWT_SIGNING_KEYS_FILE": str(secrets / "jwt_signing_keys"),
        "DEMO_PASSWORD_FILE": str(secrets / "admin_password"),
        **database,
    }


def database_variables(secrets: Path, *, port: int, name: str = "service") -> dict[str, str]:
    """Return the address of the PostgreSQL in .local/, and the files with its credentials."""
    return {
        "DB_HOST": "127.0.0.1",
        "DB_PORT": str(port),
        "DB_NAME": name,
        "DB_SSLMODE": "disable",  # one machine, and the wheel's PostgreSQL has no TLS
        "DB_USERNAME_FILE": str(secrets / "db_username"),
        "DB_PASSWORD_FILE": str(secrets / "db_password"),
    }


def _metrics_port(port: str) -> str:
    """Return a port for metrics: 1000 above the service's if that is free, else any free one."""
    wanted = int(port) + 1000 if port.isascii() and port.isdigit() else 0
    return str(wanted if wanted <= 65535 and ports.is_free(wanted) else ports.any_free())
