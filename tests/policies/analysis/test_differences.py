"""What a document came to say of actions, against the one before."""

from __future__ import annotations

import json

import pytest

from policies.analysis.differences import difference
from policies.catalog import action_names
from policies.evaluation import CompiledPolicy, compile_policy

ONE, TWO = "arn:aws:s3:::one/*", "arn:aws:s3:::two/*"
SECURE = {"Bool": {"aws:SecureTransport": "true"}}


def policy(action: str | list[str], resource: str = "*", effect: str = "Allow", **more: object) -> CompiledPolicy:
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return compile_policy(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def said(before: CompiledPolicy | None, after: CompiledPolicy | None) -> dict[str, tuple[str, ...]]:
    return {each.words: action_names(each.actions) for each in difference(before, after)}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, policy("s3:GetObject"), {"Now allows": ("s3:GetObject",)}),
        (policy("s3:GetObject"), None, {"No longer allows": ("s3:GetObject",)}),
        (None, policy("s3:GetObject", effect="Deny"), {"Now denies": ("s3:GetObject",)}),
        (policy("s3:GetObject", effect="Deny"), None, {"No longer denies": ("s3:GetObject",)}),
        (
            policy("s3:GetObject"),
            policy(["s3:PutObject", "s3:GetObject"], Condition=SECURE),
            {"Now allows": ("s3:PutObject",), "Now allows under conditions only": ("s3:GetObject",)},
        ),
        (
            policy("s3:GetObject", Condition=SECURE),
            policy("s3:GetObject"),
            {"Now allows without conditions": ("s3:GetObject",)},
        ),
        (policy("s3:GetObject", ONE), policy("s3:GetObject"), {"Now allows on every resource": ("s3:GetObject",)}),
        (
            policy("s3:GetObject"),
            policy("s3:GetObject", ONE),
            {"Now allows on some resources only": ("s3:GetObject",)},
        ),
        (policy("s3:GetObject", ONE), policy("s3:GetObject", TWO), {}),
        (policy("s3:GetObject"), policy("s3:getobject"), {}),
        (None, None, {}),
    ],
)
def test_the_difference_of_two_documents_is_told_action_by_action(
    before: CompiledPolicy | None, after: CompiledPolicy | None, expected: dict[str, tuple[str, ...]]
) -> None:
    assert said(before, after) == expected


def test_of_a_services_many_actions_the_first_are_named_and_the_others_counted() -> None:
    (found,) = difference(None, policy(["s3:*", "sts:AssumeRole"]))
    (s3, sts) = found.named
    assert s3[0] == "s3"
    assert len(s3[1]) == 6
    assert sum(len(names) + more for _, names, more in found.named) == found.count
    assert sts == ("sts", ("AssumeRole",), 0)
