"""The HTTP server: fillers first, then moto; what neither knows is a 501 at once.

moto answers 500 to what it lacks, and the provider repeats a 500 for minutes. A 501 is not repeated and names the call.
"""

import io
import json
import re
import sys
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server
from werkzeug.test import run_wsgi_app

from tests.terraform.emulator import calls, cost_explorer, eks, saved_queries
from tests.terraform.emulator.answers import Filler, Question

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

# Answers that are kept for a call that comes again.
MOST_KEPT = 500

_FILLERS: dict[str, Filler] = {"eks": eks.answer, "ce": cost_explorer.answer, "logs": saved_queries.answer}


class Emulator:
    """One AWS account as a WSGI application. `report` collects, a line each, what nothing could answer."""

    def __init__(self, report: Path | None, *, fillers: bool) -> None:
        self._moto: Callable[[Environ, StartResponse], Iterable[bytes]] = DomainDispatcherApplication(
            create_backend_app
        )
        # moto walks through dictionaries that another request changes (RuntimeError): one request at a time.
        self._one_at_a_time = threading.Lock()
        self._kept: dict[str, tuple[threading.Lock, list[Any]]] = {}
        self._report = report
        self._fillers = _FILLERS if fillers else {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, and one that the SDK sends again as the first time.

        On a busy machine the SDK gives up waiting, and its second PutItem of a state's lock would meet its own first.
        """
        call = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if not call:
            return self._answer(environ, start_response)
        while len(self._kept) > MOST_KEPT:
            self._kept.pop(next(iter(self._kept)), None)
        lock, kept = self._kept.setdefault(call, (threading.Lock(), []))
        with lock:
            if not kept:
                body, status, headers = run_wsgi_app(self._answer, environ, buffered=True)
                kept += [status, list(headers), list(body)]
            status, headers, parts = kept
            if status >= "400":  # it may have succeeded when it comes again
                kept.clear()
        start_response(status, headers)
        return list(parts)

    def _answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
        region, service = scope.groups() if scope else ("us-east-1", "?")
        self._note(environ, service)
        try:
            if filler := self._fillers.get(service):
                answer = filler(self._question(environ, region))
                if answer is not None:
                    return _json(start_response, answer.status, answer.body)
            with self._one_at_a_time:
                return self._moto(environ, start_response)
        except Exception as error:  # noqa: BLE001 (whatever moto raises becomes a refusal that names the call)
            return self._refuse(environ, start_response, service, error)

    def _note(self, environ: Environ, service: str) -> None:
        """Add the request's IAM action to the file `calls` beside the report."""
        if not self._report:
            return
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(raw)
        address = str(environ.get("RAW_URI") or f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}")
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        found = calls.action(service, environ["REQUEST_METHOD"], address, target=target, body=raw)
        if found:
            with self._report.with_name("calls").open("a") as file:
                file.write(f"{found}\n")

    @staticmethod
    def _question(environ: Environ, region: str) -> Question:
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(raw)
        return Question(
            region=region,
            method=environ["REQUEST_METHOD"],
            # As sent: an ARN in a path keeps its %2F.
            path=str(environ.get("RAW_URI") or environ["PATH_INFO"]).split("?")[0],
            query=parse_qs(environ.get("QUERY_STRING", "")),
            operation=environ.get("HTTP_X_AMZ_TARGET", "").rsplit(".", 1)[-1],
            body=json.loads(raw or b"{}"),
        )

    def _refuse(self, environ: Environ, start_response: StartResponse, service: str, error: Exception) -> list[bytes]:
        call = environ.get("HTTP_X_AMZ_TARGET") or f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        line = {"service": service, "call": call, "error": f"{type(error).__name__}: {error}"}
        if self._report:
            with self._report.open("a") as file:
                file.write(json.dumps(line) + "\n")
        message = f"the emulator cannot do this: {service} {call}: {line['error']}"
        if "json" in environ.get("CONTENT_TYPE", ""):
            return _json(start_response, 501, {"__type": "NotEmulated", "message": message})
        text = re.sub("[<>&]", " ", message)
        xml = (
            f"<ErrorResponse><Error><Code>NotEmulated</Code><Message>{text}</Message></Error></ErrorResponse>".encode()
        )
        start_response("501 Not Implemented", [("Content-Type", "text/xml"), ("Content-Length", str(len(xml)))])
        return [xml]


def _json(start_response: StartResponse, status: int, body: dict[str, Any]) -> list[bytes]:
    raw = json.dumps(body).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(raw)))]
    if status >= HTTPStatus.BAD_REQUEST:
        headers.append(("x-amzn-ErrorType", body["__type"]))
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [raw]


def serve(port: int, report: Path | None, *, fillers: bool = True) -> None:
    """Serve on 127.0.0.1 until killed; print the port once it listens."""
    application = Emulator(report, fillers=fillers)
    server = make_server("127.0.0.1", port, application, threaded=True, request_handler=MotoRequestHandler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
