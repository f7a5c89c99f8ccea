"""What the findings of a policy say, in which order, how soon, and that no text breaks them."""

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.language.kinds import PolicyKind
from policies.validation.findings import Severity, findings

MANAGED = PolicyKind.IDENTITY_MANAGED


def a_policy(version: str = "2012-10-17", **members: Any) -> str:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::my-bucket/*", **members}
    return json.dumps({"Version": version, "Statement": [statement]})


def codes(text: str, kind: PolicyKind = MANAGED, severity: Severity | None = None) -> list[str]:
    return [each.code for each in findings(text, kind) if severity in (None, each.severity)]


def test_ac51_an_impossible_version_is_an_error_that_names_the_two_versions() -> None:
    (finding,) = [each for each in findings(a_policy("2012-01-17"), MANAGED) if each.severity is Severity.ERROR]
    assert finding.code == "INVALID_VERSION"
    assert '"2012-10-17"' in finding.sentence
    assert '"2008-10-17"' in finding.sentence
    assert finding.path == ("Version",)


def test_ac53_the_repair_of_an_impossible_version_is_2012_10_17() -> None:
    text = a_policy("2012-01-17")
    (finding,) = [each for each in findings(text, MANAGED) if each.code == "INVALID_VERSION"]
    assert finding.fix is not None
    assert finding.fix.replacement == '"2012-10-17"'
    start, end = finding.fix.span.start.offset, finding.fix.span.end.offset
    assert text[start:end] == '"2012-01-17"'


def test_ac9_and_ac52_everything_on_everything_can_be_saved_but_is_warned_of() -> None:
    text = a_policy(Action="*", Resource="*")
    assert codes(text, severity=Severity.ERROR) == []
    assert codes(text, severity=Severity.SECURITY_WARNING) == ["PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE"]
    assert "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE" in codes(text, severity=Severity.WARNING)


def test_ac56_listing_a_bucket_by_its_objects_is_warned_of() -> None:
    objects, bucket = "arn:aws:s3:::my-bucket/*", "arn:aws:s3:::my-bucket"
    assert "LAB_RESOURCE_MISMATCH" in codes(a_policy(Action="s3:ListBucket", Resource=objects))
    assert codes(a_policy(Action="s3:ListBucket", Resource=bucket)) == []
    assert "LAB_RESOURCE_MISMATCH" in codes(a_policy(Action="s3:GetObject", Resource=bucket))


def test_errors_come_first_and_each_kind_in_reading_order() -> None:
    text = json.dumps(
        {
            "Statement": [
                {"Effect": "Allow", "Action": ["*", "s3:Zap"], "Resource": "*"},
                {"effect": "Allow", "Action": "s4:Get", "Resource": "*"},
            ]
        }
    )
    found = findings(text, PolicyKind.IDENTITY_INLINE)
    order = list(Severity)
    keys = [(order.index(each.severity), each.span.start.offset) for each in found]
    assert keys == sorted(keys)
    assert found[0].severity is Severity.ERROR


def test_a_fault_that_keeps_a_policy_from_being_saved_is_told_once() -> None:
    text = a_policy("2012-01-17", Effect="allow", Resource="arn:aws:iam:us-east-1:111122223333:user/bob")
    found = codes(text, severity=Severity.ERROR)
    assert sorted(found) == ["ARN_REGION_NOT_ALLOWED", "INVALID_EFFECT", "INVALID_VERSION"]


def test_a_list_of_one_has_an_index_in_its_path_and_a_lone_value_has_none() -> None:
    (listed,) = [each.path for each in findings(a_policy(Action=["s3:Zap"]), MANAGED) if each.code == "INVALID_ACTION"]
    (alone,) = [each.path for each in findings(a_policy(Action="s3:Zap"), MANAGED) if each.code == "INVALID_ACTION"]
    assert listed == ("Statement", 0, "Action", 0)
    assert alone == ("Statement", 0, "Action")


@pytest.mark.parametrize(
    ("members", "meant"),
    [
        ({"Action": "s3:GetObjekt"}, "s3:GetObject"),
        ({"Action": "dynamo:Query"}, "dynamodb"),
        ({"Condition": {"StringEquals": {"aws:UserNames": "bob"}}}, "aws:username"),
        ({"Condition": {"StringEquals": {"s3:prefixx": "a/"}}}, "s3:prefix"),
        ({"Condition": {"StringEqual": {"s3:prefix": "a/"}}}, "StringEquals"),
        ({"Resources": "*"}, "Resource"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_known_one(members: dict[str, Any], meant: str) -> None:
    sentences = [each.sentence for each in findings(a_policy(**members), MANAGED) if each.severity is Severity.ERROR]
    assert any("Did you mean" in sentence and meant in sentence for sentence in sentences), sentences


def test_the_type_of_the_resource_makes_a_trust_policy() -> None:
    text = a_policy(Principal={"Service": "ec2.amazonaws.com"}, Action="sts:AssumeRole", Resource="*")
    found = findings(text, PolicyKind.RESOURCE, "AWS::IAM::AssumeRolePolicyDocument")
    assert "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE" in [each.code for each in found]


def test_a_full_managed_policy_is_validated_in_30_milliseconds() -> None:
    conditions = {
        "StringLike": {"s3:prefix": ["home/${aws:username}/*", "open/*"]},
        "Bool": {"aws:SecureTransport": True},
    }
    statements = [
        {
            "Sid": f"Part{number}",
            "Effect": "Allow",
            "Action": ["s3:Get*", "s3:PutObject", "ec2:Describe*", "iam:PassRole", "dynamodb:Query"],
            "Resource": [f"arn:aws:s3:::bucket-{number}/*", f"arn:aws:iam::111122223333:role/app-{number}"],
            "Condition": conditions,
        }
        for number in range(19)
    ]
    text = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
    assert 5500 < len(text) <= 6144
    findings(text, MANAGED)
    took = []
    for _ in range(7):
        started = time.perf_counter()
        findings(text, MANAGED)
        took.append(time.perf_counter() - started)
    assert min(took) < 0.030


NAMES = st.sampled_from(
    [
        *("Version", "Statement", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"),
        *("Principal", "Sid", "NotPrincipal", "AWS", "Service", "Federated", "StringLike", "ForAllValues:Null"),
        *("IpAddress", "DateEquals", "Bool", "aws:SourceIp", "aws:userid", "aws:SourceVpc", "s3:prefix", "aws:TagKeys"),
        *("Id", "aws:RequestTag/", ":", "a:b:c"),
    ]
)
WORDS = st.sampled_from(
    [
        *("*", "?", "s3:*", "iam:PassRole", "arn:aws:s3:::b/*", "arn:aws:iam::*:role/*", "${aws:username}", "${"),
        *("${}", "${a, b}", "Allow", "Deny", "2012-10-17", "10.0.0.0/8", "1.2.3.4/33", "::/0"),
        *("true", "2026", "arn:*", "arn", ":::::", "*:*", "arn:aws:sts::111122223333:assumed-role/a/b", "AROA"),
        *("ec2.amazonaws.com", "arn:${x:y}:s3:::b", "\ud801", "é"),
    ]
)
VALUES = st.recursive(
    st.one_of(WORDS, st.text(max_size=12), st.booleans(), st.none(), st.integers(), st.floats(allow_nan=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.one_of(NAMES, WORDS), inner, max_size=5)),
    max_leaves=20,
)
STATEMENTS = st.dictionaries(NAMES, VALUES, max_size=7)
POLICIES = st.one_of(
    st.text(max_size=200),
    VALUES.map(json.dumps),
    st.fixed_dictionaries({"Version": WORDS, "Statement": st.lists(STATEMENTS, max_size=4)}).map(json.dumps),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(POLICIES, st.sampled_from(PolicyKind), st.sampled_from(["", "AWS::S3::Bucket", "odd", "AWS::X::Y"]))
def test_no_text_breaks_the_validation(text: str, kind: PolicyKind, resource_type: str) -> None:
    for finding in findings(text, kind, resource_type):
        assert 0 <= finding.span.start.offset <= finding.span.end.offset <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        a_policy(Resource="arn:aws:s3:::" + "*a" * 60_000),
        a_policy(Action=["s3:" + "*" * 500] * 200),
        a_policy(Resource=[f"arn:aws:s3:::{'?' * n}*" for n in range(400)]),
        a_policy(Condition={"StringLike": {"aws:userid": ["${" * 20_000]}}),
        a_policy(Condition={"StringEquals": {"aws:" + "x" * 60_000: "y"}}),
        a_policy(Principal={"Federated": "a." * 30_000}),
        json.dumps({"Statement": [{"Effect": "Allow"}] * 5_000}),
        "[" * 100_000,
    ],
    ids=lambda text: text[-40:],
)
def test_hostile_texts_are_validated_soon(text: str) -> None:
    findings(text, MANAGED)  # the catalog is read
    started = time.perf_counter()
    findings(text, PolicyKind.TRUST)
    findings(text, MANAGED)
    assert time.perf_counter() - started < 2
