"""What a version changed, in words."""

from __future__ import annotations

import json
from time import perf_counter
from typing import Any

import pytest

from policies.catalog.managed_policies import aws_managed_policies
from policies.editor.changes import changes

READ: dict[str, Any] = {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}
DENY: dict[str, Any] = {"Effect": "Deny", "NotAction": "iam:*", "Resource": ["a", "b"]}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def change(before: str, after: str) -> str:
    (said,) = changes([before, after])
    return said


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> str:
    return json.dumps({"Version": version, "Statement": list(statements)})


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ([READ], [READ | {"Action": "s3:GetObject"}], "1 action removed"),
        ([READ], [READ | {"Action": [], "Condition": MFA}], "2 actions removed, 1 condition added"),
        ([READ], [READ | {"Action": ["s3:GetObject", "s3:PutObject"]}], "1 action added, 1 action removed"),
        ([READ], [READ, DENY], "1 statement added"),
        ([READ, DENY], [READ], "1 statement removed"),
        ([READ], [READ | {"Effect": "Deny"}], "1 effect changed to Deny"),
        ([READ], [READ | {"Resource": ["a", "b"]}], "2 resources added, 1 resource removed"),
        ([DENY], [DENY | {"NotAction": ["iam:*", "sts:*"]}], "1 excepted action added"),
        ([READ | {"Condition": MFA}], [READ], "1 condition removed"),
        (
            [READ | {"Condition": MFA}],
            [READ | {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}],
            "1 condition changed",
        ),
        ([READ | {"Principal": {"AWS": ["1", "2"]}}], [READ | {"Principal": {"AWS": "1"}}], "1 principal removed"),
        ([READ, DENY], [DENY, READ], "Permissions unchanged"),
        ([DENY], [DENY | {"Sid": "Guard"}], "Permissions unchanged"),
        (
            [DENY, READ],
            [DENY | {"Resource": "a"}, READ | {"Action": "s3:*"}],
            "1 action added, 2 actions removed, 1 resource removed",
        ),
    ],
)  # fmt: skip
def test_a_change_is_told_in_words(before: list[dict[str, Any]], after: list[dict[str, Any]], said: str) -> None:
    assert change(policy(*before), policy(*after)) == said


def test_layout_and_one_value_in_a_list_are_no_change() -> None:
    one = policy(READ | {"Resource": ["*"]})
    assert change(one, json.dumps(json.loads(policy(READ)), indent=4)) == "Permissions unchanged"
    alone = json.dumps({"Version": "2012-10-17", "Statement": READ})
    assert change(alone, one) == "Permissions unchanged"


def test_another_language_version_is_told() -> None:
    assert change(policy(READ, version="2008-10-17"), policy(READ)) == "language version 2012-10-17"
    assert change(policy(READ), json.dumps({"Statement": [READ]})) == "language version 2008-10-17"


def test_a_page_of_the_longest_history_is_told_in_no_time() -> None:
    longest = next(policy for policy in aws_managed_policies() if policy.name == "ReadOnlyAccess")
    documents = [version.document for version in longest.versions[-51:]]
    start = perf_counter()
    told = changes(documents)
    assert perf_counter() - start < 1
    assert len(told) == 50
    assert "" not in told


def test_documents_of_any_length_are_answered_at_once() -> None:
    assert change(policy(READ), policy(READ | {"Action": ["s3:*"] * 100_000})) == "Compare the versions to see it"


def test_every_history_of_aws_can_be_told() -> None:
    for each in aws_managed_policies():
        assert all(changes(version.document for version in each.versions[-3:]))
