"""What the operations on todos promise, for the OpenAPI document; the views stay readable."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from todoproject.api.openapi import problems, request_header, response_header
from todos.resource import RESOURCE
from todos.serializers import TodoFilter, TodoQuery, TodoSerializer

EXAMPLE = OpenApiExample(
    "A todo",
    value={
        "id": 42,
        "url": "https://todo.example.com/todos/42",
        "title": "Order new badges",
        "description": "Twelve, with the new logo.",
        "completed": False,
        "completed_at": None,
        "order": 1,
        "due_at": "2026-12-01T09:00:00Z",
        "created_at": "2026-11-23T16:00:00.123456Z",
        "updated_at": "2026-11-23T16:00:00.123456Z",
    },
    response_only=True,
)
NEW = OpenApiExample("A new todo", value=RESOURCE["example"], request_only=True)
DONE = OpenApiExample("Done", value=RESOURCE["change"], request_only=True)

ALWAYS = ("bad-request", "not-authenticated", "not-acceptable", "too-many-requests")
BODY = ("validation-failed", "payload-too-large", "unsupported-media-type")
TODO_ID = OpenApiParameter("todo_id", OpenApiTypes.INT64, OpenApiParameter.PATH, description="The `id` of a todo.")
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
ETAG = "A strong ETag of this representation."


def _todo(status: int, description: str) -> dict[int, OpenApiResponse]:
    return {status: OpenApiResponse(TodoSerializer, description=description, examples=[EXAMPLE])}


listed = extend_schema(
    operation_id="listTodos",
    summary="List todos",
    parameters=[
        TodoQuery,
        IF_STILL,
        IF_NONE_MATCH,
        response_header("ETag", ETAG, status=200),
        response_header("Link", 'RFC 8288; rel="next" and rel="prev", absent at the ends.', status=200),
    ],
    responses={
        200: OpenApiResponse(TodoSerializer(many=True), description="A page of todos.", examples=[EXAMPLE]),
        304: OpenApiResponse(description="Nothing has changed."),
        **problems(*ALWAYS, "validation-failed", "precondition-failed"),
    },
)
created = extend_schema(
    operation_id="createTodo",
    summary="Create a todo",
    request=TodoSerializer,
    examples=[NEW],
    parameters=[
        IDEMPOTENCY_KEY,
        response_header("ETag", ETAG, status=201),
        response_header("Location", "The address of the new todo.", status=201),
        response_header("Idempotency-Replayed", "`true` when this is the first answer again.", status=201),
    ],
    responses={**_todo(201, "The new todo."), **problems(*ALWAYS, *BODY, "conflict", "idempotency-key-reused")},
)
cleared = extend_schema(
    operation_id="deleteTodos",
    summary="Delete todos",
    parameters=[TodoFilter, IF_MATCH_ANY],
    responses={
        204: OpenApiResponse(description="They are gone."),
        **problems(*ALWAYS, "validation-failed", "precondition-failed"),
    },
)
retrieved = extend_schema(
    operation_id="getTodo",
    summary="Get a todo",
    parameters=[TODO_ID, IF_STILL, IF_NONE_MATCH, response_header("ETag", ETAG, status=200)],
    responses={
        **_todo(200, "The todo."),
        304: OpenApiResponse(description="Nothing has changed."),
        **problems(*ALWAYS, "not-found", "precondition-failed"),
    },
)
replaced = extend_schema(
    operation_id="replaceTodo",
    summary="Replace a todo",
    request=TodoSerializer,
    examples=[NEW],
    parameters=[TODO_ID, IF_MATCH, UNLESS_MATCH, response_header("ETag", ETAG, status=200)],
    responses={**_todo(200, "The todo."), **problems(*ALWAYS, *BODY, "not-found", "precondition-failed")},
)
patched = extend_schema(
    operation_id="changeTodo",
    summary="Change a todo",
    request=TodoSerializer(partial=True),
    examples=[DONE],
    parameters=[TODO_ID, IF_MATCH, UNLESS_MATCH, response_header("ETag", ETAG, status=200)],
    responses={**_todo(200, "The todo."), **problems(*ALWAYS, *BODY, "not-found", "precondition-failed")},
)
deleted = extend_schema(
    operation_id="deleteTodo",
    summary="Delete a todo",
    parameters=[TODO_ID, IF_MATCH, UNLESS_MATCH],
    responses={
        204: OpenApiResponse(description="It is gone."),
        **problems(*ALWAYS, "not-found", "precondition-failed"),
    },
)
