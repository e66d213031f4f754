"""Ships the audit trail to a CloudWatch log group by watchtower; imported (boto3: 25 MB) only if there is a group.

watchtower sends batches in a thread, which starts at the first record and so after the fork. A request only appends to
its queue, which has no bound: this module adds one. stdout has all records, also those that are dropped here.
"""

import logging
import secrets
import threading
import warnings
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from prometheus_client import Counter
from watchtower import CloudWatchLogHandler, WatchtowerWarning

from todoproject.metrics import NAMESPACE

logger = logging.getLogger(__name__)
warnings.simplefilter("ignore", WatchtowerWarning)

# 10,000 records of 0.5 KB (bulk ones: 12 KB at most) are 5 MB a worker: 200 s without CloudWatch at 50 writes a second.
QUEUE_RECORDS = 10_000
# One attempt: the loop below is the retry. A put takes some 10 ms.
CONFIG = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 1}, max_pool_connections=1)
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 30.0

dropped = Counter("audit_records_dropped", "Records that will never be in CloudWatch Logs.", namespace=NAMESPACE)
failed = Counter("audit_deliveries_failed", "Attempts to deliver records that failed.", namespace=NAMESPACE)


class AuditHandler(CloudWatchLogHandler):
    """Queues a record, or drops and counts it if the queue is full; never waits and never raises.

    The group must exist: the process may only CreateLogStream and PutLogEvents. Each process has a stream, whose name
    has a random part: a restarted container has the same machine name and process ids.
    """

    FLUSH_TIMEOUT = 5  # seconds for `close`: part of gunicorn's graceful_timeout, behind the last request

    def __init__(self, log_group: str) -> None:
        self.stopping, self.in_flight = threading.Event(), 0
        stream = f"{{machine_name}}/{{process_id}}-{secrets.token_hex(4)}"
        super().__init__(
            log_group, stream, send_interval=1, max_batch_count=1000, boto3_client=self, create_log_group=False
        )

    @cached_property
    def client(self) -> Any:
        """The AWS client, made in watchtower's thread: it asks for credentials, and a fork must not share it."""
        return boto3.session.Session().client("logs", config=CONFIG)

    def put_log_events(self, **batch: Any) -> dict[str, Any]:
        """Send a batch until it succeeds, or once after `close`; a batch whose answer was lost arrives twice.

        watchtower calls this handler as its client, in its thread. Its own five attempts have no pauses, and then it
        drops the batch.
        """
        self.in_flight, pause = len(batch["logEvents"]), FIRST_PAUSE_SECONDS
        while True:
            last = self.stopping.is_set()
            try:
                self.put(batch)
                break
            except Exception as error:  # noqa: BLE001  a later attempt may succeed
                # Not the text: AWS repeats a wrongly signed request in it, with the session token.
                reason = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            failed.inc()
            logger.warning("The audit trail waits for CloudWatch Logs: %s", reason)
            if last or reason == "InvalidParameterException":  # the batch spans 24 hours: no attempt will succeed
                self.drop(self.in_flight, reason)
                break
            self.stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        self.in_flight = 0
        return {}

    def put(self, batch: dict[str, Any]) -> None:
        try:
            self.client.put_log_events(**batch)
        except self.client.exceptions.ResourceNotFoundException:
            # The stream is missing, or the group: then this fails too. watchtower would lose records here.
            self.client.create_log_stream(logGroupName=batch["logGroupName"], logStreamName=batch["logStreamName"])
            self.client.put_log_events(**batch)

    def queued(self) -> int:
        """Return how many records wait, without the batch that is being sent."""
        return sum(queue.qsize() for queue in self.queues.values())

    def emit(self, message: logging.LogRecord) -> None:
        if self.shutting_down or self.queued() >= QUEUE_RECORDS:
            dropped.inc()
        else:
            super().emit(message)  # type: ignore[no-untyped-call]

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802  the signature is logging's
        dropped.inc()

    def flush(self) -> None:
        """Do nothing: logging calls `close` right after this, which waits already."""

    def close(self) -> None:
        """Send the queue within FLUSH_TIMEOUT, and drop the rest; logging.shutdown calls this at exit."""
        if not self.shutting_down:
            self.stopping.set()
            super().close()  # type: ignore[no-untyped-call]
            if left := self.in_flight + max(0, self.queued() - 1):  # the last in the queue is its end
                self.drop(left, "the process ends")

    def drop(self, number: int, reason: str) -> None:
        dropped.inc(number)
        logger.error("Audit records are on stdout alone: %s", reason, extra={"dropped": number})
