"""The handler's caches give what Django would find; private members of gunicorn and Django are unchanged."""

import ast
import inspect
from collections.abc import Generator
from hashlib import sha256
from typing import Any

import pytest
from django import db
from django.core import signals
from django.core.cache.backends.dummy import DummyCache
from django.core.exceptions import DisallowedHost
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import Http404, HttpRequest
from django.http.response import ResponseHeaders
from django.test import RequestFactory
from django.utils.connection import BaseConnectionHandler
from gunicorn.http import message, parser, unreader
from gunicorn.http import wsgi as gunicorn_wsgi
from gunicorn.workers import gthread
from pytest_django import Settings

from tests.postgresql_plugin import ROOT
from tests.sample import PLAIN
from todoproject.server import wsgi
from todoproject.server.wsgi import Handler, Request

# What todoproject calls or replaces and no documentation promises, by a digest of its source. After an upgrade: read
# what has changed, look whether ours (of gunicorn: todoproject/server/worker.py) still fits, and put the new digest
# here. A second is of Django 6.1.
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
    "create and Response": (gunicorn_wsgi, "2b8be67bf98b"),
    "Parser": (parser.Parser, "3a9c06e348c7"),
    "IterUnreader": (unreader.IterUnreader, "fa4b976b31bd"),
    "BaseHandler.resolve_request": (BaseHandler.resolve_request, "ff178c3d63ee"),
    "WSGIHandler.__call__": (WSGIHandler.__call__, "8391f497d588 10db1647b755"),
    "HttpRequest.get_host": (HttpRequest.get_host, "02735c918f5c"),
    "HttpRequest._get_raw_host": (inspect.getattr_static(HttpRequest, "_get_raw_host"), "49d5b852251e"),
    "ResponseHeaders": (ResponseHeaders, "71f3a6f4bdff"),
    "close_old_connections": (db.close_old_connections, "c352dd45e833"),
    "reset_queries": (db.reset_queries, "9989bcde56b2"),
    "BaseConnectionHandler": (BaseConnectionHandler, "08140750326d"),
    "BaseDatabaseWrapper.close_if_unusable_or_obsolete": (
        BaseDatabaseWrapper.close_if_unusable_or_obsolete,
        "9e0690a760eb 6b6ae12ebd80",
    ),
}


@pytest.mark.parametrize(("member", "digests"), MEMBERS.values(), ids=MEMBERS)
def test_the_private_members_of_gunicorn_and_django_that_we_use_are_unchanged(member: Any, digests: str) -> None:
    assert sha256(inspect.getsource(member).encode()).hexdigest()[:12] in digests.split()


def test_only_the_worker_and_its_answers_reach_into_gunicorn() -> None:
    users, folder = set(), ROOT / "todoproject"
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gunicorn"):
                users.add(
                    (
                        file.relative_to(folder).as_posix(),
                        node.module,
                        *sorted(name.name for name in node.names),
                    )
                )
    assert users == {
        ("server/gunicorn.conf.py", "gunicorn.glogging", "Logger"),
        ("server/answers.py", "gunicorn.http", "errors"),
        ("server/wsgi.py", "gunicorn.http.errors", "InvalidHeader", "UnsupportedTransferCoding"),
        ("server/worker.py", "gunicorn.http", "get_parser", "wsgi"),
        ("server/worker.py", "gunicorn.http.errors", "NoMoreData"),
        ("server/worker.py", "gunicorn.workers.gthread", "ThreadWorker"),
    }


@pytest.fixture
def receivers() -> Generator[None]:
    """Restore the receivers of the signals."""
    kept = {signal: list(signal.receivers) for signal in (signals.request_started, signals.request_finished)}
    yield
    for signal, called in kept.items():
        signal.receivers = called
        signal.sender_receivers_cache.clear()


@pytest.fixture
def serving(receivers: None) -> Handler:
    return Handler()


def asked(path: str, **headers: str) -> Any:
    return Request(RequestFactory().get(path, headers=headers).environ)


@pytest.mark.parametrize("path", [PLAIN.path, f"{PLAIN.path}/", f"{PLAIN.path}/7", "/docs", "/docs/errors/not-found"])
def test_an_address_leads_to_its_view_each_time(serving: Handler, path: str) -> None:
    (first, again), expected = (asked(path) for _ in range(2)), asked(path)
    BaseHandler.resolve_request(serving, expected)
    for request in (first, again):
        match = serving.resolve_request(request)
        assert request.resolver_match is match
        assert (match.func, match.args, match.kwargs, match.route) == (
            expected.resolver_match.func,
            expected.resolver_match.args,
            expected.resolver_match.kwargs,
            expected.resolver_match.route,
        )


def test_no_address_with_an_id_and_none_without_a_view_is_remembered(serving: Handler) -> None:
    for number in range(1, 5):
        serving.resolve_request(asked(f"{PLAIN.path}/{number}"))
        with pytest.raises(Http404):
            serving.resolve_request(asked(f"/nothing/{number}"))
    assert not serving._routes


def test_a_request_with_its_own_urlconf_is_routed_by_it(serving: Handler) -> None:
    serving.resolve_request(asked(PLAIN.path))
    request = asked(PLAIN.path)
    request.urlconf = "tests.project.failing_urls"
    with pytest.raises(Http404):
        serving.resolve_request(request)


def test_a_host_is_allowed_while_the_settings_say_so(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["one.example"]
    for _ in range(2):
        assert asked("/", Host="one.example:8000").get_host() == "one.example:8000"
    for _ in range(2):
        with pytest.raises(DisallowedHost):
            asked("/", Host="two.example").get_host()
    settings.ALLOWED_HOSTS = ["two.example"]
    assert asked("/", Host="two.example").get_host() == "two.example"
    with pytest.raises(DisallowedHost):
        asked("/", Host="one.example:8000").get_host()


def test_the_host_that_the_proxy_names_comes_first(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    assert asked("/", Host="one.example").get_host() == "one.example"
    assert asked("/", Host="one.example", X_Forwarded_Host="two.example").get_host() == "two.example"
    with pytest.raises(DisallowedHost):
        asked("/", Host="one.example", X_Forwarded_Host="three.example").get_host()


def test_few_hosts_are_remembered(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ALLOWED_HOSTS = [".example"]
    monkeypatch.setattr(wsgi, "MOST_REMEMBERED", 10)
    wsgi._hosts.clear()
    for number in range(30):
        asked("/", Host=f"host-{number}.example").get_host()
        assert len(wsgi._hosts) <= 10


def called(signal: Any) -> set[str]:
    return {receiver().__name__ for _, receiver, *_ in signal.receivers}


def test_the_signals_of_a_request_call_only_the_receivers_that_are_needed(serving: Handler, settings: Settings) -> None:
    assert called(signals.request_started) == {"close_old_connections"}
    assert called(signals.request_finished) == {"close_old_connections", "reset_urlconf"}
    assert db.close_old_connections not in {receiver() for _, receiver, *_ in signals.request_started.receivers}


class OpenCache(DummyCache):
    def close(self, **_signal: Any) -> None:
        """Hang up."""


def test_a_cache_that_keeps_something_open_is_closed_behind_each_request(receivers: None, settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.OpenCache"}}
    wsgi.without_idle_receivers()
    assert "close_caches" in called(signals.request_finished)


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_is_let_go_behind_its_request() -> None:
    db.connection.ensure_connection()
    db.connection.connection.close()
    db.connection.errors_occurred = True
    wsgi.close_old_connections()
    assert db.connection.connection is None
