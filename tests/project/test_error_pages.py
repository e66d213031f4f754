"""Errors outside of the API: problems for programs, pages for people."""

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from django.templatetags.static import static
from django.test import Client
from pytest_django import Settings

STATUSES = {
    "nothing": (404, "not-found"),
    "broken": (500, "internal-error"),
    "forbidden": (403, "forbidden"),
    "suspicious": (400, "bad-request"),
    "client_left": (400, "bad-request"),
    "cannot_connect": (503, "unavailable"),
    "connection_closed": (503, "unavailable"),
    "wrong_statement": (500, "internal-error"),
    "form": (405, "method-not-allowed"),
}


@pytest.fixture
def client(settings: Settings) -> Client:
    settings.ROOT_URLCONF = "tests.project.failing_urls"
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("path", STATUSES)
def test_every_error_is_a_problem(client: Client, path: str) -> None:
    status, slug = STATUSES[path]
    response = client.get(f"/{path}?token=hidden", headers={"X-Request-ID": "my-id"})
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert "Accept" in response["Vary"]
    assert int(response["Content-Length"]) == len(response.content)
    problem = response.json()
    assert problem["type"] == f"/docs/errors/{slug}"
    assert problem["status"] == status
    assert problem["instance"] == f"/{path}"
    assert problem["request_id"] == response["X-Request-ID"] == "my-id"
    assert b"an-internal-detail" not in response.content
    assert b"hidden" not in response.content


# As Firefox and Chromium ask for a page, and as programs ask: curl, fetch(), axios, requests, an older library.
PEOPLE = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7",
    "text/html",
)
PROGRAMS = (
    None,
    "",
    "*/*",
    "application/json",
    "application/problem+json",
    "application/json, text/plain, */*",
    "application/json, text/html",
    "text/html;q=0.5, application/json",
    "text/html;q=0",
    "text/html;level*=no-such-encoding''1",
    "nonsense",
)


def page_of(client: Client, path: str, **headers: str) -> str:
    """Return the page that answers, which has the status and the request id and gives nothing else away."""
    response = client.get(f"/{path}", headers={"X-Request-ID": "my-id", **headers})
    assert response.status_code == STATUSES[path.removeprefix("admin/")][0]
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert path.startswith("admin/") or "Accept" in response["Vary"]
    page = response.content.decode()
    assert "my-id" in page
    assert "an-internal-detail" not in page
    assert not re.search(r"<style|\sstyle=|<script", page)
    return page


@pytest.mark.parametrize("path", STATUSES)
def test_below_the_admin_it_is_a_page_with_the_request_id(client: Client, path: str) -> None:
    assert page_of(client, f"admin/{path}")


@pytest.mark.parametrize(
    ("path", "accept"), [*((path, PEOPLE[0]) for path in STATUSES), *(("broken", accept) for accept in PEOPLE[1:])]
)
def test_a_browser_gets_a_page_that_leads_to_the_documentation(client: Client, path: str, accept: str) -> None:
    page = page_of(client, path, Accept=accept)
    assert 'href="/docs"' in page
    assert "/admin/" not in page


