"""The OpenAPI document: it is what the code does, it is valid, and nothing that a client needs is missing."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator, oas30_format_checker
from openapi_spec_validator import OpenAPIV30SpecValidator, validate

from tests.api.client import ApiClient, parsed
from tests.sample import SERVED, SUBJECTS, SUBJECTS_BY_MODEL, Subject, every
from todoproject.api.openapi_hooks import finished
from todoproject.api.registry import nested_lists
from todoproject.api.scope import Shared
from todoproject.http.problems import CONTENT_TYPE

GOLDEN = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"

ALWAYS = {"400", "401", "406", "500", "503"}
BODY = {"413", "415"}
LIMITED = {"429"}
CONDITIONS = {"If-Match", "If-None-Match"}


def camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


def statuses_of(subject: Subject) -> dict[str, set[str]]:
    """Return what each operation answers, by hand, so that none can forget it."""
    one, many = subject.model.__name__, camel(str(subject))
    conflict = {"409"} if subject.unique else set()
    team = {"403"} if isinstance(subject.scope, Shared) else set()
    used = {"409"} if subject.resource.rows().has_dependents else set()
    broad = {"422"} if subject.resource.searches() else set()
    return {
        f"list{many}": {"200", "304", "412"} | ALWAYS | LIMITED | broad,
        f"create{one}": {"201", "409", "422"} | ALWAYS | BODY | LIMITED | team,
        f"delete{many}": {"204", "412"} | ALWAYS | LIMITED | used | broad,
        f"get{one}": {"200", "304", "404", "412"} | ALWAYS | LIMITED,
        f"replace{one}": {"200", "404", "412"} | ALWAYS | BODY | LIMITED | conflict,
        f"change{one}": {"200", "404", "412"} | ALWAYS | BODY | LIMITED | conflict,
        f"delete{one}": {"204", "404", "412"} | ALWAYS | LIMITED | used,
    }


def headers_of(name: str) -> set[str]:
    """Return what an operation takes as a header."""
    if name in {"logIn", "refreshTokens"}:
        return set()
    if name.startswith("create"):
        return {"Idempotency-Key"}
    return {"If-Match"} if name in {f"delete{camel(str(subject))}" for subject in SUBJECTS} else CONDITIONS


STATUSES = {
    "logIn": {"200"} | ALWAYS | BODY | LIMITED,
    "refreshTokens": {"200"} | ALWAYS | BODY,
}
for each in SUBJECTS:
    STATUSES |= statuses_of(each)
for below in nested_lists():
    parent = below.parent.title().replace("_", "")
    broad = {"422"} if below.searches() else set()
    STATUSES[f"list{camel(below.name)}Of{parent}"] = {"200", "304", "404", "412"} | ALWAYS | LIMITED | broad

golden: dict[str, Any] = yaml.safe_load(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.exists() else {}
document: dict[str, Any] = json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))  # type: ignore[no-untyped-call]
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
    call_command("spectacular", file=str(made), urlconf="todoproject.urls", validate=True, fail_on_warn=True)
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
    own = [each for subject in SERVED for each in (subject.path, f"{subject.path}/{{{subject.resource.id_name()}}}")]
    served = {subject.model for subject in SERVED}
    parents: list[tuple[Any, Any]] = [
        (each, each.model._meta.get_field(each.parent).related_model) for each in nested_lists()
    ]
    own += [
        f"{SUBJECTS_BY_MODEL[parent].path}/{{{each.parent}}}/{each.name}"
        for each, parent in parents
        if each.model in served
    ]
    assert set(golden["paths"]) == {"/auth/token", "/auth/token/refresh", *own}


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
    assert operation["tags"][0] in {"auth", *map(str, SUBJECTS)}


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
    assert asked == headers_of(name)
    expected = {"401": "WWW-Authenticate", "409": "Retry-After", "429": "Retry-After", "503": "Retry-After"}
    for status, answer in operation["responses"].items():
        assert "X-Request-ID" in answer["headers"]
        waits = status != "409" or name.startswith("create")
        assert (expected.get(status, "X-Request-ID") if waits else "X-Request-ID") in answer["headers"]
        if status in {"200", "201", "304"} and name not in {"logIn", "refreshTokens"}:
            assert "ETag" in answer["headers"]
    assert ("Link" in operation["responses"].get("200", {}).get("headers", {})) == name.startswith("list")
    assert ("Location" in operation["responses"].get("201", {}).get("headers", {})) == name.startswith("create")


@every
def test_the_components_are_named_by_the_model(subject: Subject) -> None:
    name = subject.model.__name__
    assert {name, f"{name}Request", f"Patched{name}Request"} <= set(document["components"]["schemas"])


@every
def test_a_change_has_no_default_that_a_generated_client_would_send(subject: Subject) -> None:
    patched = document["components"]["schemas"][f"Patched{subject.model.__name__}Request"]["properties"]
    assert not [name for name, schema in patched.items() if "default" in schema]


@every
def test_real_answers_fit_their_schemas(api: ApiClient) -> None:
    one, many = api.subject.model.__name__, camel(str(api.subject))

    def assert_fits(name: str, method: str, path: str, body: object = None) -> None:
        response = api.send(method, path, body)
        answer = operations[name]["responses"][str(response.status_code)]
        fits(parsed(response), answer["content"][response.headers["Content-Type"]]["schema"])

    row = api.create(**api.full())
    assert_fits(f"create{one}", "POST", api.path, api.sample())
    assert_fits(f"list{many}", "GET", api.path)
    assert_fits(f"list{many}", "GET", f"{api.path}?limit=0")
    for name, method in ((f"get{one}", "GET"), (f"replace{one}", "PUT"), (f"change{one}", "PATCH")):
        assert_fits(name, method, f"{api.path}/{row['id']}", api.sample() if method != "GET" else None)
        assert_fits(name, method, f"{api.path}/999999999", api.sample() if method != "GET" else None)
