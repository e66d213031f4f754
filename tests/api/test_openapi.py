"""The OpenAPI document: it is what the code does, it is valid, and nothing that a client needs is missing."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator, oas30_format_checker
from openapi_spec_validator import OpenAPIV30SpecValidator, validate

from tests.api.client import ApiClient, parsed
from tests.sample import EVERYTHING, PATH, SAMPLE
from todoproject.api.openapi_hooks import finished
from todoproject.http.problems import CONTENT_TYPE

GOLDEN = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"

ALWAYS = {"400", "401", "406", "500", "503"}
BODY = {"413", "415"}
LIMITED = {"429"}
# By hand, so that an operation cannot forget what it answers.
STATUSES = {
    "logIn": {"200"} | ALWAYS | BODY | LIMITED,
    "refreshTokens": {"200"} | ALWAYS | BODY,
    "listTodos": {"200", "304", "412"} | ALWAYS | LIMITED,
    "createTodo": {"201", "409", "422"} | ALWAYS | BODY | LIMITED,
    "deleteTodos": {"204", "412"} | ALWAYS | LIMITED,
    "getTodo": {"200", "304", "404", "412"} | ALWAYS | LIMITED,
    "replaceTodo": {"200", "404", "412"} | ALWAYS | BODY | LIMITED,
    "changeTodo": {"200", "404", "412"} | ALWAYS | BODY | LIMITED,
    "deleteTodo": {"204", "404", "412"} | ALWAYS | LIMITED,
}
HEADERS = {
    "listTodos": {"If-Match", "If-None-Match"},
    "createTodo": {"Idempotency-Key"},
    "deleteTodos": {"If-Match"},
    "getTodo": {"If-Match", "If-None-Match"},
    "replaceTodo": {"If-Match", "If-None-Match"},
    "changeTodo": {"If-Match", "If-None-Match"},
    "deleteTodo": {"If-Match", "If-None-Match"},
}

document: dict[str, Any] = yaml.safe_load(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.exists() else {"paths": {}}
operations: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation for methods in document["paths"].values() for operation in methods.values()
}


def fits(value: object, schema: dict[str, Any], *, request: bool = False) -> None:
    """Raise when `value` breaks `schema`, a schema of the document."""
    validator = OAS30WriteValidator if request else OAS30ReadValidator
    validator({**schema, "components": document["components"]}, format_checker=oas30_format_checker).validate(value)


def contents(operation: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return all (status or "request", media type object) of an operation."""
    bodies = [("request", operation.get("requestBody", {})), *operation["responses"].items()]
    return [(status, media) for status, body in bodies for media in body.get("content", {}).values()]


def test_the_document_is_what_the_code_generates_without_a_warning(tmp_path: Path) -> None:
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(made), validate=True, fail_on_warn=True)
    assert GOLDEN.exists(), "docs/openapi.yaml is missing: run `make openapi`"
    assert made.read_text(encoding="utf-8") == GOLDEN.read_text(encoding="utf-8"), (
        "docs/openapi.yaml is stale: run `make openapi`"
    )


def test_the_document_is_valid_openapi() -> None:
    validate(document, cls=OpenAPIV30SpecValidator)


@pytest.mark.parametrize("path", ["/schema", "/schema/"])
def test_the_service_serves_the_document_to_anybody(anonymous: ApiClient, path: str) -> None:
    response = anonymous.send("GET", path)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/vnd.oai.openapi+json")
    assert parsed(response) == document


def test_the_addresses_are_the_canonical_ones() -> None:
    assert set(document["paths"]) == {"/auth/token", "/auth/token/refresh", PATH, f"{PATH}/{{todo_id}}"}


def test_every_operation_is_known_here() -> None:
    assert set(operations) == set(STATUSES)


def test_the_security_scheme_is_a_bearer_jwt_for_all_but_the_logins() -> None:
    assert document["components"]["securitySchemes"] == {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    open_to_all = {
        name for name, operation in operations.items() if {"bearer": []} not in operation.get("security", [])
    }
    assert open_to_all == {"logIn", "refreshTokens"}


@pytest.mark.parametrize("name", STATUSES)
def test_an_operation_says_what_it_is(name: str) -> None:
    operation = operations[name]
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert "``" not in operation["description"]
    assert operation["tags"] == ["auth" if operation.get("security") is None else "todos"]


@pytest.mark.parametrize("name", STATUSES)
def test_an_operation_lists_every_status_it_can_answer(name: str) -> None:
    assert set(operations[name]["responses"]) == STATUSES[name]


@pytest.mark.parametrize("name", STATUSES)
def test_every_body_has_an_example_that_fits_its_schema(name: str) -> None:
    for status, media in contents(operations[name]):
        assert media.get("examples"), f"{status} has no example"
        for example in media["examples"].values():
            fits(example["value"], media["schema"], request=status == "request")
    without_body = {status for status, answer in operations[name]["responses"].items() if "content" not in answer}
    assert without_body <= {"204", "304"}


@pytest.mark.parametrize("name", STATUSES)
def test_errors_are_problems_and_their_examples_say_the_status(name: str) -> None:
    for status, answer in operations[name]["responses"].items():
        if status >= "400":
            assert set(answer["content"]) == {"application/problem+json"}
            for example in answer["content"]["application/problem+json"]["examples"].values():
                assert str(example["value"]["status"]) == status
                assert example["value"]["type"].startswith("/docs/errors/")


def test_the_example_of_an_error_has_an_address_whatever_the_resource_is_called() -> None:
    value = {"instance": "/"}
    response = {"description": "", "content": {CONTENT_TYPE: {"examples": {"not-found": {"value": value}}}}}
    operation = {"description": "", "responses": {"404": response}}
    finished({"paths": {"/invoices/{invoice_id}": {"get": operation}}, "components": {"schemas": {}}})
    assert value["instance"] == "/invoices/42"


@pytest.mark.parametrize("name", STATUSES)
def test_an_operation_names_its_headers(name: str) -> None:
    operation = operations[name]
    asked = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "header"}
    assert asked == HEADERS.get(name, set())
    expected = {"401": "WWW-Authenticate", "409": "Retry-After", "429": "Retry-After", "503": "Retry-After"}
    for status, answer in operation["responses"].items():
        assert "X-Request-ID" in answer["headers"]
        assert expected.get(status, "X-Request-ID") in answer["headers"]
        if status in {"200", "201", "304"} and name not in {"logIn", "refreshTokens"}:
            assert "ETag" in answer["headers"]
    assert ("Link" in operation["responses"].get("200", {}).get("headers", {})) == (name == "listTodos")
    assert ("Location" in operation["responses"].get("201", {}).get("headers", {})) == (name == "createTodo")


def test_real_answers_fit_their_schemas(api: ApiClient) -> None:
    def assert_fits(name: str, method: str, path: str, body: object = None) -> None:
        response = api.send(method, path, body)
        answer = operations[name]["responses"][str(response.status_code)]
        fits(parsed(response), answer["content"][response.headers["Content-Type"]]["schema"])

    todo = api.create(**EVERYTHING)
    assert_fits("createTodo", "POST", PATH, SAMPLE)
    assert_fits("listTodos", "GET", PATH)
    assert_fits("listTodos", "GET", f"{PATH}?limit=0")
    for name, method in (("getTodo", "GET"), ("replaceTodo", "PUT"), ("changeTodo", "PATCH")):
        assert_fits(name, method, f"{PATH}/{todo['id']}", SAMPLE if method != "GET" else None)
        assert_fits(name, method, f"{PATH}/999999999", SAMPLE if method != "GET" else None)
