"""Metrics of secret files; the settings import this module before they read the first secret."""

from typing import Any

from django.dispatch import receiver
from prometheus_client import Counter, Gauge

from todoproject.metrics import NAMESPACE
from todoproject.secrets.files import look_failed, was_read

# It grows at each failed look, so an alert on its increase lasts as long as the fault.
failed_looks = Counter(
    "secret_failed_looks",
    "Looks at a secret that found it missing or broken; the last good value stayed in use.",
    ["variable"],
    namespace=NAMESPACE,
)

# The newest time of all processes: the master has read the files only once.
changed = Gauge(
    "secret_changed_timestamp_seconds",
    "When the file of a secret was last written, as its modification time says; a new pod's files are new.",
    ["variable"],
    namespace=NAMESPACE,
    multiprocess_mode="livemax",
)


@receiver(look_failed)
def count_failed_look(sender: str, **_: Any) -> None:
    failed_looks.labels(sender).inc()


@receiver(was_read)
def set_changed(sender: str, modified: float, **_: Any) -> None:
    changed.labels(sender).set(modified)
