"""Requests that reach Django and those that gunicorn refuses, byte by byte on the wire."""

import json
import re
import socket
from http.client import HTTPResponse

import pytest

from tests.patience import patient
from tests.process.conftest import Serve
from tests.process.gunicorn_process import Gunicorn
from todoproject.http.body_limit import limit_of

pytestmark = pytest.mark.slow

TODO = b'{"text": "sent in pieces"}'
HEAD = b"POST /notices HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
LIMIT = limit_of("/notices")
TOO_LARGE = b"Content-Length: %d\r\n\r\n" % (LIMIT + 1)


@pytest.fixture(scope="module")
def gunicorn(serve_module: Serve) -> Gunicorn:
    """One for all tests here, which change nothing in it."""
    return serve_module(METRICS_PORT="0")


def exchange(gunicorn: Gunicorn, *pieces: bytes) -> tuple[int, bytes]:
    """Send `pieces` as they are; return status and everything after the header section until the server is silent."""
    with socket.create_connection(("127.0.0.1", gunicorn.port), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
        received = b""
        try:
            while data := connection.recv(65536):
                received += data
                connection.settimeout(patient(1))
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


@pytest.mark.parametrize("path", ["/healthz", "/nothing", "/auth/token"])
def test_no_answer_says_what_serves(gunicorn: Gunicorn, path: str) -> None:
    assert "Server" not in gunicorn.ask("GET", path).headers


def test_an_unknown_version_is_refused_and_logged_by_its_kind_without_what_the_request_held(gunicorn: Gunicorn) -> None:
    request = b"GET /?token=hidden-in-the-query HTTP/9.9\r\nAuthorization: Bearer hidden-token\r\n\r\n"
    assert 400 <= exchange(gunicorn, request)[0] < 600
    (line,) = [record for record in gunicorn.records("access") if record.get("reason") == "InvalidHTTPVersion"]
    assert (line["method"], line["path"], line["status"], line["user_id"]) == ("GET", "/", 400, None)
    assert "hidden" not in gunicorn.log.read_text()


@pytest.mark.parametrize("path", ["/healthz", "/nothing", "/schema"])
def test_head_sends_the_headers_alone(gunicorn: Gunicorn, path: str) -> None:
    head = b"HEAD %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % path.encode()
    assert exchange(gunicorn, head)[1] == b""


def test_an_answer_that_has_no_body_has_no_length(gunicorn: Gunicorn, caller: dict[str, str]) -> None:
    todo = gunicorn.ask("POST", "/notices", TODO, caller).json["id"]
    for method, headers, status in (("GET", {"If-None-Match": "*"}, 304), ("DELETE", {}, 204)):
        answer = gunicorn.ask(method, f"/notices/{todo}", headers=caller | headers)
        assert (answer.status, answer.body) == (status, b"")
        assert {"Content-Length", "Transfer-Encoding"}.isdisjoint(answer.headers)


def test_a_chunked_body_is_served_like_any_other(gunicorn: Gunicorn, caller: dict[str, str]) -> None:
    head = HEAD + b"Authorization: %s\r\nConnection: close\r\n" % caller["Authorization"].encode()
    status, body = exchange(
        gunicorn, head + b"Transfer-Encoding: chunked\r\n\r\n", chunk(TODO[:7]), chunk(TODO[7:]), chunk(b"")
    )
    assert status == 201
    assert json.loads(body)["text"] == "sent in pieces"


def test_a_chunked_body_above_the_limit_is_413(gunicorn: Gunicorn) -> None:
    head = HEAD.replace(b"/notices", b"/auth/token")
    for pieces in ([chunk(b" " * 4096), chunk(b" "), chunk(b"")], [chunk(b" ")] * 4096):
        status, body = exchange(gunicorn, head + b"Transfer-Encoding: chunked\r\n\r\n", b"".join(pieces))
        assert status == 413
        assert json.loads(body)["type"] == "/docs/errors/payload-too-large"


def test_a_transfer_coding_other_than_chunked_is_501_and_nothing_is_made_of_the_body(
    gunicorn: Gunicorn, caller: dict[str, str]
) -> None:
    head = HEAD + b"Authorization: %s\r\n" % caller["Authorization"].encode()
    unpacked = b'{"text": "never unpacked"}'
    status, body = exchange(gunicorn, head + b"Transfer-Encoding: gzip, chunked\r\n\r\n", chunk(unpacked), chunk(b""))
    assert status == 501
    assert json.loads(body)["title"] == "Not Implemented"
    assert b"never unpacked" not in gunicorn.ask("GET", "/notices", headers=caller).body


def test_a_content_type_in_an_unknown_charset_is_one_that_nobody_takes(
    gunicorn: Gunicorn, caller: dict[str, str]
) -> None:
    unreadable = {**caller, "Content-Type": "application/json;a*=zz''b"}
    assert gunicorn.ask("GET", "/healthz", headers=unreadable).status == 200
    answer = gunicorn.ask("POST", "/notices", TODO, unreadable)
    assert (answer.status, answer.json["type"]) == (415, "/docs/errors/unsupported-media-type")


def test_a_refused_body_is_not_waited_for_and_the_answer_has_what_every_answer_has(gunicorn: Gunicorn) -> None:
    identifier = "too-large"
    with socket.create_connection(("127.0.0.1", gunicorn.port), timeout=10) as connection:
        connection.sendall(HEAD + b"X-Request-ID: %s\r\nTransfer-Encoding: chunked\r\n\r\n" % identifier.encode())
        for _ in range(LIMIT // 8192 + 1):  # a little more than the limit, and no end
            connection.sendall(chunk(b" " * 8192))
        answer = HTTPResponse(connection)
        answer.begin()
        problem = json.loads(answer.read())
    assert (answer.status, answer.headers["X-Request-ID"], problem["request_id"]) == (413, identifier, identifier)
    assert [record["status"] for record in gunicorn.records("access") if record["request_id"] == identifier] == [413]


REFUSED_BY_THE_SERVER = {
    400: [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\nHost: a\n\n",
        b"GET /nothing HTTP/1.1\r\n\r\n",  # no host
        b"GET /healthz HTTP/1.1\r\nno colon\r\n\r\n",
        HEAD + b"Content-Length: ten\r\n\r\n",
        HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        HEAD + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    413: [HEAD + TOO_LARGE],  # and no body
    414: [b"GET /" + b"x" * 8200 + b" HTTP/1.1\r\n\r\n", b"GET /" + b"x" * 40_000],
    417: [HEAD + b"Expect: a-present\r\n\r\n"],
    431: [
        HEAD + b"X-Long: " + b"x" * 9000 + b"\r\n\r\n",
        HEAD + b"X-Many: x\r\n" * 120 + b"\r\n",
        HEAD + b"X-Many: x\r\n" * 4000,
    ],
    501: [HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n", HEAD + b"Transfer-Encoding: x\r\n\r\n"],
}


@pytest.mark.parametrize(
    ("status", "request_bytes"),
    [(status, each) for status, some in REFUSED_BY_THE_SERVER.items() for each in some],
    ids=[f"{status}-{number}" for status, some in REFUSED_BY_THE_SERVER.items() for number in range(len(some))],
)
def test_a_refusal_before_django_is_a_problem_with_a_request_id_and_an_access_line(
    gunicorn: Gunicorn, status: int, request_bytes: bytes
) -> None:
    with socket.create_connection(("127.0.0.1", gunicorn.port), timeout=10) as connection:
        connection.sendall(request_bytes)
        answer = HTTPResponse(connection)
        answer.begin()
        problem = json.loads(answer.read())
        assert connection.recv(1) == b""
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert (problem["status"], problem["request_id"]) == (status, answer.headers["X-Request-ID"])
    assert re.fullmatch(r"/docs/errors/(bad-request|payload-too-large)|about:blank", problem["type"])
    (line,) = [line for line in gunicorn.records("access") if line["request_id"] == problem["request_id"]]
    assert (line["status"], line["user_id"]) == (status, None)


def test_the_log_of_one_request_does_not_reach_into_the_next(gunicorn: Gunicorn, caller: dict[str, str]) -> None:
    known = caller | {"X-Request-ID": "known"}
    for _ in range(12):
        assert gunicorn.ask("GET", "/notices?limit=1", headers=known).status == 200
        assert exchange(gunicorn, b"nonsense\r\n\r\n")[0] == 400
    refused = [line for line in gunicorn.records("access") if line["status"] == 400 and line.get("reason")]
    assert {line["user_id"] for line in refused} == {None}
    assert "known" not in {line["request_id"] for line in refused}


def test_a_client_that_waits_for_a_word_before_its_body_gets_one_unless_the_body_is_too_large(
    gunicorn: Gunicorn, caller: dict[str, str]
) -> None:
    head = HEAD + b"Authorization: %s\r\nExpect: 100-continue\r\n" % caller["Authorization"].encode()
    with socket.create_connection(("127.0.0.1", gunicorn.port), timeout=10) as connection:
        connection.sendall(head + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(TODO))
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(TODO)
        assert connection.recv(65536).startswith(b"HTTP/1.1 201 ")
    assert exchange(gunicorn, head + TOO_LARGE)[0] == 413
    assert exchange(gunicorn, head + b"Content-Length: %d\r\n\r\n" % len(TODO) + TODO)[0] == 201  # it did not wait


def test_a_header_with_an_underscore_does_not_pass_for_the_one_with_a_hyphen(gunicorn: Gunicorn) -> None:
    assert "forged" not in gunicorn.ask("GET", "/nothing", headers={"X_Request_Id": "forged"}).json["request_id"]


def test_a_forged_scheme_is_not_believed_by_gunicorn_either(gunicorn: Gunicorn) -> None:
    forged = {"X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "on", "X-Forwarded-Protocol": "ssl"}
    answer = gunicorn.ask("GET", "/admin", headers=forged)
    assert not answer.headers["Location"].startswith("https")


def test_a_metrics_port_of_zero_switches_metrics_off(gunicorn: Gunicorn) -> None:
    assert not gunicorn.metrics_folder().exists()
