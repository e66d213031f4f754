"""Each member of every resource is kept, answered and read as it was sent."""

from datetime import UTC, datetime

from pytest_django import DjangoAssertNumQueries

from tests.api.client import ApiClient, parsed
from tests.sample import FACTORIES, Subject, every

pytestmark = every


def test_a_resource_has_a_factory(subject: Subject) -> None:
    assert subject.model in FACTORIES, f"write a factory of {subject.model.__name__} in tests/factories.py"


def test_every_writable_member_is_kept_and_answered_alike_wherever_it_is_read(api: ApiClient) -> None:
    body = api.full()
    created = api.create(**body)
    assert {name: created[name] for name in body} == body
    assert list(created) == list(api.subject.members)
    assert parsed(api.send("GET", created["url"])) == created == parsed(api.send("GET", api.path))[0]


def test_what_a_body_leaves_out_has_its_default_and_null_is_taken_where_there_may_be_none(api: ApiClient) -> None:
    created = api.create()
    for name, member in api.subject.writable.items():
        if not member.required:
            expected = None if member.default is None else member.to_representation(member.default)
            assert created[name] == expected, name
    nullable = [name for name, member in api.subject.writable.items() if member.allow_null]
    changed = parsed(api.send("PUT", created["url"], api.full() | dict.fromkeys(nullable)))
    assert {changed[name] for name in nullable} <= {None}


def test_put_gives_what_it_leaves_out_its_default_and_patch_leaves_it_alone(api: ApiClient) -> None:
    created, least = api.create(**api.full()), api.sample(2)
    changed = parsed(api.send("PATCH", created["url"], least))
    assert changed == created | least | {"updated_at": changed["updated_at"]} | follows(api, changed)
    replaced = parsed(api.send("PUT", created["url"], least))
    fresh = api.create(**api.sample(2))
    own = {"id", "url", "created_at", "updated_at", *api.subject.unique}
    assert {name: replaced[name] for name in replaced if name not in own} == {
        name: fresh[name] for name in fresh if name not in own
    }


def follows(api: ApiClient, row: dict[str, object]) -> dict[str, object]:
    """Return the members that the service computes from others."""
    return {name: row[name] for name in api.subject.read_only if name not in {"id", "url", "created_at"}}


def test_every_write_raises_the_version_and_moves_updated_at_alone(api: ApiClient) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    row = api.row(created_at=long_ago, updated_at=long_ago)
    for version, method in enumerate(("PATCH", "PUT", "PATCH"), start=2):
        response = api.send(method, f"{api.path}/{row.pk}", api.sample(version))
        assert response["ETag"] == f'"{version}"'
        assert parsed(response)["created_at"] == "2020-01-01T00:00:00Z"
        assert parsed(response)["updated_at"] > "2020-01-02"


def test_requests_cost_as_many_statements_as_is_promised(
    api: ApiClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    body, least, own = api.full(), api.sample(), f"{api.path}/{api.row(api.full()).pk}"
    finding = {name: value for name, value in api.subject.finding(body).items() if " " not in value}
    queries = [f"?{name}={value}" for name, value in finding.items()]
    # The deadline of a search is one more, and its transaction two.
    with django_assert_num_queries(3 + len(queries) + 3 * len(api.subject.resource.searches() & finding.keys())):
        for path in (
            api.path,
            own,
            f"{api.path}?ordering={api.subject.orderings[-1]}",
            *(api.path + q for q in queries),
        ):
            assert api.send("GET", path).status_code == 200
    with django_assert_num_queries(1):
        assert api.send("POST", api.path, body).status_code == 201
    with django_assert_num_queries(2):
        assert api.send("PATCH", own, least).status_code == 200


def test_a_list_is_one_statement_however_many_rows_it_has(
    api: ApiClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        api.spread(number)
    with django_assert_num_queries(1):
        assert len(parsed(api.send("GET", api.path))) == 20
