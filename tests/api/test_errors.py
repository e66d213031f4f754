"""Every error of the API is a problem detail (RFC 9457) that a client's developer can look up."""

import json
import logging
from collections.abc import Callable
from typing import cast
from urllib.parse import unquote_to_bytes

import pytest
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from tests.api.client import ApiClient, parsed
from tests.api.threads import threads
from tests.factories import UserFactory
from tests.sample import PLAIN, every
from todoproject.api import registry
from todoproject.api.rows import Rows
from todoproject.http.problems import PROBLEM_TYPES

PATH, TEXT = PLAIN.path, PLAIN.text
SAMPLE, OTHER = {TEXT: "A text"}, {TEXT: "Another"}
MEMBERS = {"type", "title", "status", "detail", "instance", "request_id"}


def other_type(api: ApiClient, content_type: str = "text/plain") -> HttpResponse:
    response = api.generic("POST", PATH, json.dumps(SAMPLE).encode(), content_type=content_type)
    return cast(HttpResponse, response)


def used_key(api: ApiClient) -> HttpResponse:
    headers = {"Idempotency-Key": "k"}
    return [api.send("POST", PATH, body, headers=headers) for body in (SAMPLE, OTHER)][-1]


def bad_length(api: ApiClient) -> HttpResponse:
    return cast(HttpResponse, api.get(PATH, CONTENT_LENGTH="1e3"))


def not_json(api: ApiClient) -> HttpResponse:
    return api.send("GET", PATH, headers={"Accept": "text/html"})


def stale(api: ApiClient) -> HttpResponse:
    return api.send("PUT", api.create()["url"], SAMPLE, headers={"If-Match": '"9"'})


PROVOKED: dict[str, tuple[int, str, str, Callable[[ApiClient], HttpResponse]]] = {
    "no JSON": (400, "bad-request", PATH, lambda api: api.send("POST", PATH, b"{")),
    "wrong member": (400, "validation-failed", PATH, lambda api: api.send("POST", PATH, {TEXT: 1})),
    "wrong parameter": (400, "validation-failed", PATH, lambda api: api.send("GET", f"{PATH}?limit=0")),
    "1,001 parameters": (400, "bad-request", PATH, lambda api: api.send("GET", f"{PATH}?" + "a=1&" * 1001)),
    "bad length": (400, "bad-request", PATH, bad_length),
    "bad host": (400, "bad-request", PATH, lambda api: api.send("GET", PATH, headers={"Host": "evil.example"})),
    "malformed host": (400, "bad-request", PATH, lambda api: api.send("GET", PATH, headers={"Host": "a b"})),
    "no token": (401, "not-authenticated", PATH, lambda _: ApiClient().send("GET", PATH)),
    "bad token": (401, "not-authenticated", f"{PATH}/1", lambda _: ApiClient("x").send("PATCH", f"{PATH}/1", SAMPLE)),
    "no todo": (404, "not-found", f"{PATH}/1", lambda api: api.send("GET", f"{PATH}/1")),
    "no id": (404, "not-found", f"{PATH}/x", lambda api: api.send("GET", f"{PATH}/x")),
    "no path": (404, "not-found", "/nothing/here", lambda api: api.send("GET", "/nothing/here")),
    "no error page": (404, "not-found", "/docs/errors/x", lambda api: api.send("GET", "/docs/errors/x")),
    "API method": (405, "method-not-allowed", PATH, lambda api: api.send("PUT", PATH, SAMPLE)),
    "detail method": (405, "method-not-allowed", f"{PATH}/1", lambda api: api.send("POST", f"{PATH}/1", SAMPLE)),
    "invented method": (405, "method-not-allowed", PATH, lambda api: api.send("BREW", PATH)),
    "plain view method": (405, "method-not-allowed", "/docs", lambda api: api.send("POST", "/docs", SAMPLE)),
    "no acceptable type": (406, "not-acceptable", PATH, not_json),
    "stale": (412, "precondition-failed", PATH + "/{}", stale),
    "large": (413, "payload-too-large", PATH, lambda api: api.send("POST", PATH, b" " * (2**17 + 1))),
    "other type": (415, "unsupported-media-type", PATH, other_type),
    "used key": (422, "idempotency-key-reused", PATH, used_key),
}  # fmt: skip


