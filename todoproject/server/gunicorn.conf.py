"""gunicorn's configuration, the same file in a pod and on a laptop: values come from the environment.

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

# prometheus_client looks for the workers' folder when it is imported. So the folder comes first, and the workers below
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

# One process a pod by default: Kubernetes adds pods, and each worker needs memory of its own. Threads share memory, and
# mostly wait for the database.
workers = whole_number("WEB_WORKERS", default=1, minimum=1, maximum=64)
threads = web_threads()

# The application is loaded once, before the fork: workers share its memory, and a bad setting stops the start instead
# of restarting workers without end. So nothing may connect to the database while loading: processes cannot share a
# connection. With RELOAD each worker loads for itself.
reload = switch("RELOAD", default=False)
preload_app = not reload

# An ALB keeps idle connections for 60 s. The server keeps them longer, or a request meets a closed connection (502).
keepalive = 65
# The heartbeat of a worker's main thread. Requests run in other threads and are bounded by their statements' deadlines.
timeout = 30
# Heartbeats are files: on a disk that stalls, healthy workers would be killed.
worker_tmp_dir = str(directory.parent())
control_socket_disable = True

# terminationGracePeriodSeconds must exceed the sum of the two. `make run` has no load balancer: 0.
drain_seconds = whole_number("DRAIN_SECONDS", default=20, maximum=3600)
graceful_timeout = 30

# The pod's metrics have a port that no load balancer knows; 0 means no metrics.
metrics_port = whole_number("METRICS_PORT", default=9000, maximum=65535)
if bind.endswith(f":{metrics_port}"):
    raise ImproperlyConfigured(
        f"PORT and METRICS_PORT are both {metrics_port}: choose another METRICS_PORT, or 0 for none."
    )

# Beyond these the answer is 414 or 431. 8,190 is gunicorn's maximum, and a cursor may be long.
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190

# gunicorn trusts no header: todoproject.http.proxy decides which proxies to believe.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""


class GunicornLogger(Logger):  # type: ignore[misc]
    """gunicorn's log without access lines: `todoproject.http.request_log` writes them."""

    def access(self, *_: Any) -> None:
        """Write nothing; gunicorn's line would hold query strings, and costs more than ours."""


logger_class = GunicornLogger
logconfig_dict = LOGGING
accesslog = None


def on_starting(server: Any) -> None:
    """Start the metrics server before the service listens: a port that is taken stops the start."""
    faults.crash_if_asked(words("FAULTS"))
    limits.give_memory_back()
    if metrics_port:
        from todoproject.metrics import server as metrics_server
        from todoproject.server.readiness import Readiness

        build = {"colour": os.environ.get("COLOUR", ""), "version": os.environ.get("VERSION", "")}
        address = bind.rpartition(":")[0]
        metrics_server.start(address, metrics_port, build=build, workers=lambda: server.WORKERS, readiness=Readiness())


def when_ready(server: Any) -> None:
    """Install draining and socket limits, and freeze what has been loaded.

    The garbage collector then skips what lives as long as the process: workers go on sharing its memory with the
    master, and a collection is short. https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()
    draining.drain_on_sigterm(server, drain_seconds)
    limits.bound_answers(server.LISTENERS)


def post_fork(_server: Any, _worker: Any) -> None:
    """Publish how many requests this worker can serve at a time."""
    from todoproject.metrics import capacity

    capacity.threads.set(threads)


def post_worker_init(_worker: Any) -> None:
    """Begin to look for the database: the worker is ready once it has been found."""
    from todoproject.server.health import startup

    startup.watch()


def child_exit(_server: Any, worker: Any) -> None:
    """Keep the counters of a worker that has ended, and drop its gauges."""
    if metrics_port:
        from todoproject.metrics import exposition

        exposition.worker_has_ended(worker.pid)


def on_exit(_server: Any) -> None:
    """Remove the metrics folder from shared memory."""
    directory.remove()
