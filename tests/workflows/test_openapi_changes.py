"""Changes of the API that break a client, and changes that do not."""

import copy
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.openapi_changes import breaking
from tests.workflows.conftest import git, started

ROOT = Path(__file__).parents[2]
TODO = {
    "type": "object",
    "required": ["id", "title"],
    "properties": {
        "id": {"type": "integer"},
        "title": {"type": "string", "maxLength": 200},
        "state": {"type": "string", "enum": ["open", "done"]},
        "due_at": {"type": "string", "format": "date-time", "nullable": True},
    },
}
REQUEST = {"type": "object", "required": ["title"], "properties": TODO["properties"]}


def document() -> dict[str, Any]:
    """A small API: one list, one creation."""

    def body(name: str) -> dict[str, Any]:
        return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}

    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}}
    listing = {"parameters": [limit], "responses": {"200": body("Todo")}}
    creation = {"requestBody": body("Request"), "responses": {"201": body("Todo"), "400": body("Todo")}}
    return {
        "info": {"version": "1"},
        "paths": {"/todos": {"get": listing, "post": creation}},
        "components": {"schemas": {"Todo": copy.deepcopy(TODO), "Request": copy.deepcopy(REQUEST)}},
    }


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the document with one place set, or taken out where the value is None."""
    new = document()
    *parents, last = path.split(" ")
    place: Any = new
    for part in parents:
        place = place[int(part)] if isinstance(place, list) else place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return new


TODOS, SCHEMAS = "paths /todos", "components schemas"


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (f"{TODOS} post", None, "POST /todos: removed"),
        ("paths /todos", None, "GET /todos: removed"),
        (f"{TODOS} post responses 400", None, "POST /todos 400: removed"),
        (f"{TODOS} get parameters", [], "GET /todos: query parameter limit removed"),
        (f"{TODOS} get parameters 0 required", True, "GET /todos: query parameter limit is now required"),
        (f"{TODOS} get parameters 0 schema maximum", 50, "GET /todos ?limit: maximum 100 became 50"),
        (f"{TODOS} post requestBody required", True, "POST /todos: a request body is now required"),
        (f"{TODOS} post requestBody content", {}, "POST /todos request: application/json removed"),
        (f"{SCHEMAS} Todo properties title", None, "GET /todos 200.title: removed"),
        (f"{SCHEMAS} Todo properties id type", "string", "GET /todos 200.id: type integer became string"),
        (f"{SCHEMAS} Todo required", ["id"], "GET /todos 200.title: no longer always there"),
        (f"{SCHEMAS} Todo properties title nullable", True, "GET /todos 200.title: null is now possible"),
        (
            f"{SCHEMAS} Todo properties state enum",
            ["open", "done", "late"],
            "GET /todos 200.state: late is now possible",
        ),
        (f"{SCHEMAS} Todo properties title maxLength", 500, "GET /todos 200.title: maxLength 200 became 500"),
        (f"{SCHEMAS} Request required", ["title", "id"], "POST /todos request.id: now required"),
        (f"{SCHEMAS} Request properties title maxLength", 100, "POST /todos request.title: maxLength 200 became 100"),
        (f"{SCHEMAS} Request properties state enum", ["open"], "POST /todos request.state: done is no longer accepted"),
        (f"{SCHEMAS} Request properties title pattern", "^a", "POST /todos request.title: a pattern is demanded: ^a"),
        (
            f"{SCHEMAS} Request properties due_at nullable",
            False,
            "POST /todos request.due_at: null is no longer accepted",
        ),
    ],
)
def test_what_breaks_a_client_is_said(path: str, value: Any, sentence: str) -> None:
    assert sentence in breaking(document(), changed(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("paths /lists", {"get": {"responses": {}}}),
        (f"{TODOS} get responses 304", {"description": ""}),
        (f"{TODOS} get parameters 0 schema maximum", 200),
        (f"{SCHEMAS} Todo properties colour", {"type": "string"}),
        (f"{SCHEMAS} Todo required", ["id", "title", "state"]),
        (f"{SCHEMAS} Todo properties state enum", ["open"]),
        (f"{SCHEMAS} Request properties title maxLength", 500),
        (f"{SCHEMAS} Request properties title nullable", True),
        (f"{SCHEMAS} Request required", []),
    ],
)
def test_what_breaks_nobody_passes(path: str, value: Any) -> None:
    assert breaking(document(), changed(path, value)) == []


@pytest.mark.parametrize(("version", "status"), [("1", 1), ("1.5", 1), ("2", 0)])
def test_only_a_new_version_may_break_clients(
    version: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = changed(f"{TODOS} post", None) | {"info": {"version": version}}
    for name, content in (("old", document()), ("new", new)):
        (tmp_path / name).write_text(yaml.safe_dump(content))
    assert started("openapi_changes", str(tmp_path / "old"), str(tmp_path / "new")) == status
    assert "POST /todos: removed" in capsys.readouterr().out


def test_the_published_document_of_a_revision_is_read_and_compared_with_itself_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(ROOT / "docs/openapi.yaml", tmp_path)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "openapi.yaml")
    git(tmp_path, "commit", "--quiet", "--message", "Publish")
    monkeypatch.chdir(tmp_path)
    assert started("openapi_changes", "HEAD:openapi.yaml", "HEAD:openapi.yaml") == 0
    assert capsys.readouterr().out == "no client of the old document breaks\n"
