"""Where a request ends, in whatever pieces it arrives, and as gunicorn's parser sees it."""

import json
import random
from contextlib import suppress

import pytest
from gunicorn.config import Config
from gunicorn.http import get_parser
from gunicorn.http.errors import NoMoreData, ParseException

from todoproject.server import answers
from todoproject.server.incoming import HeadTooLargeError, Incoming

LIMIT = 64
HEAD = b"POST /todos HTTP/1.1\r\nHost: a\r\n"
REQUESTS = [
    b"GET /todos?limit=20 HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n",
    b"\r\nGET http://a/todos HTTP/1.0\r\n\r\n",
    HEAD + b"Content-Length: 5\r\n\r\nabcde",
    HEAD + b"content-length:\t0012 \r\nExpect: 100-continue\r\n\r\n" + b"x" * 12,
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nabcde\r\n0a\r\n0123456789\r\n0\r\n\r\n",
    HEAD + b"Transfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\nTrailer: b\r\n\r\n",
]
PIECES = [*(bytes([one]) for one in b"\r\n \t:,;01f-\0"), b"\r\n", b"chunked", b"identity"]
PIECES += [b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Content-Length : 3\r\n", b"X: y\r\n z\r\n"]


def collected(data: bytes, step: int) -> tuple[bytes | None, bool]:
    """Return the first request of `data`, which arrives in pieces of `step` bytes, and whether it is the last."""
    incoming = Incoming(lambda _path: LIMIT)
    for start in range(0, len(data), step):
        incoming.buffer += data[start : start + step]
        if (request := incoming.request()) is not None:
            return request, incoming.last
    return None, incoming.last


@pytest.mark.parametrize("step", [1, 7, 10_000])
@pytest.mark.parametrize("request_bytes", REQUESTS)
def test_a_request_ends_where_it_ends_however_it_arrives(request_bytes: bytes, step: int) -> None:
    assert collected(request_bytes + b"GET /next", step) == (request_bytes, False)
    assert collected(request_bytes[:-1], step) == (None, False)


@pytest.mark.slow
def test_a_malformed_request_ends_where_it_ends_for_the_parser() -> None:
    """A request that ends earlier for one of two readers hides another one: request smuggling."""
    draw = random.Random(17)  # noqa: S311  the same requests each time
    config = Config()
    agreed = 0
    for _ in range(20_000):
        data = bytearray(draw.choice(REQUESTS))
        for _ in range(draw.randint(1, 3)):
            place = draw.randrange(len(data))
            data[place : place + draw.choice([0, 0, 1, 2])] = draw.choice(PIECES)
        with suppress(HeadTooLargeError):
            found, last = collected(bytes(data) + b"0\r\n\r\nGET /hidden HTTP/1.1\r\n\r\n", draw.choice([3, 10_000]))
            if found is None or last:
                continue
            parser = get_parser(config, [found], ("127.0.0.1", 1))
            with suppress(ParseException, StopIteration):
                request = next(parser)
                try:
                    body = request.body.read()
                except NoMoreData:
                    pytest.fail(f"the parser wants more than {found!r}")
                assert parser.unreader.buf.getvalue() == b"", found
                length = dict(request.headers).get("CONTENT-LENGTH")
                assert length is None or len(body) == int(length), found
                agreed += 1
    assert agreed > 1_000


@pytest.mark.parametrize("path", ["/todos", "//evil.example/todos"])
def test_a_refusal_names_its_path_and_no_host(path: str) -> None:
    incoming = Incoming(lambda _path: LIMIT)
    incoming.buffer += b"GET " + path.encode() + b"?a=b HTTP/1.1\r\n"
    problem = json.loads(answers.refusal(incoming, 408).partition(b"\r\n\r\n")[2])
    assert problem["instance"] == path.replace("//", "/%2F")
