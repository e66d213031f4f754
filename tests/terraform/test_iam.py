"""The evaluator of tests/terraform/iam.py, case by case as IAM's documentation has them."""

from typing import Any

import pytest

from tests.terraform.iam import Request, Role


@pytest.mark.parametrize(
    ("conditions", "context_", "wanted"),
    [
        ({"StringEquals": {"a": "x"}}, {"a": "x"}, True),
        ({"StringEquals": {"a": "x"}}, {}, False),
        ({"StringEqualsIfExists": {"a": "x"}}, {}, True),
        ({"StringNotEquals": {"a": ["x", "y"]}}, {"a": "z"}, True),
        ({"StringNotEquals": {"a": ["x", "y"]}}, {"a": "y"}, False),
        ({"StringNotEquals": {"a": "x"}, "Null": {"a": "false"}}, {}, False),
        ({"ForAllValues:StringLike": {"A": "*.x"}}, {"a": "b.x"}, True),
        ({"ForAllValues:StringLike": {"A": "*.x"}}, {"a": "x"}, False),
        ({"ForAllValues:StringLike": {"A": "*.x"}}, {}, True),
    ],
)
def test_the_evaluator_compares_as_iam_documents_it(
    conditions: dict[str, Any], context_: dict[str, str], *, wanted: bool
) -> None:
    statement = {"Effect": "Allow", "Action": "s:*", "Resource": "*", "Condition": conditions}
    role = Role("r", ({"Statement": [statement]},), None)
    assert role.may(Request("s:Do", "arn:aws:s:::thing", context_)) is wanted


def test_the_evaluator_lets_a_denial_and_a_boundary_win() -> None:
    allow = {"Statement": {"Effect": "Allow", "Action": "s:*", "Resource": "arn:aws:s:::a*"}}
    deny = {"Statement": {"Effect": "Deny", "Action": "S:do", "Resource": "*"}}
    narrow = {"Statement": {"Effect": "Allow", "Action": "s:See", "Resource": "*"}}
    request = Request("s:Do", "arn:aws:s:::ab")
    assert Role("r", (allow,), None).may(request)
    assert not Role("r", (allow,), None).may(Request("s:Do", "arn:aws:s:::b"))
    assert not Role("r", (allow, deny), None).may(request)
    assert not Role("r", (allow,), narrow).may(request)
    assert not Role("r", (allow,), deny).may(request)
    with pytest.raises(NotImplementedError, match="DateLessThan"):
        Role("r", ({"Statement": allow["Statement"] | {"Condition": {"DateLessThan": {"a": "1"}}}},), None).may(
            Request("s:Do", "arn:aws:s:::ab", {"a": "0"})
        )
