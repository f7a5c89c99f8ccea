"""Golden sentences: why a statement that nearly matched did not count."""

from typing import Any

import pytest

from policies.evaluation import AppliedPolicies, PolicyType, evaluate
from tests.policies.evaluation.cast import ACCOUNT, AN_OBJECT, a_policy, a_request, allow, ask, deny

INSTANCE = f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1"


def under(operator: str, key: str, value: Any) -> dict[str, Any]:
    return allow("*", "*", Condition={operator: {key: value}})


GOLDEN: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    (
        "bucket, not object",
        allow("s3:*", "arn:aws:s3:::app"),
        {},
        (
            f"The statement covers the bucket arn:aws:s3:::app, the request is for an object in it, {AN_OBJECT}; "
            "objects are covered by arn:aws:s3:::app/*."
        ),
    ),
    (
        "objects, not bucket",
        allow("s3:*", "arn:aws:s3:::app/*"),
        {"action": "s3:ListBucket", "resource": "arn:aws:s3:::app"},
        (
            "The statement covers the objects in the bucket, arn:aws:s3:::app/*; "
            "the request is for the bucket itself, arn:aws:s3:::app."
        ),
    ),
    (
        "no single resource",
        allow("s3:*", "arn:aws:s3:::*"),
        {"action": "s3:ListAllMyBuckets", "resource": "*"},
        (
            's3:ListAllMyBuckets here names no single resource, so only Resource "*" covers it; '
            "the statement lists arn:aws:s3:::*."
        ),
    ),
    (
        "another Region",
        allow("ec2:*", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*"),
        {"action": "ec2:StopInstances", "resource": INSTANCE},
        f"The statement covers Region eu-west-1, the request is for Region us-east-1: {INSTANCE}.",
    ),
    (
        "another account",
        allow("ec2:*", "arn:aws:ec2:us-east-1:222222222222:instance/*"),
        {"action": "ec2:StopInstances", "resource": INSTANCE},
        f"The statement covers account 222222222222, the request is for account {ACCOUNT}: {INSTANCE}.",
    ),
    (
        "letter case",
        allow("s3:*", "arn:aws:s3:::App/*"),
        {},
        (
            f"The statement covers arn:aws:s3:::App/*, the request is for {AN_OBJECT}: "
            "in an ARN upper and lower case count."
        ),
    ),
    (
        "path",
        allow("iam:*", f"arn:aws:iam::{ACCOUNT}:user/bob"),
        {"action": "iam:GetUser", "resource": f"arn:aws:iam::{ACCOUNT}:user/eng/bob"},
        (
            f"The statement covers arn:aws:iam::{ACCOUNT}:user/bob, the request is for "
            f"arn:aws:iam::{ACCOUNT}:user/eng/bob: the path belongs to an IAM ARN."
        ),
    ),
    (
        "elsewhere",
        allow("s3:*", "arn:aws:s3:::logs/*"),
        {},
        f"The statement covers arn:aws:s3:::logs/*, the request is for {AN_OBJECT}.",
    ),
    (
        "variable without value",
        allow("s3:*", "arn:aws:s3:::app/${aws:PrincipalTag/team}/*"),
        {},
        (
            "aws:PrincipalTag/team has no value in this request, "
            "so arn:aws:s3:::app/${aws:PrincipalTag/team}/* covers nothing."
        ),
    ),
    (
        "another's home",
        allow("s3:*", "arn:aws:s3:::app/${aws:username}/*"),
        {},
        (
            "The statement covers arn:aws:s3:::app/alice/* (arn:aws:s3:::app/${aws:username}/* for this request), "
            f"the request is for {AN_OBJECT}."
        ),
    ),
    (
        "excluded resource",
        {"Effect": "Allow", "Action": "s3:*", "NotResource": AN_OBJECT},
        {},
        f"NotResource leaves {AN_OBJECT} out of what the statement covers.",
    ),
    (
        "another action",
        allow(["s3:ListBucket", "s3:PutObject"]),
        {},
        "The statement covers s3:ListBucket and s3:PutObject, the request asks for s3:GetObject.",
    ),
    (
        "a slip of the pen",
        allow("s3:GetObjects"),
        {},
        "The statement names s3:GetObjects, the request asks for s3:GetObject: the names differ by a few letters.",
    ),
    (
        "excluded action",
        {"Effect": "Allow", "NotAction": "s3:Get*", "Resource": "*"},
        {},
        "NotAction leaves s3:GetObject out of what the statement covers.",
    ),
    (
        "another tag",
        under("StringEquals", "ec2:ResourceTag/env", "dev"),
        {"context": {"ec2:ResourceTag/env": ["prod"]}},
        "The statement demands ec2:ResourceTag/env = dev, the request says prod.",
    ),
    (
        "missing key",
        under("Bool", "aws:MultiFactorAuthPresent", "true"),
        {},
        (
            "The statement demands aws:MultiFactorAuthPresent = true, "
            "but the request does not carry aws:MultiFactorAuthPresent."
        ),
    ),
    (
        "a star under StringEquals",
        under("StringEquals", "aws:UserAgent", "aws-cli*"),
        {"context": {"aws:UserAgent": ["aws-cli/2"]}},
        (
            "The statement demands aws:UserAgent = aws-cli*, the request says aws-cli/2. "
            "StringEquals takes * and ? as they stand; StringLike knows wildcards."
        ),
    ),
    (
        "letter case of a value",
        under("StringEquals", "aws:PrincipalTag/team", "Red"),
        {"context": {"aws:PrincipalTag/team": ["red"]}},
        (
            "The statement demands aws:PrincipalTag/team = Red, the request says red. "
            "StringEquals tells upper and lower case apart."
        ),
    ),
    (
        "outside the range",
        under("IpAddress", "aws:SourceIp", "203.0.113.0/24"),
        {"context": {"aws:SourceIp": ["198.51.100.3"]}},
        "The statement demands aws:SourceIp within 203.0.113.0/24, the request says 198.51.100.3.",
    ),
    (
        "too late",
        under("DateLessThan", "aws:CurrentTime", "2026-01-01T00:00:00Z"),
        {"context": {"aws:CurrentTime": ["2026-05-01T00:00:00Z"]}},
        "The statement demands aws:CurrentTime before 2026-01-01T00:00:00Z, the request says 2026-05-01T00:00:00Z.",
    ),
    (
        "too old",
        under("NumericLessThan", "aws:MultiFactorAuthAge", "3600"),
        {"context": {"aws:MultiFactorAuthAge": ["7200"]}},
        "The statement demands aws:MultiFactorAuthAge below 3600, the request says 7200.",
    ),
    (
        "no number",
        under("NumericLessThan", "aws:MultiFactorAuthAge", "3600"),
        {"context": {"aws:MultiFactorAuthAge": ["soon"]}},
        "The request's aws:MultiFactorAuthAge is soon, which is not a number, so NumericLessThan is not met.",
    ),
    (
        "several values",
        under("StringEquals", "aws:TagKeys", "team"),
        {"context": {"aws:TagKeys": ["team", "env"]}},
        (
            "The request carries 2 values of aws:TagKeys, and StringEquals compares only one; "
            "ForAnyValue:StringEquals or ForAllValues:StringEquals compare several."
        ),
    ),
    (
        "one tag too many",
        under("ForAllValues:StringEquals", "aws:TagKeys", ["team"]),
        {"context": {"aws:TagKeys": ["team", "env"]}},
        "The statement demands every value of aws:TagKeys = team, the request says team and env.",
    ),
    (
        "must be there",
        under("Null", "aws:TokenIssueTime", "false"),
        {},
        "The statement demands that the request carries aws:TokenIssueTime, and it does not.",
    ),
    (
        "must be missing",
        under("Null", "aws:UserAgent", "true"),
        {"context": {"aws:UserAgent": ["curl"]}},
        "The statement demands that aws:UserAgent is missing, the request carries it: curl.",
    ),
    (
        "variable in a value",
        under("StringEquals", "s3:prefix", "home/${aws:username}"),
        {"context": {"s3:prefix": ["home/bob"]}},
        "The statement demands s3:prefix = home/alice (home/${aws:username}), the request says home/bob.",
    ),
    (
        "no value listed",
        under("StringEquals", "aws:UserAgent", []),
        {"context": {"aws:UserAgent": ["curl"]}},
        "StringEquals lists no value for aws:UserAgent, so the condition is never met.",
    ),
]


