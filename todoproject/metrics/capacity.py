"""Gauges of threads and database connections, summed over the live workers.

There is no connection pool, although the names say so (docs/adr/0003): each thread keeps a connection, so requests wait
for a thread.
"""

from prometheus_client import Gauge

from todoproject.metrics import NAMESPACE


def gauge(name: str, meaning: str) -> Gauge:
    return Gauge(name, meaning, namespace=NAMESPACE, multiprocess_mode="livesum")


threads = gauge("threads", "Threads that serve requests: no more connections than this are ever open for them.")
connections = gauge("pool_size", "Open database connections.")
in_use = gauge("pool_in_use", "Database connections that a request has used and not given back, by ending, yet.")
waiting = gauge("pool_waiting", "Connections of clients that wait for a thread.")
