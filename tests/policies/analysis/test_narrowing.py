"""Narrower policies: the same statements with only the actions that are used."""

from __future__ import annotations

import json
from typing import Any

from policies.analysis.grants import granted_actions, needed_with, services_of
from policies.analysis.narrowing import narrow
from policies.catalog import action_bits, action_names
from policies.evaluation import compile_policy


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*", **more}


def used(*actions: str) -> int:
    bits = 0
    for action in actions:
        bits |= action_bits(action)
    return bits


def narrowed(text: str, *actions: str) -> list[dict[str, Any]]:
    found = narrow(compile_policy(text), used(*actions))
    assert found is not None
    statements: list[dict[str, Any]] = json.loads(found.document)["Statement"] if found.document else []
    return statements


def test_a_wildcard_becomes_the_actions_that_are_used() -> None:
    (statement,) = narrowed(document(allow("s3:Get*")), "s3:GetObject", "s3:GetBucketAcl", "s3:PutObject")
    assert statement["Action"] == ["s3:GetBucketAcl", "s3:GetObject"]


def test_sid_resource_and_condition_stay() -> None:
    kept = {
        "Sid": "Papers",
        "Resource": "arn:aws:s3:::papers/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
    }
    (statement,) = narrowed(document(allow(["s3:GetObject", "s3:PutObject"], **kept)), "s3:GetObject")
    assert statement == {"Effect": "Allow", "Action": "s3:GetObject", **kept}


def test_a_statement_without_a_used_action_goes_and_a_deny_stays() -> None:
    deny = {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}
    found = narrowed(document(allow("ec2:*"), allow("s3:GetObject"), deny), "s3:GetObject")
    assert [each["Action"] for each in found] == ["s3:GetObject", "s3:DeleteBucket"]


def test_not_action_is_turned_into_the_actions_that_are_used() -> None:
    statement = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    (found,) = narrowed(document(statement), "s3:GetObject", "iam:ListUsers")
    assert found == {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def test_of_a_policy_that_nobody_uses_nothing_is_left() -> None:
    deny = {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}
    found = narrow(compile_policy(document(allow("s3:*"), deny)), used("ec2:RunInstances"))
    assert found is not None
    assert (found.document, found.kept) == ("", 0)


def test_a_policy_that_is_used_whole_is_left_alone() -> None:
    text = document(allow(["s3:GetObject", "s3:PutObject"]))
    assert narrow(compile_policy(text), used("s3:GetObject", "s3:PutObject")) is None


def test_passing_a_role_stays_where_a_used_action_needs_it() -> None:
    text = document(allow(["lambda:CreateFunction", "lambda:DeleteFunction", "iam:PassRole"]))
    (statement,) = narrowed(text, "lambda:CreateFunction")
    assert statement["Action"] == ["iam:PassRole", "lambda:CreateFunction"]
    (statement,) = narrowed(text, "lambda:DeleteFunction")
    assert statement["Action"] == "lambda:DeleteFunction"


def test_session_tags_go_with_assuming_roles() -> None:
    assert "sts:TagSession" in action_names(needed_with(used("sts:AssumeRole")))
    assert not needed_with(used("s3:GetObject"))


def test_what_a_policy_grants_is_told_by_service() -> None:
    deny = {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}
    granted = granted_actions(compile_policy(document(allow(["s3:Get*", "iam:ListUsers"]), deny)))
    assert services_of(granted) == ("iam", "s3")
