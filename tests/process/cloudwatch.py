"""moto's CloudWatch Logs in a process of its own, behind a gate that breaks the way there as a network can."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.exceptions import BotoCoreError

from local import ports

LOG_GROUP = "/todo/test/audit"
READY_SECONDS = 180
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Gate:
    """Forwards connections of its port to another one: open; silent (takes them, never answers); closed (refuses)."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.connections = 0
        self._silent = False
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._accept()

    def open(self) -> None:
        self._set(silent=False)

    def silence(self) -> None:
        self._set(silent=True)

    def close(self) -> None:
        """Refuse new connections and end those that are open."""
        with suppress(OSError):  # wakes the thread in accept(), which would keep the port
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=10)
        for end in self._sockets:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._sockets.clear()

    def _set(self, *, silent: bool) -> None:
        self.close()
        self._silent = silent
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._accept()

    def _accept(self) -> None:
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._sockets.append(client)
            if not self._silent:
                server = socket.create_connection(("127.0.0.1", self.target), timeout=10)
                self._sockets.append(server)
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=pump, args=ends, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Copy until one of the two ends."""
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


class CloudWatch:
    """The service with one empty log group; `gate` is the way that the tested process takes."""

    def __init__(self, port: int, gate: Gate) -> None:
        self.gate = gate
        self.client = boto3.client(
            "logs",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="eu-central-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        self.environment = {
            **CREDENTIALS,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{gate.port}",
            "AUDIT_LOG_GROUP": LOG_GROUP,
        }

    def create_group(self) -> None:
        """Create the group, as soon as moto answers."""
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                self.client.create_log_group(logGroupName=LOG_GROUP)
            except BotoCoreError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return

    def lines(self) -> dict[str, list[dict[str, Any]]]:
        """Return what has arrived so far, by stream."""
        streams: dict[str, list[dict[str, Any]]] = {}
        for page in self.client.get_paginator("filter_log_events").paginate(logGroupName=LOG_GROUP):
            for event in page["events"]:
                streams.setdefault(event["logStreamName"], []).append(json.loads(event["message"]))
        return streams

    def targets(self) -> set[str]:
        return {line["target"] for lines in self.lines().values() for line in lines if "target" in line}

    def await_targets(self, wanted: set[str], *, seconds: float = 120) -> None:
        """Wait until a record of each of these rows is there."""
        deadline = time.monotonic() + seconds
        while missing := wanted - self.targets():
            assert time.monotonic() < deadline, f"{len(missing)} of {len(wanted)} records are not there"
            time.sleep(0.1)


@contextmanager
def cloudwatch_logs(folder: Path) -> Generator[CloudWatch]:
    """Start moto and the gate; both end with the block."""
    port = ports.any_free()
    with (folder / "moto.log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        with Gate(port) as gate:
            cloudwatch = CloudWatch(port, gate)
            cloudwatch.create_group()
            yield cloudwatch
            cloudwatch.client.close()
    finally:
        process.kill()
        process.wait(timeout=10)
