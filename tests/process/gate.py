"""Stands between a client and a server on this machine, and breaks the way between them as a network can."""

import socket
import threading
from contextlib import suppress
from typing import Self


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
