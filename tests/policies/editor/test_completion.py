"""What could be typed next."""

from __future__ import annotations

import pytest

from policies.editor.completion import MOST, complete


def labels(element: str, text: str) -> list[str]:
    return [option.label for option in complete(element, text)]


@pytest.mark.parametrize(
    ("element", "text", "expected"),
    [
        ("Action", "s3:ListBucketV", ["s3:ListBucketVersions"]),
        ("NotAction", "S3:LISTBUCKETV", ["s3:ListBucketVersions"]),
        ("Action", "ec2-inst", ["ec2-instance-connect:"]),
        ("Effect", "", ["Allow", "Deny"]),
        ("Version", "", ["2012-10-17", "2008-10-17"]),
        ("", "ForAnyValue:IpA", ["ForAnyValue:IpAddress", "ForAnyValue:IpAddressIfExists"]),
        ("", "Stat", ["Statement"]),
        ("aws:SecureTransport", "", ["true", "false"]),
        ("Resource", "arn:aws:sqs:", ["arn:aws:sqs:*:*:*"]),
        ("Nonsense", "s3", []),
    ],
)  # fmt: skip
def test_what_is_completed(element: str, text: str, expected: list[str]) -> None:
    assert labels(element, text) == expected


def test_condition_keys_are_completed_with_their_type() -> None:
    assert ("aws:PrincipalArn", "ARN") in complete("", "aws:Principal")
    assert "s3:prefix" in labels("", "s3:pre")


def test_an_action_says_its_access_level() -> None:
    assert ("s3:ListBucket", "List") in complete("Action", "s3:ListBucket")


def test_the_answer_is_short_however_much_fits() -> None:
    assert len(complete("Action", "ec2:")) == MOST
    assert complete("Action", "x" * 100_000) == ()
