"""Describes the promises of a resource's operations in the OpenAPI document; the views stay readable."""

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import UniqueConstraint
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from todoproject.api import examples
from todoproject.api.fields import LARGEST_ID
from todoproject.api.openapi import problems, request_header, response_header
from todoproject.api.scope import Shared

if TYPE_CHECKING:
    from todoproject.api.resource import Resource

ALWAYS = ("bad-request", "not-authenticated", "too-many-requests")
BODY = ("validation-failed", "payload-too-large", "unsupported-media-type")
ID = {"type": "integer", "format": "int64", "minimum": 1, "maximum": LARGEST_ID}
ONE = ("not-found", "precondition-failed")
IF_MATCH = request_header("If-Match", "Change only while one of these ETags is current; else 412.")
IF_MATCH_ANY = request_header("If-Match", "`*` alone; any ETag is 412, since it is of one page as it was read.")
IF_STILL = request_header("If-Match", "Answer only while one of these ETags is current; else 412.")
IF_NONE_MATCH = request_header("If-None-Match", "ETags that you hold; 304 when one is current.")
UNLESS_MATCH = request_header("If-None-Match", "Change only while none of these ETags is current; else 412.")
IDEMPOTENCY_KEY = request_header(
    "Idempotency-Key",
    "1–255 visible ASCII characters. The same request with the same key within 24 hours is served once.",
    pattern="^[!-~]{1,255}$",
)
ETAG = response_header("ETag", 200, 201, 304)
UNCHANGED = OpenApiResponse(description="Nothing has changed.")
LINK = response_header("Link", 200)
LOCATION = response_header("Location", 201)
REPLAYED = response_header("Idempotency-Replayed", 201)


class Operation(NamedTuple):
    """An action in words, where {one}, {many} and {whose} stand for the resource's; its headers and problems."""

    verb: str
    description: str
    answer: str
    headers: tuple[OpenApiParameter, ...]
    problems: tuple[str, ...]
    status: int = 200


#: The actions that are about several rows.
OF_MANY = {"list", "clear"}
OPERATIONS = {
    "list": Operation(
        "list",
        "Return a page of {whose} as an array; `Link` leads to its neighbours.",
        "A page of {many}.",
        (IF_STILL, IF_NONE_MATCH),
        ("validation-failed", "precondition-failed"),
    ),
    "create": Operation(
        "create",
        "Create {a}; with an `Idempotency-Key` at most once.",
        "The new {one}.",
        (IDEMPOTENCY_KEY,),
        (*BODY, "conflict", "idempotency-key-reused"),
        201,
    ),
    "clear": Operation(
        "delete",
        "Delete {whose} that match the filters; all of them without any.",
        "They are gone.",
        (IF_MATCH_ANY,),
        ("validation-failed", "precondition-failed"),
        204,
    ),
    "retrieve": Operation(
        "get",
        "Return the {one}, or 304 when `If-None-Match` names its ETag.",
        "The {one}.",
        (IF_STILL, IF_NONE_MATCH),
        ONE,
    ),
    "update": Operation(
        "replace",
        "Replace the {one}; members that are left out get their defaults.",
        "The {one}.",
        (IF_MATCH, UNLESS_MATCH),
        (*BODY, *ONE),
    ),
    "partial_update": Operation(
        "change", "Change the members that are given.", "The {one}.", (IF_MATCH, UNLESS_MATCH), (*BODY, *ONE)
    ),
    "destroy": Operation("delete", "Delete the {one}.", "It is gone.", (IF_MATCH, UNLESS_MATCH), ONE, 204),
}


