"""Findings about a text: what IAM refuses, and names that AWS does not have."""

from __future__ import annotations

import json

import pytest

from policies.language.kinds import PolicyKind
from policies.validation.findings import Severity, findings

MANAGED = PolicyKind.IDENTITY_MANAGED


def document(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=4)


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ("s3:GetObjects", 'Amazon S3 has no action "GetObjects". Did you mean "s3:GetObject"?'),
        ("ec22:RunInstances", 'There is no service "ec22". Did you mean "ec2"?'),
        ("s3:Fly*", '"s3:Fly*" covers no action of Amazon S3.'),
    ],
)
def test_an_unknown_name_is_an_error_with_the_nearest_one(action: str, sentence: str) -> None:
    (finding,) = findings(document("s3:ListBucket", action), MANAGED)
    assert (finding.severity, finding.sentence) == (Severity.ERROR, sentence)
    assert (finding.span.start.line, finding.span.start.column) == (8, 17)


@pytest.mark.parametrize("action", ["*", "s3:*", "S3:getobject", "ec2:Describe*", "iam:?etUser"])
def test_what_covers_actions_is_no_finding(action: str) -> None:
    assert findings(document(action), MANAGED) == ()


def test_what_iam_refuses_and_unknown_names_are_told_together_in_reading_order() -> None:
    text = document("s3:GetObjects").replace("2012-10-17", "2012-01-17")
    broken = findings(text, MANAGED)
    assert [finding.span.start.line for finding in broken] == sorted(finding.span.start.line for finding in broken)
    assert "2012-10-17" in broken[0].sentence
    assert "2008-10-17" in broken[0].sentence


def test_a_kind_has_its_own_rules() -> None:
    text = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}}'
    assert findings(text, PolicyKind.TRUST) == ()
    assert findings(text, MANAGED)


def test_very_much_wrong_is_told_up_to_a_hundred() -> None:
    assert len(findings(document(*(f"nowhere:A{number}" for number in range(300))), MANAGED)) == 100
