"""The OpenAPI document: it is valid, agrees with the code, and has everything that a client needs."""

import json
import re
from pathlib import Path
from typing import Any

import yaml
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator, oas30_format_checker
from openapi_spec_validator import OpenAPIV30SpecValidator, validate
from rest_framework.fields import empty

from pipeline.openapi_schemas import resolved
from tests.api.client import ApiClient, parsed
from tests.sample import SERVED, SUBJECTS, SUBJECTS_BY_MODEL, Subject, every
from todoproject.api.fields import ReferenceField
from todoproject.api.openapi_hooks import finished
from todoproject.api.registry import nested_lists
from todoproject.api.scope import Shared
from todoproject.http.problems import CONTENT_TYPE

GOLDEN = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"

ALWAYS = {"400", "401", "406", "500", "503"}
EXCEPT_DELETE = {"406"}  # where no answer has a body, there is nothing to negotiate
BODY = {"413", "415"}
LIMITED = {"429"}
CONDITIONS = {"If-Match", "If-None-Match"}


def camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


def many_of(subject: Subject) -> str:
    """Return the name of several: AllNews where one is called like many."""
    many = camel(str(subject))
    return f"All{many}" if many == subject.model.__name__ else many


def statuses_of(subject: Subject) -> dict[str, set[str]]:
    """Return what each operation answers, by hand, so that none can forget it."""
    one, many = subject.model.__name__, many_of(subject)
    conflict = {"409"} if subject.unique else set()
    team = {"403"} if isinstance(subject.scope, Shared) else set()
    used = {"409"} if subject.resource.rows().has_dependents else set()
    broad = {"422"} if subject.resource.searches() else set()
    return {
        f"list{many}": {"200", "304", "412"} | ALWAYS | LIMITED | broad,
        f"create{one}": {"201", "409", "422"} | ALWAYS | BODY | LIMITED | team,
        f"delete{many}": ({"204", "412"} | ALWAYS | LIMITED | used | broad) - EXCEPT_DELETE,
        f"get{one}": {"200", "304", "404", "412"} | ALWAYS | LIMITED,
        f"replace{one}": {"200", "404", "412"} | ALWAYS | BODY | LIMITED | conflict,
        f"change{one}": {"200", "404", "412"} | ALWAYS | BODY | LIMITED | conflict,
        f"delete{one}": ({"204", "404", "412"} | ALWAYS | LIMITED | used) - EXCEPT_DELETE,
    }


