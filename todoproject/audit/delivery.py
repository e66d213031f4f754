"""Puts a batch into CloudWatch Logs, and tries again until it is there: what watchtower takes for its boto3 client.

watchtower makes five attempts without a pause and then forgets the batch, which no outage of a minute survives; and it
makes its client at once, which may ask a metadata service and must not be shared with forked workers. This one connects
at its first batch, in the thread of watchtower that calls it. A batch whose answer was lost comes twice: at least once.
"""

import threading
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from todoproject.audit.losses import losses

# One attempt: the loop below is the retry. A put takes some 10 ms.
CONFIG = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 1}, max_pool_connections=1)
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 30.0

# The batch itself is refused and will always be: an event is too old, or the batch spans more than 24 hours.
HOPELESS = frozenset({"InvalidParameterException", "SerializationException", "ValidationException"})


class Delivery:
    """Raises nothing: what cannot be delivered is counted in `losses`."""

    def __init__(self) -> None:
        self.in_flight = 0
        self._stopping = threading.Event()
        self._client: Any = None

    def stop(self) -> None:
        """Give each batch one more attempt, and pause no longer."""
        self._stopping.set()

    def put_log_events(self, **batch: Any) -> dict[str, Any]:
        """Return when the batch is delivered, is hopeless, or has failed after `stop`."""
        self.in_flight = len(batch["logEvents"])
        reason, pause = "", FIRST_PAUSE_SECONDS
        while reason not in HOPELESS:
            last = self._stopping.is_set()
            try:
                self._put(batch)
            except Exception as error:  # noqa: BLE001  whatever it is, a later attempt may succeed
                reason = name_of(error)
                losses.fail(reason)
            else:
                self.in_flight = 0
                return {}
            if last:
                break
            self._stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        losses.drop(self.in_flight, reason)
        self.in_flight = 0
        return {}

    def _put(self, batch: dict[str, Any]) -> None:
        if self._client is None:
            self._client = boto3.session.Session().client("logs", config=CONFIG)
        try:
            answer = self._client.put_log_events(**batch)
        except self._client.exceptions.ResourceNotFoundException:
            # Of the stream, or of the group: then this fails too, since we may not create groups.
            self._client.create_log_stream(logGroupName=batch["logGroupName"], logStreamName=batch["logStreamName"])
            answer = self._client.put_log_events(**batch)
        if rejected := answer.get("rejectedLogEventsInfo"):
            old = max(rejected.get("tooOldLogEventEndIndex", 0), rejected.get("expiredLogEventEndIndex", 0))
            new = self.in_flight - rejected.get("tooNewLogEventStartIndex", self.in_flight)
            losses.drop(old + new, "too old, or in the future")


def name_of(error: Exception) -> str:
    """Return the error's code and not its text: AWS repeats a wrongly signed request in it, session token included."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else type(error).__name__
