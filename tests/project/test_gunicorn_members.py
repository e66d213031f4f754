"""The members of gunicorn that the worker uses and no documentation promises; fails if a new gunicorn changes them."""

import ast
import inspect
from hashlib import sha256
from pathlib import Path

import pytest
from gunicorn.http import message, parser, unreader, wsgi
from gunicorn.workers import gthread

ROOT = Path(__file__).resolve().parents[2] / "todoproject"

# What the worker calls or replaces and no documentation promises, by a digest of its source. After an upgrade: read
# what has changed, look whether todoproject/server/worker.py still fits, and put the new digest here.
MEMBERS = {
    "ThreadWorker.accept": (gthread.ThreadWorker.accept, "f8dcead3dce5"),
    "ThreadWorker.enqueue_req": (gthread.ThreadWorker.enqueue_req, "c9f428953d24"),
    "ThreadWorker.get_thread_pool": (gthread.ThreadWorker.get_thread_pool, "003f3549a71b"),
    "ThreadWorker.notify": (gthread.ThreadWorker.notify, "7f509bc4046b"),
    "ThreadWorker.run": (gthread.ThreadWorker.run, "f92c7394d857"),
    "ThreadWorker.set_accept_enabled": (gthread.ThreadWorker.set_accept_enabled, "140150ebfd3c"),
    "ThreadWorker.wait_for_and_dispatch_events": (gthread.ThreadWorker.wait_for_and_dispatch_events, "ea969b352482"),
    "PollableMethodQueue": (gthread.PollableMethodQueue, "5b4a78bd3cfb"),
    "TConn": (gthread.TConn, "e3a2878ba952"),
    "Message": (message.Message, "1998788a8a48"),
    "Request": (message.Request, "5fb06ef65d3b"),
    "create and Response": (wsgi, "2b8be67bf98b"),
    "Parser": (parser.Parser, "3a9c06e348c7"),
    "IterUnreader": (unreader.IterUnreader, "fa4b976b31bd"),
}


@pytest.mark.parametrize(("member", "digest"), MEMBERS.values(), ids=MEMBERS)
def test_the_private_members_of_gunicorn_that_the_worker_uses_are_unchanged(member: object, digest: str) -> None:
    assert sha256(inspect.getsource(member).encode()).hexdigest()[:12] == digest  # type: ignore[arg-type]


def test_only_the_worker_and_its_answers_reach_into_gunicorn() -> None:
    users = set()
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gunicorn"):
                users.add((file.relative_to(ROOT).as_posix(), node.module, *sorted(name.name for name in node.names)))
    assert users == {
        ("server/gunicorn.conf.py", "gunicorn.glogging", "Logger"),
        ("server/answers.py", "gunicorn.http", "errors"),
        ("server/wsgi.py", "gunicorn.http.errors", "InvalidHeader", "UnsupportedTransferCoding"),
        ("server/worker.py", "gunicorn.http", "get_parser", "wsgi"),
        ("server/worker.py", "gunicorn.http.errors", "NoMoreData"),
        ("server/worker.py", "gunicorn.workers.gthread", "ThreadWorker"),
    }
