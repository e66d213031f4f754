"""What reaches Django and what gunicorn refuses before it, byte by byte on the wire."""

import json
import re
import socket
import time

import pytest

from tests.process.conftest import Serve
from tests.process.gunicorn_process import Gunicorn

pytestmark = pytest.mark.slow

LOGIN = b'{"username": "nobody", "password": "nothing"}'
HEAD = b"POST /auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture
def gunicorn(serve: Serve) -> Gunicorn:
    return serve()


def exchange(gunicorn: Gunicorn, *pieces: bytes) -> tuple[int, bytes]:
    """Send `pieces` as they are; return status and everything after the header section until the server is silent."""
    with socket.create_connection(("127.0.0.1", gunicorn.port), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
        received = b""
        connection.settimeout(1)
        try:
            while data := connection.recv(65536):
                received += data
        except (TimeoutError, ConnectionResetError):
            pass
    match = re.match(rb"HTTP/1\.1 (\d{3})", received)
    assert match, received
    return int(match[1]), received.partition(b"\r\n\r\n")[2]


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def test_a_request_line_of_8190_bytes_is_served(gunicorn: Gunicorn) -> None:
    line = b"GET /nothing?" + b"x" * (8190 - len("GET /nothing? HTTP/1.1")) + b" HTTP/1.1\r\n"
    assert exchange(gunicorn, line + b"Host: localhost\r\n\r\n")[0] == 404


def test_a_longer_request_line_is_414(gunicorn: Gunicorn) -> None:
    assert exchange(gunicorn, b"GET /" + b"x" * 8200 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")[0] == 414


@pytest.mark.parametrize(
    "headers",
    [b"X-Long: " + b"x" * 9000 + b"\r\n", b"".join(b"X-%d: 1\r\n" % number for number in range(120))],
    ids=["one too long", "too many"],
)
def test_headers_above_the_limits_are_431(gunicorn: Gunicorn, headers: bytes) -> None:
    assert exchange(gunicorn, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + headers + b"\r\n")[0] == 431


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["words", "version", "header", "length", "two lengths", "length and chunks", "chunk size"],
)
def test_what_is_no_http_is_refused_with_a_4xx(gunicorn: Gunicorn, request_bytes: bytes) -> None:
    assert 400 <= exchange(gunicorn, request_bytes)[0] < 500


def test_refused_requests_are_logged_by_their_kind_without_what_they_held(gunicorn: Gunicorn) -> None:
    exchange(gunicorn, b"GET /?token=hidden-in-the-query HTTP/9.9\r\nAuthorization: Bearer hidden-token\r\n\r\n")
    (refused,) = [record for record in gunicorn.records() if "Invalid request" in record["message"]]
    assert refused["message"].endswith("InvalidHTTPVersion")
    assert "hidden" not in gunicorn.log.read_text()


@pytest.mark.parametrize("path", ["/healthz", "/nothing", "/schema"])
def test_head_sends_the_headers_alone(gunicorn: Gunicorn, path: str) -> None:
    head = b"HEAD %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % path.encode()
    assert exchange(gunicorn, head)[1] == b""


def test_a_chunked_body_is_served_like_any_other(gunicorn: Gunicorn) -> None:
    whole = HEAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(LOGIN) + LOGIN
    chunked = HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunk(LOGIN[:7]) + chunk(LOGIN[7:])
    answers = [exchange(gunicorn, whole), exchange(gunicorn, chunked, chunk(b""))]
    assert [status for status, _ in answers] == [401, 401]
    first, second = ({**json.loads(body), "request_id": ""} for _, body in answers)
    assert first == second


def test_a_chunked_body_above_the_limit_is_413(gunicorn: Gunicorn) -> None:
    megabyte = chunk(b" " * 1024 * 1024)
    status, body = exchange(gunicorn, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", megabyte, chunk(b" "), chunk(b""))
    assert status == 413
    assert json.loads(body)["type"] == "/docs/errors/payload-too-large"


def test_a_content_length_above_the_limit_is_413_before_the_body_is_sent(gunicorn: Gunicorn) -> None:
    started = time.monotonic()
    status, body = exchange(gunicorn, HEAD + b"Content-Length: 1048577\r\n\r\n")
    assert status == 413
    assert json.loads(body)["type"] == "/docs/errors/payload-too-large"
    assert time.monotonic() - started < 3


def test_a_forged_scheme_is_not_believed_by_gunicorn_either(gunicorn: Gunicorn) -> None:
    forged = {"X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "on", "X-Forwarded-Protocol": "ssl"}
    answer = gunicorn.ask("GET", "/admin", headers=forged)
    assert not answer.headers["Location"].startswith("https")
