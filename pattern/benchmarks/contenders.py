"""The measured programs: the service as production has it, and its peers. A line each."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local import ports
from local.secrets import read_secret
from local.state import ROOT
from pattern.benchmarks.database import Yardstick

PEERS_PYTHON = ROOT / ".venv-pattern" / "bin" / "python"
#: As the load generator's requests name the service, behind the load balancer that ends TLS.
HOST = "todos.example.com"
CONFIGURATION = ROOT / "kustomize" / "overlays" / "prod" / "configuration" / "config.env"
# What an address, a database and a certificate decide, which are this machine's here. Everything else is production's.
OF_THIS_MACHINE = {"ALLOWED_HOSTS", "AUDIT_LOG_GROUP", "AWS_REGION", "DB_HOST", "DB_NAME", "DB_PORT", "DRAIN_SECONDS"}
NOT_THE_LAPTOPS = ("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_COOKIES", "CORS_ALLOWED_ORIGINS")


def production() -> dict[str, str]:
    """Return the variables that production sets, but for those of its account."""
    lines = [line.partition("=") for line in CONFIGURATION.read_text(encoding="utf-8").splitlines()]
    return {name: value for name, is_one, value in lines if is_one and name[0] != "#" and name not in OF_THIS_MACHINE}


@dataclass(frozen=True, eq=False)
class Contender:
    """The start of one server: a command, and what its environment has beyond the common one."""

    name: str
    about: str
    #: Words with the places {python}, {workers}, {threads} and {port}.
    command: str = "{python} -m gunicorn -c todoproject/server/gunicorn.conf.py"
    variables: Mapping[str, str] = field(default_factory=dict)
    ours: bool = True

    def started_with(self, yardstick: Yardstick, database: str, port: int) -> tuple[list[str], dict[str, str]]:
        """Return command and environment."""
        python, given = str(Path(sys.executable) if self.ours else PEERS_PYTHON), production()
        places = {"python": python, "port": port, "workers": given["WEB_WORKERS"], "threads": given["WEB_THREADS"]}
        command = [word.format(**places) for word in self.command.split()]
        if self.ours:
            common = yardstick.environment(database) | given
            for name in NOT_THE_LAPTOPS:
                del common[name]
            common |= {"ALLOWED_HOSTS": HOST, "SERVER": "wsgi", "PORT": str(port)}
            common |= {"METRICS_PORT": str(ports.any_free())}
        else:
            (key,) = json.loads(read_secret(yardstick.secrets, "jwt_signing_keys"))
            common = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), **given}
            common |= {"DATABASE_URL": yardstick.url(database), "JWT_KEY": key["key"]}
        return command, {**common, **self.variables}


# The service's own worker class, threads and preloading.
_GUNICORN = "{python} -m gunicorn --workers {workers} --worker-class gthread --threads {threads} --keep-alive 65"
_WSGI = f"{_GUNICORN} --preload --no-control-socket --bind 127.0.0.1:{{port}} pattern.benchmarks.peers."
_UVICORN = "{python} -m uvicorn --workers {workers} --port {port} pattern.benchmarks.peers."
_FEATURES = "metrics, a JSON line, a rate limit, ETag, Link, CORS, security headers"

OURS = Contender("ours", "the service, as production has it")
CONFORMANCE = Contender(
    "ours, another resource",
    "a resource of tests/conformance with as many columns",
    variables={"DJANGO_SETTINGS_MODULE": "pattern.benchmarks.conformance_settings"},
)
FASTAPI = Contender("FastAPI", "SQLAlchemy 2, asyncpg, uvicorn", f"{_UVICORN}fastapi_peer:app", ours=False)
FASTAPI_FEATURES = Contender(
    "FastAPI, same features", _FEATURES, f"{_UVICORN}fastapi_features:app --no-access-log", ours=False
)
FASTAPI_TUNED = Contender(
    "FastAPI, tuned",
    "the features; raw asyncpg, orjson, remembered tokens",
    f"{_UVICORN}fastapi_tuned:app --no-access-log",
    ours=False,
)
DRF = Contender(
    "DRF",
    "Django REST framework's tutorial",
    f"{_WSGI}django_wsgi:application",
    {"ROOT_URLCONF": "pattern.benchmarks.peers.drf"},
    ours=False,
)
DRF_FEATURES = Contender(
    "DRF, same features",
    _FEATURES,
    f"{_WSGI}django_wsgi:application",
    {"ROOT_URLCONF": "pattern.benchmarks.peers.drf_features"},
    ours=False,
)
BARE = Contender("bare WSGI", "a function, psycopg; PostgreSQL makes the JSON", f"{_WSGI}bare:application", ours=False)
FEATURED = (FASTAPI_FEATURES, FASTAPI_TUNED, DRF_FEATURES)
PEERS = (BARE, FASTAPI_TUNED, FASTAPI, FASTAPI_FEATURES, DRF, DRF_FEATURES)
# In the order of their turns: who is compared most closely comes one after the other.
EVERYBODY = (BARE, FASTAPI_TUNED, FASTAPI, FASTAPI_FEATURES, OURS, CONFORMANCE, DRF, DRF_FEATURES)
