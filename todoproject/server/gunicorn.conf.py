"""Configures gunicorn; every value from the environment, the same file in a pod and on a laptop.

Start: ``python -m gunicorn -c todoproject/server/gunicorn.conf.py`` in the repository's folder.
https://gunicorn.org/reference/settings/
"""
# ruff: noqa: N999, PLC0415  gunicorn's customary name is not a module's; hooks import what imports prometheus_client

import gc
import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from gunicorn.glogging import Logger

from todoproject.http import faults
from todoproject.logs.configuration import LOGGING
from todoproject.metrics import directory
from todoproject.secrets.environment import choice, switch, web_threads, whole_number, words
from todoproject.server import draining, limits

# prometheus_client asks for the workers' folder when it is imported. So it must be there first, and the workers below
# are named, not imported.
directory.prepare()

# docs/adr/0004: threads by default.
SERVERS = {
    "wsgi": ("todoproject.server.wsgi:application()", "todoproject.server.worker.Worker"),
    "asgi": ("todoproject.server.asgi:application()", "todoproject.server.asgi.Worker"),
}
wsgi_app, worker_class = SERVERS[choice("SERVER", default="wsgi", among=list(SERVERS))]
proc_name = "todoproject"
bind = f"{os.environ.get('BIND_ADDRESS', '0.0.0.0')}:{whole_number('PORT', default=8000, minimum=1, maximum=65535)}"  # noqa: S104  # nosec B104  a pod is reached from outside

# One process a pod by default: Kubernetes adds pods, and each worker costs its own memory. Threads share it, and wait
# for the database most of the time.
workers = whole_number("WEB_WORKERS", default=1, minimum=1, maximum=64)
threads = web_threads()

# The application is loaded once, before the fork: workers share its memory, and a bad setting stops the start instead
# of restarting workers without end. Nothing may connect to the database while loading, since a connection cannot be
# shared between processes. Reloading on edit needs each worker to load for itself.
reload = switch("RELOAD", default=False)
preload_app = not reload

# An ALB keeps idle connections for 60 s. The server must keep them longer, or a request meets a closed connection: 502.
keepalive = 65
# The heartbeat of a worker's main thread. Requests run in other threads and are bounded by their statements' deadlines.
timeout = 30
# Heartbeats are written to a file: on a disk that stalls they would kill healthy workers.
worker_tmp_dir = str(directory.parent())
control_socket_disable = True

# terminationGracePeriodSeconds must exceed the sum of the two. In `make run` nothing balances load: 0.
drain_seconds = whole_number("DRAIN_SECONDS", default=20, maximum=3600)
graceful_timeout = 30

# The pod's metrics, on a port that no load balancer knows; 0: none.
metrics_port = whole_number("METRICS_PORT", default=9000, maximum=65535)
if bind.endswith(f":{metrics_port}"):
    raise ImproperlyConfigured(
        f"PORT and METRICS_PORT are both {metrics_port}: choose another METRICS_PORT, or 0 for none."
    )

# Beyond these the answer is 414 or 431. 8,190 is the most that gunicorn can take, and a cursor may be long.
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190

# Whom to believe is decided in one place, todoproject.http.proxy: gunicorn trusts nobody's headers.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""


class GunicornLogger(Logger):  # type: ignore[misc]
    """Logs what gunicorn says, and no access lines: middleware and `todoproject.server.answers` write those."""

    def access(self, *_: Any) -> None:
        """Write nothing; building gunicorn's line costs more than our own."""


logger_class = GunicornLogger
logconfig_dict = LOGGING
accesslog = None


def on_starting(server: Any) -> None:
    """Answer for metrics, before the service itself listens: a port that is taken stops the start."""
    faults.crash_if_asked(words("FAULTS"))
    limits.give_memory_back()
    if metrics_port:
        from todoproject.metrics import server as metrics_server
        from todoproject.server.health import Readiness

        build = {"colour": os.environ.get("COLOUR", ""), "version": os.environ.get("VERSION", "")}
        address = bind.rpartition(":")[0]
        metrics_server.start(address, metrics_port, build=build, workers=lambda: server.WORKERS, readiness=Readiness())


def when_ready(server: Any) -> None:
    """Open the window in which a stopping server still answers, and set aside what lives as long as the process.

    The collector of cycles then passes over what was loaded: workers keep sharing its memory with the master, and a
    pass costs what requests have made, not what Django is made of.
    https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()
    draining.drain_on_sigterm(server, drain_seconds)
    limits.bound_answers(server.LISTENERS)


def post_fork(_server: Any, _worker: Any) -> None:
    """Say how many requests this worker can serve at a time."""
    from todoproject.metrics import capacity

    capacity.threads.set(threads)


def post_worker_init(_worker: Any) -> None:
    """Look for the database, which readiness waits for once."""
    from todoproject.server.health import startup

    startup.watch()


def child_exit(_server: Any, worker: Any) -> None:
    """Keep what a worker has counted, however it ended, and forget what it had open."""
    if metrics_port:
        from todoproject.metrics import exposition

        exposition.worker_has_ended(worker.pid)


def on_exit(_server: Any) -> None:
    """Leave nothing in shared memory."""
    directory.remove()