@pytest.mark.parametrize("case", PROVOKED)
def test_an_error_is_a_problem_with_every_member_and_no_warning_in_the_log(
    api: ApiClient, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    status, slug, instance, provoke = PROVOKED[case]
    response = provoke(api)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    problem = parsed(response)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert set(problem) - {"errors"} == MEMBERS
    assert (problem["status"], problem["type"]) == (status, f"/docs/errors/{slug}")
    assert problem["instance"] == instance.format(PLAIN.model._default_manager.values_list("pk", flat=True).first())
    assert problem["title"] == PROBLEM_TYPES[slug].title
    assert problem["detail"].endswith(".")
    assert problem["request_id"] == response["X-Request-ID"]


def test_the_type_of_every_problem_is_a_page_that_explains_it(anonymous: ApiClient) -> None:
    for slug, kind in PROBLEM_TYPES.items():
        response = anonymous.send("GET", f"/docs/errors/{slug}")
        assert response.status_code == 200
        assert response["Content-Type"].startswith("text/html")
        assert kind.title.encode() in response.content


def test_405_says_what_is_allowed(api: ApiClient) -> None:
    for path, allowed in ((PATH, "POST"), (f"{PATH}/1", "PATCH"), ("/docs", "GET"), ("/auth/token", "POST")):
        assert allowed in api.send("BREW", path)["Allow"].split(", ")


def test_a_method_that_no_page_knows_is_405() -> None:
    """Django asks for a CSRF token first, and answered 403."""
    for path in ("/", "/docs", "/schema", "/docs/errors", "/docs/errors/not-found", "/admin/x"):
        for method in ("PROPFIND", "CONNECT", "DELETE", "BREW"):
            response = Client(enforce_csrf_checks=True).generic(method, path)
            assert (response.status_code, "GET" in response["Allow"]) == (405, True), (method, path)


EXCLUDING_JSON = [
    "text/html", "application/xml, text/*;q=0.9", "application/json;q=0", "application/json;q=0, */*", "*/*;q=0",
    "application/*;q=0.0, */*", "application/problem+json, application/json;q=0", "json", "image/*",
    "application/problem+json;q=0", "application/json;a*=no-such-encoding''b",
]  # fmt: skip
INCLUDING_JSON = [
    "", "*/*", "application/*", "APPLICATION/JSON", "text/html, */*;q=0.1", "application/json;q=0.001",
    "*/*;q=0, application/json", "application/problem+json", "text/csv, application/problem+json;q=0.5",
    "application/json; charset=utf-8", "text/html,application/json;q=0.9,*/*;q=0",
]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_accept_header_that_excludes_json_is_406(api: ApiClient, method: str) -> None:
    for accept in EXCLUDING_JSON:
        assert api.send(method, PATH, SAMPLE, headers={"Accept": accept}).status_code == 406, accept
    assert not PLAIN.model._default_manager.exists()


def test_an_accept_header_that_includes_json_is_served(api: ApiClient) -> None:
    for accept in INCLUDING_JSON:
        assert api.send("GET", PATH, headers={"Accept": accept}).status_code == 200, accept


def test_a_deletion_has_nothing_to_negotiate(api: ApiClient) -> None:
    """The python client of openapi-generator names problems alone, and got 406: nothing was deleted."""
    for accept in ("application/problem+json", "text/html", "application/json;q=0"):
        assert api.send("DELETE", api.create()["url"], headers={"Accept": accept}).status_code == 204
    assert not PLAIN.model._default_manager.exists()


def test_a_compressed_body_is_415(api: ApiClient) -> None:
    for coding in ("gzip", "identity, gzip"):
        response = api.send("POST", PATH, SAMPLE, headers={"Content-Encoding": coding})
        assert (response.status_code, "Content-Encoding" in parsed(response)["detail"]) == (415, True)
    assert api.send("POST", PATH, SAMPLE, headers={"Content-Encoding": "Identity"}).status_code == 201


def test_the_instance_is_a_reference_to_the_address(api: ApiClient) -> None:
    instances = {"/a%20b%3Fx": "/a%20b%3Fx", "/%C3%A9": "/%C3%A9", "//evil.example": "/%2Fevil.example"}
    for path, instance in instances.items():
        response = cast(HttpResponse, api.get("/", PATH_INFO=unquote_to_bytes(path).decode("latin-1")))
        assert parsed(response)["instance"] == instance


def test_a_body_of_another_media_type_is_415(api: ApiClient) -> None:
    for media_type in (
        *("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json"),
        *("application/jsonp", "application/merge-patch+json", "application/*", "*/*", "json"),
    ):
        assert other_type(api, media_type).status_code == 415, media_type
    assert not PLAIN.model._default_manager.exists()


@pytest.mark.parametrize(
    ("path", "limit"), [(PATH, 2**17), ("/auth/token", 2**12), ("/nothing", 2**12), ("/admin/login/", 2**18)]
)
def test_each_address_has_its_own_limit_of_bodies(api: ApiClient, path: str, limit: int) -> None:
    allowed = api.send("POST", path, b" " * limit)
    assert allowed.status_code != 413
    refused = api.send("POST", path, b" " * (limit + 1))
    assert refused.status_code == 413
    assert path.startswith("/admin/") or f"larger than {limit:,} bytes" in parsed(refused)["detail"]


def test_the_longest_values_fit_into_a_body_however_they_are_written() -> None:
    """In ASCII a character takes up to twelve bytes."""
    for resource in registry.resources():
        longest = {
            name: "\U0001f600" * (getattr(field, "max_length", None) or 1)
            for name, field in resource.form().fields.items()
        }
        assert len(json.dumps(longest)) <= resource.max_body_bytes()


def test_a_fault_of_ours_tells_the_request_id_and_nothing_internal(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("an-internal-detail")

    monkeypatch.setattr(Rows, "create", broken)
    response = api.send("POST", PATH, SAMPLE, headers={"X-Request-ID": "find-me"})
    assert settings.DEBUG is False
    assert (response.status_code, parsed(response)["request_id"]) == (500, "find-me")
    for secret in (b"an-internal-detail", b"RuntimeError", b"Traceback", b"todos/", b"rows"):
        assert secret not in response.content


def assert_unavailable(response: HttpResponse) -> None:
    assert (response.status_code, parsed(response)["type"]) == (503, "/docs/errors/unavailable")
    assert int(response["Retry-After"]) >= 1


def test_a_database_out_of_reach_is_503_and_when_to_come_back(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object) -> None:
        raise OperationalError("connection to server at 10.0.0.1 failed")

    for name in ("create", "change", "delete"):
        monkeypatch.setattr(Rows, name, unreachable)
    for method, path in (("POST", PATH), ("PATCH", f"{PATH}/1"), ("DELETE", f"{PATH}/1")):
        response = api.send(method, path, SAMPLE)
        assert_unavailable(response)
        assert b"10.0.0.1" not in response.content


@every
def test_a_read_only_database_serves_reads_with_prods_rate_and_refuses_writes_with_503(
    api: ApiClient, settings: Settings
) -> None:
    """A failover and a full disk leave one: reads never write."""
    settings.API_RATE = "600/minute"  # kustomize/overlays/prod/configuration/config.env
    row, body = api.row(), api.full()
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
    for below in ("", f"/{row.pk}", "?limit=1"):
        assert api.send("GET", api.path + below).status_code == 200
    with transaction.atomic():
        response = api.send("POST", api.path, body)
        transaction.set_rollback(True)
    assert_unavailable(response)


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_else_holds_for_too_long_is_503(api: ApiClient) -> None:
    row = api.row()

    def impatient() -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        return api.send("PATCH", f"{PATH}/{row.pk}", SAMPLE)

    with threads() as pool, transaction.atomic():
        PLAIN.model._default_manager.select_for_update().get()
        assert pool.start(impatient).result().status_code == 503


def test_below_the_admin_an_error_is_a_page_with_the_request_id(db: None) -> None:
    client = Client(headers={"X-Request-ID": "find-me"})
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    response = client.get("/admin/nothing/here/")
    assert (response.status_code, response["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert b"find-me" in response.content
