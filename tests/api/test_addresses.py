"""Addresses and methods: trailing slashes, HEAD, OPTIONS, and ids that are none."""

import pytest

from tests.api.client import ApiClient, parsed
from tests.sample import every

LARGEST_ID = 2**63 - 1
READ_AND_CHANGE = ("GET", "PUT", "PATCH")
NO_IDS = [
    "0", "-1", "+1", "01", "1.0", "1e3", "abc", "null", "%00", "1%00", "1%0A", "%201", "1%20", "1,2", "0x1", "1_0",
    "%D9%A1", "%EF%BC%91", "%FF", "%F0%9F%90%98", "1/2", str(LARGEST_ID + 1), "9" * 19, "9" * 400,
]  # fmt: skip


@every
def test_the_collection_is_the_same_with_and_without_a_trailing_slash(api: ApiClient) -> None:
    for method in ("GET", "DELETE", "OPTIONS"):
        with_slash, without = api.send(method, f"{api.path}/"), api.send(method, api.path)
        assert with_slash.status_code == without.status_code < 300
        assert with_slash.content == without.content
    response = api.send("POST", f"{api.path}/", api.sample())
    address = f"http://testserver{api.path}/{parsed(response)['id']}"
    assert (response.status_code, response["Location"], parsed(response)["url"]) == (201, address, address)


@every
def test_a_row_is_the_same_with_and_without_a_trailing_slash(api: ApiClient) -> None:
    url = api.create()["url"]
    for method in READ_AND_CHANGE:
        with_slash = api.send(method, f"{url}/", api.sample())
        assert with_slash.status_code == 200
        assert parsed(with_slash) == parsed(api.send("GET", url))
    deleted = api.send("DELETE", f"{url}/")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert api.send("GET", url).status_code == api.send("DELETE", url).status_code == 404


def test_the_admin_redirects_to_its_address_with_a_slash(anonymous: ApiClient) -> None:
    response = anonymous.send("GET", "/admin")
    assert (response.status_code, response["Location"]) == (301, "/admin/")


@every
def test_head_answers_with_the_headers_of_get_and_no_body(api: ApiClient) -> None:
    for path in (f"{api.path}/{api.row().pk}", f"{api.path}?limit=1"):
        get, head = api.send("GET", path), api.send("HEAD", path)
        assert (head.status_code, head.content) == (200, b"")
        for response in (get, head):
            del response["X-Request-ID"]
        assert dict(head.items()) == dict(get.items())
    nothing = api.send("HEAD", f"{api.path}/{LARGEST_ID}")
    assert (nothing.status_code, nothing.content) == (404, b"")


@every
@pytest.mark.parametrize(
    ("below", "methods"),
    [("", {"GET", "HEAD", "POST", "DELETE"}), ("/1", {"GET", "HEAD", "PUT", "PATCH", "DELETE"})],
)
def test_options_says_what_an_address_knows_even_without_a_token(
    anonymous: ApiClient, below: str, methods: set[str]
) -> None:
    response = anonymous.send("OPTIONS", anonymous.path + below)
    assert (response.status_code, response.content) == (204, b"")
    assert set(response["Allow"].split(", ")) == methods | {"OPTIONS"}


@pytest.mark.parametrize("method", ["OPTIONS", "DELETE", "304"])
def test_an_answer_without_a_body_has_no_content_type(api: ApiClient, method: str) -> None:
    headers = {"If-None-Match": "*"} if method == "304" else {}
    response = api.send("GET" if method == "304" else method, api.path, headers=headers)
    assert response.status_code in {204, 304}
    assert "Content-Type" not in response


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
def test_anything_that_is_no_id_is_404(api: ApiClient, method: str) -> None:
    api.row(id=1)
    answers = {no_id: api.send(method, f"{api.path}/{no_id}", api.sample()).status_code for no_id in NO_IDS}
    assert answers == dict.fromkeys(NO_IDS, 404)


@every
def test_the_largest_64_bit_id_is_an_id(api: ApiClient) -> None:
    address = f"{api.path}/{LARGEST_ID}"
    for method in (*READ_AND_CHANGE, "DELETE"):
        assert api.send(method, address, api.sample()).status_code == 404
    api.row(id=LARGEST_ID)
    assert parsed(api.send("GET", address))["id"] == LARGEST_ID