def headers_of(name: str) -> set[str]:
    """Return what an operation takes as a header."""
    if name in {"logIn", "refreshTokens"}:
        return set()
    if name.startswith("create"):
        return {"Idempotency-Key"}
    return {"If-Match"} if name in {f"delete{many_of(subject)}" for subject in SUBJECTS} else CONDITIONS


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
raw: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation for methods in document["paths"].values() for operation in methods.values()
}
operations: dict[str, dict[str, Any]] = {
    name: each | {"responses": {status: resolved(answer, document) for status, answer in each["responses"].items()}}
    for name, each in raw.items()
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


def test_the_service_serves_the_document_to_anybody(anonymous: ApiClient) -> None:
    for path in ("/schema", "/schema/"):
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


def test_the_security_scheme_is_a_bearer_jwt_for_all_but_the_logins() -> None:
    assert document["components"]["securitySchemes"] == {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    for name, operation in operations.items():
        assert operation["security"] == ([] if name in {"logIn", "refreshTokens"} else [{"bearer": []}]), name


def test_an_operation_says_what_it_is() -> None:
    for name, operation in operations.items():
        assert operation["summary"], name
        assert operation["description"].endswith("."), name
        assert "``" not in operation["description"], name
        assert operation["tags"][0] in {"auth", *map(str, SUBJECTS)}, name


def test_an_operation_lists_every_status_it_can_answer() -> None:
    assert {name: set(operation["responses"]) for name, operation in operations.items()} == STATUSES


def test_every_body_has_an_example_that_fits_its_schema() -> None:
    for name, operation in operations.items():
        for status, media in contents(operation):
            assert media.get("examples"), f"{name}: {status} has no example"
            for example in media["examples"].values():
                fits(example["value"], media["schema"], request=status == "request")
        without_body = {status for status, answer in operation["responses"].items() if "content" not in answer}
        assert without_body <= {"204", "304"}, name


def test_errors_are_problems_and_their_examples_say_the_status() -> None:
    answers = [(name, *answer) for name, operation in operations.items() for answer in operation["responses"].items()]
    for name, status, answer in [each for each in answers if each[1] >= "400"]:
        assert set(answer["content"]) == {"application/problem+json"}, (name, status)
        for example in answer["content"]["application/problem+json"]["examples"].values():
            assert str(example["value"]["status"]) == status, name
            assert example["value"]["type"].startswith("/docs/errors/"), (name, status)


def test_an_error_and_a_header_are_described_once() -> None:
    for name, operation in raw.items():
        for status, answer in operation["responses"].items():
            assert set(answer) == {"$ref"} if status >= "400" else "$ref" not in answer, (name, status)
            assert all(set(header) == {"$ref"} for header in answer.get("headers", {}).values()), (name, status)
    used = set(re.findall(r"#/components/(?:headers|responses)/([\w-]+)", json.dumps(document)))
    assert used == {*document["components"]["headers"], *document["components"]["responses"]}


def test_an_error_that_a_view_describes_otherwise_stays_with_its_operation() -> None:
    def operation(description: str) -> dict[str, Any]:
        media: dict[str, Any] = {"examples": {"NotFound": {"value": {}}}}
        answer = {"description": description, "content": {CONTENT_TYPE: media}}
        return {"description": "", "responses": {"404": answer}}

    methods = {"get": operation("Usual"), "put": operation("Other"), "patch": operation("Usual")}
    made = finished({"paths": {"/rooms": methods}, "components": {"schemas": {}}})
    answers = {method: each["responses"]["404"] for method, each in made["paths"]["/rooms"].items()}
    assert answers["get"] == answers["patch"] == {"$ref": "#/components/responses/NotFound"}
    assert answers["put"]["description"] == "Other"
    assert made["components"]["responses"]["NotFound"]["description"] == "Usual"


def test_an_operation_names_its_headers() -> None:
    expected = {"401": "WWW-Authenticate", "409": "Retry-After", "429": "Retry-After", "503": "Retry-After"}
    for name, operation in operations.items():
        asked = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "header"}
        assert (name, asked) == (name, headers_of(name))
        for status, answer in operation["responses"].items():
            waits = status != "409" or name.startswith("create")
            wanted = {"X-Request-ID"} | ({expected[status]} if status in expected and waits else set())
            if status in {"200", "201", "304"} and name not in {"logIn", "refreshTokens"}:
                wanted.add("ETag")
            assert wanted <= set(answer["headers"]), (name, status)
        answers = {status: answer.get("headers", {}) for status, answer in operation["responses"].items()}
        assert ("Link" in answers.get("200", {})) == name.startswith("list"), name
        assert ("Location" in answers.get("201", {})) == name.startswith("create"), name


@every
def test_no_member_has_a_default_that_a_generated_client_would_send_or_demand(subject: Subject) -> None:
    name = subject.model.__name__
    schemas = document["components"]["schemas"]
    for each in (name, f"{name}Request", f"Patched{name}Request"):
        assert not [member for member, schema in schemas[each]["properties"].items() if "default" in schema]
    required = {member for member, field in subject.writable.items() if field.required}
    assert set(schemas[f"{name}Request"].get("required", [])) == required
    assert "required" not in schemas[f"Patched{name}Request"]
    for member, field in subject.writable.items():
        if field.default not in {empty, None} and not callable(field.default):
            said = schemas[f"{name}Request"]["properties"][member]["description"]
            assert f"Without it: `{json.dumps(field.to_representation(field.default))}`." in said


@every
def test_every_id_has_64_bits(subject: Subject) -> None:
    """Java's `Integer getId()` fitted no `deleteTodo(Long)`."""
    members = document["components"]["schemas"][subject.model.__name__]["properties"]
    keys = {"id": members["id"]} | {name: members[name] for name in subject.of_kind(ReferenceField)}
    (address,) = operations[f"get{subject.model.__name__}"]["parameters"][-1:]
    assert address["in"] == "path"
    for schema in (*keys.values(), address["schema"]):
        assert (schema["format"], schema["minimum"], schema["maximum"]) == ("int64", 1, 2**63 - 1)


def test_a_client_that_accepts_what_is_documented_is_never_refused(api: ApiClient) -> None:
    """Generated clients send the union of an operation's media types."""
    calls = [(path, *each) for path, methods in document["paths"].items() for each in methods.items()]
    for path, method, operation in calls:
        answers = operations[operation["operationId"]]["responses"].values()
        kinds = {kind for answer in answers for kind in answer.get("content", {})}
        body: object = {} if "requestBody" in operation else None
        headers = {"Accept": ", ".join(sorted(kinds))}
        answer = api.send(method.upper(), re.sub(r"{\w+}", "1", path), body, headers=headers)
        assert str(answer.status_code) in set(operation["responses"]) - {"406"}, operation["operationId"]


@every
def test_real_answers_fit_their_schemas(api: ApiClient) -> None:
    one, many = api.subject.model.__name__, many_of(api.subject)

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