@pytest.mark.parametrize("accept", PROGRAMS)
def test_a_program_gets_a_problem(client: Client, accept: str | None) -> None:
    response = client.get("/nothing", headers={} if accept is None else {"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert "Accept" in response["Vary"]


def test_a_fault_inside_the_api_is_a_problem_whoever_asks(client: Client, db: None) -> None:
    # Java's HttpURLConnection, where a program sets nothing else.
    response = client.get("/api", headers={"Accept": "text/html, image/gif, image/jpeg, */*; q=0.2"})
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")


def test_an_error_without_a_page_is_a_page_that_says_so_in_a_browser() -> None:
    response = Client().get("/docs/errors/nothing", headers={"Accept": PEOPLE[0]})
    assert (response.status_code, response["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing at this address." in response.content.decode()


@pytest.mark.parametrize(("accept", "status"), [(PEOPLE[0], 401), ("text/html", 406)])
def test_the_api_stays_json_in_a_browser_and_says_where_people_read(accept: str, status: int) -> None:
    response = Client().get("/notices", headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert "/docs" in response.json()["detail"]


@pytest.mark.parametrize("path", ["cannot_connect", "connection_closed", "admin/cannot_connect"])
def test_an_unavailable_database_says_when_to_come_back(client: Client, path: str) -> None:
    assert 1 <= int(client.get(f"/{path}")["Retry-After"]) <= 5


@pytest.mark.django_db
def test_a_cancelled_statement_is_unavailable(client: Client) -> None:
    response = client.get("/slow_statement")
    assert (response.status_code, response["Retry-After"]) == (503, "2")


def test_headers_that_explain_the_error_stay(client: Client) -> None:
    assert client.get("/form")["Allow"] == "POST"
    response = client.get("/too_many")
    assert (response.status_code, response["Retry-After"]) == (400, "7")
    assert "ETag" not in response


@pytest.fixture
def asset(settings: Settings, tmp_path: Path) -> str:
    """A file of eight bytes that WhiteNoise serves."""
    (tmp_path / "page.css").write_bytes(b"body { }")
    settings.STATIC_ROOT = tmp_path
    return f"{settings.STATIC_URL}page.css"


def test_an_asset_knows_no_other_method_than_reading(asset: str) -> None:
    response = Client().post(asset)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert response.json()["type"] == "/docs/errors/method-not-allowed"


@pytest.mark.parametrize("path", ["/static/of-the-next-release.0123456789ab.css", "/nothing", "/docs/errors/x"])
def test_a_404_is_never_cached(path: str) -> None:
    """While traffic is split, the pods of one release are asked for assets of the other."""
    response = Client().get(path)
    assert (response.status_code, response["Cache-Control"]) == (404, "no-store")


@pytest.mark.django_db  # the end of a request looks after connections
def test_an_asset_of_the_other_release_is_served_by_its_name_with_no_store() -> None:
    here = static("docs/page.css")
    other = re.sub(r"[0-9a-f]{12}", "0123456789ab", here)
    assert other != here
    kept, moved = Client().get(here), Client().get(other)
    assert (moved.status_code, moved["Content-Type"]) == (200, "text/css")
    assert moved.getvalue() == kept.getvalue()
    for response in (moved, kept):
        response.close()
    assert moved["Cache-Control"] == "no-store"
    assert "immutable" in kept["Cache-Control"]
    assert Client().post(other).status_code == 405


@pytest.mark.parametrize("path", ["../manage.0123456789ab.py", "docs/%2e%2e/page.0123456789ab.css", "docs/page.css"])
def test_no_other_file_is_reached_by_the_name_of_an_asset(path: str) -> None:
    assert Client().get(f"/static/{path}").status_code == 404


def test_a_range_of_an_asset_is_served(asset: str) -> None:
    response = Client().get(asset, headers={"Range": "bytes=0-3"})
    assert (response.status_code, response.getvalue()) == (206, b"body")


def test_a_range_after_the_end_of_an_asset_is_a_416_with_the_length(asset: str) -> None:
    response = Client().get(asset, headers={"Range": "bytes=999999999-"})
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */8")
    assert response.json()["type"] == "/docs/errors/range-not-satisfiable"
    assert int(response["Content-Length"]) == len(response.content)


def test_an_unknown_host_is_a_problem(client: Client) -> None:
    response = client.get("/nothing", headers={"Host": "evil.example"})
    assert (response.status_code, response.json()["type"]) == (400, "/docs/errors/bad-request")


def test_a_form_without_its_csrf_token_is_a_problem(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.project.failing_urls"
    response = Client(enforce_csrf_checks=True).post("/form")
    assert (response.status_code, response.json()["type"]) == (403, "/docs/errors/forbidden")


def test_an_internal_error_is_logged_once_with_its_traceback(client: Client, caplog: Any) -> None:
    with caplog.at_level(logging.INFO):
        client.get("/broken?token=hidden")
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert errors[0].exc_info[0] is ValueError
    assert "hidden" not in caplog.text


def test_an_answer_that_is_no_error_is_left_alone(client: Client) -> None:
    assert Client().post("/form").content == b"done"
