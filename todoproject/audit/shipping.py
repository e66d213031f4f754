"""Ships the trail to its own CloudWatch log group; imported (boto3: 25 MB, half a second) only where there is one.

watchtower batches in a thread of its own, which starts at a process's first record and therefore behind the fork; a
request only appends to its queue. That queue has no end, so its end is here, and what it warns of (text on stderr) is
counted and logged as JSON by `losses`. A process killed at once loses a second of records, which stdout still has.
"""

import logging
import secrets
import sys
import warnings

from watchtower import CloudWatchLogHandler, WatchtowerWarning

from todoproject.audit.delivery import Delivery
from todoproject.audit.losses import losses

# 10,000 records of 0.5 KB (bulk ones: 12 KB at most) are 5 MB a worker: 200 s without CloudWatch at 50 writes a second.
QUEUE_RECORDS = 10_000
BATCH_RECORDS = 1_000
SEND_SECONDS = 1
# Part of gunicorn's graceful_timeout, behind the last request.
CLOSE_SECONDS = 5

warnings.simplefilter("ignore", WatchtowerWarning)


class AuditHandler(CloudWatchLogHandler):
    """Queues a record, or drops and counts it when the queue is full; never waits.

    The group must exist: the process may only CreateLogStream and PutLogEvents in it. Each process has its own stream,
    named by machine (the pod), process and a token, since a restarted container has the old name and process ids.
    """

    FLUSH_TIMEOUT = CLOSE_SECONDS

    def __init__(self, log_group: str) -> None:
        self.delivery = Delivery()
        super().__init__(
            log_group_name=log_group,
            log_stream_name=f"{{machine_name}}/{{process_id}}-{secrets.token_hex(4)}",
            create_log_group=False,
            send_interval=SEND_SECONDS,
            max_batch_count=BATCH_RECORDS,
            boto3_client=self.delivery,
        )

    def queued(self) -> int:
        """Return how many records wait, those of the batch on its way not counted."""
        return sum(queue.qsize() for queue in self.queues.values())

    def emit(self, message: logging.LogRecord) -> None:
        """Queue the record; logging calls this from one thread at a time."""
        if self.shutting_down:
            losses.drop(1, "the process ends")
        elif self.queued() >= QUEUE_RECORDS:
            losses.drop(1, f"{QUEUE_RECORDS} records are waiting already")
        else:
            super().emit(message)  # type: ignore[no-untyped-call]

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802  the signature is logging's
        losses.drop(1, type(sys.exception()).__name__)

    def flush(self) -> None:
        """Do nothing: logging calls it right before `close`, and two waits would be twice as long."""

    def close(self) -> None:
        """Deliver what is queued, in CLOSE_SECONDS at most; the rest is counted as dropped.

        Python's exit calls it (`logging.shutdown`), in a stopping worker too, behind its last request; until then the
        thread goes on by itself. A gunicorn hook could come earlier only where a request hangs, and that end is killed.
        """
        if self.shutting_down:
            return
        self.delivery.stop()
        super().close()  # type: ignore[no-untyped-call]
        if left := self.delivery.in_flight + max(0, self.queued() - 1):  # the last in the queue is its end
            losses.drop(left, "the process ends")
        losses.say_the_rest()