class ResourceSchema(AutoSchema):
    """Describes each operation by the resource's declaration."""

    view: "Resource"  # type: ignore[override]  # no other view has this schema

    @property
    def operation(self) -> Operation:
        return OPERATIONS[self.view.action]

    def words(self, text: str) -> str:
        """Return `text` with the resource's words."""
        view = self.view
        one, many = (str(name) for name in (view.model._meta.verbose_name, view.model._meta.verbose_name_plural))
        return text.format(
            one=one,
            many=many,
            a=f"{'an' if one[0] in 'aeiou' else 'a'} {one}",
            whose=view.scope.whose.format(plural=many, column=view.scope.column),
        )

    def get_operation_id(self) -> str:
        one, many = self.view.model.__name__, "".join(word.capitalize() for word in self.view.name.split("-"))
        # A word without a plural, such as news, has two kinds of deletion.
        noun = one if self.view.action not in OF_MANY else f"All{many}" if many == one else many
        below = f"Of{self.view.parent.title().replace('_', '')}" if self.view.parent else ""
        return f"{self.operation.verb}{noun}{below}"

    def get_summary(self) -> str:
        return self.words(f"{self.operation.verb.capitalize()} {'{many}' if self.view.action in OF_MANY else '{a}'}")

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular's
        return self.words(self.operation.description)

    def get_tags(self) -> list[str]:
        return [self.view.name]

    def get_override_parameters(self) -> list[Any]:
        headers = [*self.operation.headers, ETAG]
        match self.view.action:
            case "list":
                parent = self.view.parent
                above = [self._id(parent, f"the {parent.replace('_', ' ')}")] if parent else []
                return [*above, self.view.query_form(), *headers, LINK]
            case "create":
                return [*headers, LOCATION, REPLAYED]
            case "clear":
                return [self.view.filter_form(), *headers]
        return [self._id(self.view.id_name(), self.words("{a}")), *headers]

    def get_request_serializer(self) -> Any:
        action = self.view.action
        return self.view.form(partial=action == "partial_update") if self.method in {"POST", "PUT", "PATCH"} else None

    def get_response_serializers(self) -> Any:
        view, operation = self.view, self.operation
        model, scope = view.model, view.scope
        slugs = [*ALWAYS, *operation.problems, *([] if self.method == "DELETE" else ["not-acceptable"])]
        if self.method in {"POST", "PUT", "PATCH"} and any(
            isinstance(each, UniqueConstraint) for each in model._meta.constraints
        ):
            slugs.append("already-exists")
        if view.action == "create" and isinstance(scope, Shared):
            slugs.append("forbidden")
        if view.action in {"list", "clear"} and view.searches():
            slugs.append("search-too-broad")
        if view.parent:
            slugs.append("not-found")
        if self.method == "DELETE" and view.rows().has_dependents:
            slugs.append("in-use")
        answers: dict[Any, Any] = {operation.status: self._answer()}
        if self.method == "GET":
            answers[304] = UNCHANGED
        return answers | problems(*slugs)

    @staticmethod
    def _id(name: str, whose: str) -> OpenApiParameter:
        return OpenApiParameter(name, ID, OpenApiParameter.PATH, description=f"The `id` of {whose}.")

    def _answer(self) -> OpenApiResponse:
        operation, description = self.operation, self.words(self.operation.answer)
        if operation.status == 204:
            return OpenApiResponse(description=description)
        example = OpenApiExample(
            self.words("{a}").capitalize(), value=examples.representation(type(self.view)), response_only=True
        )
        serializer = self.view.serializer(many=True) if self.view.action == "list" else self.view.serializer
        return OpenApiResponse(serializer, description=description, examples=[example])

    def get_examples(self) -> list[OpenApiExample]:
        resource = type(self.view)
        match self.view.action:
            case "create" | "update":
                return [
                    OpenApiExample(self.words("A new {one}"), value=examples.required_body(resource), request_only=True)
                ]
            case "partial_update":
                return [OpenApiExample("A change", value=examples.changed_body(resource), request_only=True)]
        return []

    def _is_list_view(self, serializer: Any = None) -> bool:  # noqa: ARG002  the signature is the base's
        return self.view.action == "list"
