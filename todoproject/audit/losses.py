"""Counts what did not reach CloudWatch, and says so at most once a minute: the lines themselves are on stdout."""

import logging
import threading
import time

from prometheus_client import Counter

from todoproject.metrics import NAMESPACE

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 60.0

dropped_total = Counter(
    "audit_records_dropped", "Audit records that will never be in CloudWatch Logs.", namespace=NAMESPACE
)
failed_total = Counter(
    "audit_deliveries_failed", "Attempts to deliver audit records that ended in an error.", namespace=NAMESPACE
)


class Losses:
    """The numbers of this process since its start; a line of the log has what came since the last such line.

    `dropped`: records that will never be in CloudWatch. `failed`: attempts to deliver that ended in an error.
    """

    def __init__(self) -> None:
        self.dropped = self.failed = 0
        self._dropped_said = self._failed_said = 0
        self._next_drop_line = self._next_failure_line = 0.0
        self._lock = threading.Lock()

    def drop(self, number: int, reason: str) -> None:
        """Count `number` records as lost to CloudWatch."""
        dropped_total.inc(number)
        with self._lock:
            self.dropped += number
            if time.monotonic() >= self._next_drop_line:
                self._say_dropped(reason)

    def fail(self, reason: str) -> None:
        """Count one attempt that failed and will be made again."""
        failed_total.inc()
        with self._lock:
            self.failed += 1
            if time.monotonic() >= self._next_failure_line:
                self._next_failure_line = time.monotonic() + SECONDS_BETWEEN_LINES
                new, self._failed_said = self.failed - self._failed_said, self.failed
                logger.warning("The audit trail waits for CloudWatch Logs: %s", reason, extra={"failed": new})

    def say_the_rest(self) -> None:
        """Log the drops since the last line about drops, if there are any."""
        with self._lock:
            if self.dropped > self._dropped_said:
                self._say_dropped("the process ends")

    def _say_dropped(self, reason: str) -> None:
        self._next_drop_line = time.monotonic() + SECONDS_BETWEEN_LINES
        new, self._dropped_said = self.dropped - self._dropped_said, self.dropped
        logger.error("Audit records are on stdout alone, not in CloudWatch Logs: %s", reason, extra={"dropped": new})


losses = Losses()
