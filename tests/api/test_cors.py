"""Rights that browsers give a front end of another origin, and rights of caches."""

import pytest
from pytest_django import Settings

from tests.api.client import ApiClient
from tests.sample import PLAIN, every

PATH = PLAIN.path
OURS = "https://app.example"
FOREIGN = ["https://evil.example", "http://app.example", f"{OURS}:8443", f"{OURS}.evil", "null", ""]
PATHS = [PATH, f"{PATH}/1000000", f"{PATH}/", "/auth/token", "/schema"]


@pytest.fixture(autouse=True)
def origins(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [OURS]


def test_an_allowed_origin_may_read_the_answer_and_the_headers_that_it_needs(api: ApiClient) -> None:
    for path in PATHS:
        response = api.send("GET", path, headers={"Origin": OURS})
        assert response["Access-Control-Allow-Origin"] == OURS
        assert "Access-Control-Allow-Credentials" not in response
        exposed = response["Access-Control-Expose-Headers"].split(", ")
        assert {"Link", "ETag", "Location", "Retry-After", "Idempotency-Replayed", "X-Request-ID"} <= set(exposed)


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_origin_gets_no_permission(api: ApiClient, origin: str) -> None:
    for method in ("GET", "POST", "DELETE", "OPTIONS"):
        headers = {"Origin": origin, "Access-Control-Request-Method": "DELETE"}
        response = api.send(method, PATH, headers=headers)
        assert not [header for header in response.headers if header.startswith("Access-Control-")]


@pytest.mark.parametrize("path", PATHS)
def test_a_preflight_of_an_allowed_origin_is_answered_without_a_token(anonymous: ApiClient, path: str) -> None:
    asked = ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match"]
    headers = {"Origin": OURS, "Access-Control-Request-Headers": ",".join(asked)}
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        response = anonymous.send("OPTIONS", path, headers=headers | {"Access-Control-Request-Method": method})
        assert response.status_code in {200, 204}
        assert response["Access-Control-Allow-Origin"] == OURS
        assert method in {*response["Access-Control-Allow-Methods"].split(", "), "HEAD"}
        assert set(asked) <= set(response["Access-Control-Allow-Headers"].split(", "))
        assert int(response["Access-Control-Max-Age"]) > 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("GET", f"{PATH}/2", None, 404),
        ("PUT", PATH, {}, 405),
        ("POST", PATH, {}, 400),
        ("POST", PATH, b" " * (2**20 + 1), 413),
    ],
)
def test_a_front_end_may_read_the_errors_too(api: ApiClient, method: str, path: str, body: object, status: int) -> None:
    response = api.send(method, path, body, headers={"Origin": OURS})
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (status, OURS)


@every
def test_every_answer_of_a_resource_may_be_kept_by_the_caller_alone_and_only_after_asking_again(
    api: ApiClient, anonymous: ApiClient
) -> None:
    requests = [
        *(("GET", ""), ("HEAD", ""), ("POST", ""), ("OPTIONS", ""), ("PUT", ""), ("GET", "/1000000"), ("GET", "/2")),
        *(("PATCH", "/1000000"), ("DELETE", "/1000000"), ("DELETE", "")),
    ]
    origins: list[dict[str, str]] = [{}, {"Origin": OURS}, {"Origin": "https://evil.example"}]
    for headers in origins:
        api.row(id=1_000_000)
        answers = [api.send(method, api.path + below, api.sample(), headers=headers) for method, below in requests]
        for response in (*answers, anonymous.send("GET", api.path, headers=headers)):
            assert response["Cache-Control"] == "private, no-cache"
            assert sorted(response["Vary"].lower().split(", ")) == ["accept", "authorization", "origin"]


def test_no_cache_mistakes_the_answer_to_one_origin_for_that_to_another(anonymous: ApiClient, db: None) -> None:
    """Without an origin too: a cache must not give a front end the answer to a request that had none."""
    for path in (PATH, "/nothing", "/docs", "/schema", "/auth/token", "/admin/login/"):
        for method in ("GET", "OPTIONS"):
            for headers in ({}, {"Origin": OURS}):
                varies = anonymous.send(method, path, headers=headers)["Vary"].lower().split(", ")
                assert varies.count("origin") == 1
