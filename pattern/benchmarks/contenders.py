"""The measured programs: the service, the service with one thing changed, and its peers. A line each."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local import ports
from local.secrets import read_secret
from local.state import ROOT
from pattern.benchmarks.altered_settings import AFTER_START, ALTERATIONS
from pattern.benchmarks.database import Yardstick

PEERS_PYTHON = ROOT / ".venv-pattern" / "bin" / "python"
PROCESSES = 2


@dataclass(frozen=True, eq=False)
class Contender:
    """The start of one server: a command, and what its environment has beyond the common one."""

    name: str
    about: str
    #: Words with the places {python}, {processes} and {port}.
    command: str = "{python} -m gunicorn -c todoproject/server/gunicorn.conf.py"
    variables: Mapping[str, str] = field(default_factory=dict)
    ours: bool = True

    def started_with(self, yardstick: Yardstick, database: str, port: int) -> tuple[list[str], dict[str, str]]:
        """Return command and environment."""
        python = str(Path(sys.executable) if self.ours else PEERS_PYTHON)
        command = [word.format(python=python, port=port, processes=PROCESSES) for word in self.command.split()]
        if self.ours:
            common = yardstick.environment(database)
            common |= {"WEB_WORKERS": str(PROCESSES), "WEB_THREADS": "4", "METRICS_PORT": str(ports.any_free())}
            common |= {"API_RATE": "", "SERVER": "wsgi", "PORT": str(port)}
        else:
            (key,) = json.loads(read_secret(yardstick.secrets, "jwt_signing_keys"))
            common = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
            common |= {"DATABASE_URL": yardstick.url(database), "JWT_KEY": key["key"]}
        return command, {**common, **self.variables}


# The service's own worker class, threads and preloading.
_GUNICORN = "{python} -m gunicorn --workers {processes} --worker-class gthread --threads 4 --keep-alive 65 --preload"
_WSGI = f"{_GUNICORN} --no-control-socket --bind 127.0.0.1:{{port}} pattern.benchmarks.peers."
_UVICORN = "{python} -m uvicorn --workers {processes} --port {port} pattern.benchmarks.peers.fastapi_peer:app"

OURS = Contender("ours", "the service, as `make run` serves it")
FASTAPI = Contender("FastAPI", "FastAPI, SQLAlchemy 2, asyncpg, uvicorn", _UVICORN, ours=False)
QUIET_FASTAPI = Contender(
    "FastAPI, no access log", "the same without uvicorn's line a request", f"{_UVICORN} --no-access-log", ours=False
)
DRF = Contender(
    "DRF",
    "Django REST framework's tutorial",
    f"{_WSGI}django_wsgi:application",
    {"ROOT_URLCONF": "pattern.benchmarks.peers.drf"},
    ours=False,
)
NINJA = Contender(
    "django-ninja",
    "django-ninja's tutorial",
    f"{_WSGI}django_wsgi:application",
    {"ROOT_URLCONF": "pattern.benchmarks.peers.ninja_peer"},
    ours=False,
)
BARE = Contender("bare WSGI", "a WSGI function, psycopg, orjson", f"{_WSGI}bare:application", ours=False)
BARE_JSON = Contender(
    "bare WSGI, JSON in SQL", "the same, its JSON made by PostgreSQL", f"{_WSGI}bare_json:application", ours=False
)
PEERS = (BARE_JSON, BARE, NINJA, DRF, QUIET_FASTAPI, FASTAPI)

# One optimisation off, or one part of the work left out, at a time; what no variable can say is in altered_settings.
VARIANTS = (
    *(
        Contender(
            f"ours, {name}",
            alteration.__doc__ or "",
            variables={"DJANGO_SETTINGS_MODULE": "pattern.benchmarks.altered_settings", "ALTERATION": name},
        )
        for name, alteration in {**ALTERATIONS, **AFTER_START}.items()
    ),
    Contender("ours, uvicorn", "`SERVER=asgi`", variables={"SERVER": "asgi"}),
)
# In the order of their turns: who is compared most closely comes one after the other.
EVERYBODY = (*PEERS, OURS, *VARIANTS)
NO_AUDIT_TRAIL = next(variant for variant in VARIANTS if variant.name == "ours, no audit trail")