@pytest.mark.parametrize(
    ("statement", "request_", "sentence"), [each[1:] for each in GOLDEN], ids=[e[0] for e in GOLDEN]
)
def test_the_sentence_says_where_they_part(statement: Any, request_: dict[str, Any], sentence: str) -> None:
    decision = ask(statement, explain=True, **request_)
    assert [miss.sentence for miss in decision.near_misses] == [sentence]


def test_under_the_old_version_the_variable_is_plain_text() -> None:
    policy = a_policy([allow("s3:*", "arn:aws:s3:::app/${aws:username}/*")], version="2008-10-17")
    (miss,) = evaluate(a_request(), AppliedPolicies(identity=(policy,)), explain=True).near_misses
    assert miss.sentence == (
        'In arn:aws:s3:::app/${aws:username}/* the ${...} is plain text: variables need "Version": "2012-10-17" '
        "in the policy."
    )


@pytest.mark.parametrize(
    ("principal", "sentence"),
    [
        (f"arn:aws:iam::{ACCOUNT}:user/bob", "The statement names {0}, the caller is the user alice."),
        (
            "arn:aws:iam::222222222222:root",
            (
                "The statement names principals of account 222222222222; "
                f"the caller, the user alice, is of account {ACCOUNT}."
            ),
        ),
        (
            f"arn:aws:iam::{ACCOUNT}:group/Developers",
            "The statement names the group {0}; a group is no principal, only users, roles and accounts are.",
        ),
    ],
)
def test_the_sentence_says_whom_a_statement_names(principal: str, sentence: str) -> None:
    policy = a_policy([allow("*", "*", Principal={"AWS": principal})], PolicyType.RESOURCE)
    (miss,) = evaluate(a_request(), AppliedPolicies(resource=policy), explain=True).near_misses
    assert miss.sentence == sentence.format(principal)


def test_each_part_says_what_was_asked_and_what_stands_there() -> None:
    statement = allow("ec2:*", "*", Condition={"StringEquals": {"ec2:ResourceTag/env": "dev"}})
    context = {"ec2:ResourceTag/env": ["prod"]}
    (miss,) = ask(statement, explain=True, action="ec2:StopInstances", resource=INSTANCE, context=context).near_misses
    assert [(part.element, part.matched) for part in miss.parts] == [
        ("action", True),
        ("resource", True),
        ("condition", False),
    ]
    (parting,) = miss.partings
    assert (parting.name, parting.asked, parting.wanted) == ("StringEquals ec2:ResourceTag/env", ("prod",), ("dev",))
    assert parting.span.start.line == 10


def test_statements_of_the_telling_effect_come_first() -> None:
    decision = ask(deny("*", "arn:aws:s3:::other"), allow("s3:*", "arn:aws:s3:::other"), explain=True)
    assert [miss.effect.value for miss in decision.near_misses] == ["Allow", "Deny"]


def test_statements_about_other_services_are_not_near() -> None:
    assert ask(allow("ec2:*"), explain=True).near_misses == ()
