"""Findings about a text: what IAM refuses, and names that AWS does not have."""

from __future__ import annotations

import json

import pytest

from policies.editor.trust import service_trust
from policies.language.kinds import PolicyKind
from policies.validation.findings import Finding, Severity, findings

MANAGED = PolicyKind.IDENTITY_MANAGED


def errors(text: str, kind: PolicyKind = MANAGED) -> list[Finding]:
    return [finding for finding in findings(text, kind) if finding.severity is Severity.ERROR]


def document(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=4)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("s3:GetObjects", ("Amazon S3 has no action", "s3:GetObject")),
        ("ec22:RunInstances", ('no service "ec22"', "Did you mean", "ec2")),
        ("s3:Fly*", ("Fly*",)),
    ],
)
def test_an_unknown_name_is_an_error_with_the_nearest_one(action: str, words: tuple[str, ...]) -> None:
    (error,) = errors(document("s3:ListBucket", action))
    assert all(word in error.sentence for word in words)
    assert (error.span.start.line, error.span.start.column) == (8, 17)


@pytest.mark.parametrize("action", ["*", "s3:*", "S3:getobject", "ec2:Describe*", "iam:?etUser"])
def test_what_covers_actions_is_no_error(action: str) -> None:
    assert errors(document(action)) == []


def test_what_iam_refuses_and_unknown_names_are_told_together_in_reading_order() -> None:
    text = document("s3:GetObjects").replace("2012-10-17", "2012-01-17")
    broken = errors(text)
    assert [finding.span.start.line for finding in broken] == sorted(finding.span.start.line for finding in broken)
    assert "2012-10-17" in broken[0].sentence
    assert "2008-10-17" in broken[0].sentence


def test_a_kind_has_its_own_rules() -> None:
    text = service_trust("ec2.amazonaws.com")
    assert errors(text, PolicyKind.TRUST) == []
    assert errors(text)


def test_very_much_wrong_is_told_up_to_a_limit() -> None:
    assert 100 <= len(findings(document(*(f"nowhere:A{number}" for number in range(300))), MANAGED)) <= 200
