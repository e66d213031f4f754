"""Headers limit what a browser may do with our answers."""

import re

import pytest
from django.test import Client


@pytest.mark.parametrize("path", ["/schema", "/notices", "/nothing"])
@pytest.mark.django_db
def test_data_may_load_and_do_nothing(path: str) -> None:
    assert Client().get(path)["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize("path", ["/docs", "/docs/errors/not-found", "/admin/login/"])
@pytest.mark.django_db
def test_pages_run_our_own_assets_only_and_hold_to_it(path: str) -> None:
    response = Client().get(path)
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    page = response.content.decode()
    assert not re.search(r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")|<style|\sstyle=|\son\w+=", page)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)


@pytest.mark.django_db
def test_every_answer_has_the_other_headers_as_well() -> None:
    response = Client().get("/nothing")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
