"""A policy in a table."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from policies.catalog import AccessLevel, actions
from policies.language.document import Effect
from policies.language.reader import read
from policies.summary.policy_summary import MissingSummary, PolicySummary, policy_summary, summarize
from tests.policies.summary.documents import a_document, allow, deny, of_aws, of_the_demo

OFFICE = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}


def summary(*statements: dict[str, Any]) -> PolicySummary:
    return summarize(a_document(*statements))


def of(text: str) -> PolicySummary:
    found = policy_summary(text)
    assert isinstance(found, PolicySummary)
    return found


def test_everything_is_full_access_to_every_service() -> None:
    found = of(of_aws("AdministratorAccess"))
    assert len(found.allow) == found.services > 400
    assert {(row.access_level, row.resource, row.condition, row.warnings) for row in found.allow} == {
        ("Full access", "All resources", "None", ())
    }
    assert found.deny == found.remaining == ()


def test_reading_s3_is_two_services() -> None:
    rows = of(of_aws("AmazonS3ReadOnlyAccess")).allow
    assert [(row.name, row.access_level, row.resource, row.condition, row.warnings) for row in rows] == [
        ("Amazon S3", "Full: List Limited: Read", "All resources", "None", ()),
        ("Amazon S3 Object Lambda", "Full: List, Read", "All resources", "None", ()),
    ]


def test_a_power_user_has_everything_but_iam_organizations_and_accounts() -> None:
    found = of(of_aws("PowerUserAccess"))
    limited = {row.prefix: row.access_level for row in found.allow if row.access_level != "Full access"}
    assert limited == {
        "account": "Full: List Limited: Read",
        "iam": "Limited: List, Write",
        "organizations": "Limited: Read",
    }


def test_the_developers_policy_of_the_demo_allows_and_denies() -> None:
    found = of(of_the_demo("DevServers"))
    assert [(row.name, row.access_level, row.condition) for row in found.deny] == [
        ("Amazon EC2", "Full: Tagging", "aws:TagKeys | for any value: string equals | env")
    ]
    assert [(row.access_level, row.resource, row.condition, row.warnings) for row in found.allow] == [
        ("Limited: Write", "InstanceId | string like | All", "aws:ResourceTag/env | string equals | dev", ())
    ]


def test_a_level_is_full_or_limited() -> None:
    lists = [action.full_name for action in actions("s3").values() if action.access_level is AccessLevel.LIST]
    (row,) = summary(allow([*lists, "s3:GetObject"])).allow
    assert (row.name, row.access_level) == ("Amazon S3", "Full: List Limited: Read")
    (row,) = summary(allow("s3:GetObject")).allow
    assert row.access_level == "Limited: Read"


@pytest.mark.parametrize(
    ("action", "resource", "said"),
    [
        ("s3:GetObject", "*", "All resources"),
        ("s3:ListBucket", "arn:aws:s3:::reports", "BucketName | string like | reports"),
        (
            "s3:GetObject",
            "arn:aws:s3:::reports/*",
            "BucketName | string like | reports, ObjectName | string like | All",
        ),
        ("ec2:StopInstances", "arn:aws:ec2:us-west-2:*:*", "region | string like | us-west-2"),
        (
            "ec2:StopInstances",
            "arn:aws:ec2:us-west-2:111122223333:instance/i-1",
            "region | string like | us-west-2, InstanceId | string like | i-1",
        ),
        ("iam:GetUser", "arn:aws:iam::*:user/${aws:username}", "UserNameWithPath | string like | ${aws:username}"),
        ("s3:*", ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"], "Multiple"),
        ("s3:GetObject", ["arn:aws:s3:::reports/*", "*"], "All resources"),
    ],
)
def test_a_resource_is_told_by_the_parts_of_its_type(action: str, resource: str, said: str) -> None:
    assert summary(allow(action, resource)).allow[0].resource == said


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (OFFICE, "aws:SourceIp | IP address | 203.0.113.0/24"),
        (
            {"StringNotEqualsIgnoreCaseIfExists": {"aws:username": ["a", "b"]}},
            "aws:username | string not equals ignore case if exists | a, b",
        ),
        (
            {"ForAllValues:StringLike": {"aws:TagKeys": "team"}},
            "aws:TagKeys | for all values: string like | team",
        ),
        ({"ArnLike": {"aws:PrincipalArn": "*"}}, "aws:PrincipalArn | ARN like | *"),
        ({**OFFICE, "Bool": {"aws:SecureTransport": "true"}}, "Multiple"),
    ],
)
def test_a_condition_is_told_in_words(condition: dict[str, Any], said: str) -> None:
    assert summary(allow("s3:*", Condition=condition)).allow[0].condition == said


def test_statements_that_differ_make_multiple() -> None:
    (row,) = summary(allow("s3:GetObject", "arn:aws:s3:::a/*", Condition=OFFICE), allow("s3:ListBucket")).allow
    assert (row.resource, row.condition) == ("Multiple", "Multiple")


def test_a_deny_stands_apart_and_not_action_covers_the_rest() -> None:
    found = summary({"Effect": "Deny", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::bucket"}, allow("iam:*"))
    assert [row.name for row in found.allow] == ["AWS Identity and Access Management (IAM)"]
    assert len(found.deny) == found.services - 1
    assert found.deny[0].resource == "All except arn:aws:s3:::bucket"


def test_a_service_that_aws_does_not_have_is_uncategorized() -> None:
    found = summary(allow(["nowhere:Go", "s3:GetObject"]))
    assert [(row.name, row.access_level, row.resource) for row in found.uncategorized] == [
        ("nowhere", "", "All resources")
    ]
    assert [row.name for row in found.allow] == ["Amazon S3"]


def test_the_remaining_services_have_no_access() -> None:
    found = summary(allow("s3:*"), deny("ec2:*"))
    assert len(found.remaining) == found.services - 2
    assert {row.access_level for row in found.remaining} == {"None"}


def test_ac56_an_action_beside_resources_that_it_does_not_take_is_warned_of() -> None:
    (row,) = summary(allow("s3:ListBucket", "arn:aws:s3:::my-bucket")).allow
    assert row.warnings == ()
    (row,) = summary(allow(["s3:ListBucket", "s3:GetObject"], "arn:aws:s3:::my-bucket/*")).allow
    assert row.resource_warnings == ("One or more actions do not have an applicable resource.",)
    found = summary(allow("s3:ListBucket", "arn:aws:s3:::my-bucket/*"))
    assert found.allow[0].resource_warnings == ("No resources are defined.",)
    assert found.grants_nothing


def test_a_resource_that_no_action_takes_is_warned_of() -> None:
    (row,) = summary(allow("s3:GetObject", ["arn:aws:s3:::my-bucket", "arn:aws:s3:::my-bucket/*"])).allow
    assert row.resource_warnings == ("One or more resources do not have an applicable action.",)
    rows = summary(allow("s3:GetObject", ["arn:aws:sqs:*:*:jobs", "arn:aws:s3:::my-bucket/*"])).allow
    assert [(row.prefix, row.access_warnings) for row in rows] == [("s3", ()), ("sqs", ("No actions are defined.",))]


def test_a_known_service_with_unknown_actions_only_has_no_actions() -> None:
    (row,) = summary(allow("s3:GetNothing")).allow
    assert (row.access_level, row.warnings) == ("", ("No actions are defined.",))
    assert summary(allow("s3:GetNothing")).grants_nothing


def test_conditions_and_actions_that_do_not_fit_are_warned_of() -> None:
    prefix = {"StringLike": {"s3:prefix": "home/*"}}
    (row,) = summary(allow(["s3:ListBucket", "s3:GetObject"], Condition=prefix)).allow
    assert row.condition_warnings == ("One or more actions do not have an applicable condition.",)
    (row,) = summary(allow("s3:GetObject", Condition=prefix)).allow
    assert row.condition_warnings == (
        "One or more actions do not have an applicable condition.",
        "One or more conditions do not have an applicable action.",
    )
    (row,) = summary(allow("s3:ListBucket", Condition={**prefix, **OFFICE})).allow
    assert row.condition_warnings == ()


def test_a_policy_that_cannot_be_summed_up_says_why() -> None:
    broken = policy_summary("{")
    assert isinstance(broken, MissingSummary)
    assert broken.reason.startswith("The policy has a syntax error.")
    named = policy_summary(json.dumps({"Statement": {**allow("sts:AssumeRole"), "Principal": "*"}}))
    assert isinstance(named, MissingSummary)


def test_the_longest_policy_is_summed_up_at_once() -> None:
    read_and_more = ["s3:Get*", "ec2:*", "iam:List*"]
    document = a_document(*(allow(read_and_more, f"arn:aws:s3:::bucket-{number}/*") for number in range(40)))
    summarize(document)
    best = min(_seconds(document) for _ in range(5))
    assert best < 0.1  # 30 ms on a machine that does nothing else


def _seconds(document: Any) -> float:
    start = time.perf_counter()
    summarize(document)
    return time.perf_counter() - start


def test_every_policy_of_aws_is_summed_up() -> None:
    for name in ("ReadOnlyAccess", "SecurityAudit", "IAMUserChangePassword", "AmazonDynamoDBFullAccess"):
        found = of(of_aws(name))
        assert found.allow
        assert not found.grants_nothing
        assert read(of_aws(name)).statements[0].effect is Effect.ALLOW
