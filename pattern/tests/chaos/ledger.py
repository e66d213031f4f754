"""Clients who write and read back all the time, and a ledger of what they were told."""

import http.client
import json
import threading
import time
import uuid
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from local.at_work import at_work
from local.postgresql import Server

# Kept below prod's API_RATE, ten requests a second.
REST_SECONDS = 0.25
CLIENT_TIMEOUT = 10.0
CATCH_UP_SECONDS = 60.0
# Not now, says the service; nothing else may come where an answer was due.
PASSING = {409, 429, 503}


@dataclass
class Ledger:
    """The columns of a row; `notes` say what was wrong."""

    sent: int = 0
    answered: int = 0
    wrong: int = 0
    lost: int = 0
    notes: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, text: str) -> None:
        with self.lock:
            self.wrong += 1
            self.notes.append(text)

    def settle(self, server: Server, *, prefix: str) -> None:
        """Compare with the table: what was acknowledged is there, and nothing is there twice."""
        with server.connect("service") as connection:
            found = connection.execute("SELECT text FROM conformance_notice WHERE text LIKE %s", [f"{prefix}%"])
            there = Counter(text for (text,) in found.fetchall())
        self.lost += len(set(self.acknowledged) - there.keys())
        for text, times in there.items():
            if times > 1:
                self.note(f"{text} is there {times} times")


class Client:
    """One user who sends requests, each over a connection of its own."""

    def __init__(self, port: int, token: str, ledger: Ledger) -> None:
        self.port, self.ledger = port, ledger
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Return status and JSON; status 0 for no answer."""
        with self.ledger.lock:
            self.ledger.sent += 1
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=CLIENT_TIMEOUT)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {**self.headers, **headers})
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()
        with self.ledger.lock:
            self.ledger.answered += 1
        return response.status, json.loads(content) if content else None

    def write(self, text: str) -> None:
        """Write once, whatever it takes, and read it back."""
        key, deadline = uuid.uuid4().hex, time.monotonic() + CATCH_UP_SECONDS
        while True:
            status, row = self.ask("POST", "/notices", {"text": text}, **{"Idempotency-Key": key})
            if status == 201:
                break
            if status not in {0, *PASSING}:
                self.ledger.note(f"POST {text}: {status} {row}")
                return
            if time.monotonic() > deadline:
                self.ledger.note(f"POST {text}: no good answer in {CATCH_UP_SECONDS:.0f} s, at last {status}")
                return
            time.sleep(REST_SECONDS)
        if row["text"] != text:
            self.ledger.note(f"POST {text}: {row}")
        with self.ledger.lock:
            self.ledger.acknowledged.append(text)
        status, read = self.ask("GET", f"/notices/{row['id']}")
        if (status == 200 and read != row) or status not in {0, 200, *PASSING}:
            self.ledger.note(f"GET {text}: {status} {read}")


def writing(clients: list[Client], *, prefix: str) -> AbstractContextManager[None]:
    """Let each client write until the block ends, and end what it has begun."""

    def work(number: int, client: Client, end: threading.Event) -> None:
        written = 0
        while not end.is_set():
            client.write(f"{prefix}{number}-{written}")
            written += 1
            end.wait(REST_SECONDS)

    return at_work([partial(work, *pair) for pair in enumerate(clients)], seconds_to_end=2 * CATCH_UP_SECONDS)
