"""A policy in a table."""

from __future__ import annotations

import json
from typing import Any

from policies.catalog import AccessLevel, actions
from policies.language.reader import read
from policies.summary.policy_summary import PolicySummary, summarize


def summary(*statements: dict[str, Any]) -> PolicySummary:
    return summarize(read(json.dumps({"Version": "2012-10-17", "Statement": list(statements)})))


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def test_everything_is_full_access_to_every_service() -> None:
    found = summary(allow("*"))
    assert len(found.allow) == found.services > 400
    assert {(row.access_level, row.resource, row.condition) for row in found.allow} == {
        ("Full access", "All resources", "None")
    }
    assert found.deny == ()


def test_a_level_is_full_or_limited() -> None:
    lists = [action.full_name for action in actions("s3").values() if action.access_level is AccessLevel.LIST]
    (row,) = summary(allow([*lists, "s3:GetObject"])).allow
    assert (row.name, row.access_level) == ("Amazon S3", "Full: List Limited: Read")
    (row,) = summary(allow("s3:GetObject")).allow
    assert row.access_level == "Limited: Read"


def test_resources_and_conditions_are_named_or_multiple() -> None:
    office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    (row,) = summary(allow("s3:GetObject", "arn:aws:s3:::bucket/*", Condition=office)).allow
    assert row.resource == "arn:aws:s3:::bucket/*"
    assert row.condition == "aws:SourceIp | IpAddress | 203.0.113.0/24"
    (row,) = summary(allow("s3:GetObject", "arn:aws:s3:::bucket/*", Condition=office), allow("s3:ListBucket")).allow
    assert (row.resource, row.condition) == ("Multiple", "Multiple")


def test_a_deny_stands_apart_and_not_action_covers_the_rest() -> None:
    found = summary({"Effect": "Deny", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::bucket"}, allow("iam:*"))
    assert [row.name for row in found.allow] == ["AWS Identity and Access Management (IAM)"]
    assert len(found.deny) == found.services - 1
    assert found.deny[0].resource == "All except arn:aws:s3:::bucket"


def test_a_service_that_aws_does_not_have_is_told() -> None:
    found = summary(allow(["nowhere:Go", "s3:GetObject"]))
    assert found.unknown == ("nowhere",)
    assert [row.name for row in found.allow] == ["Amazon S3"]
