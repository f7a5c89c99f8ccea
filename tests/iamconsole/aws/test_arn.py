"""ARNs are built as IAM builds them, and taken apart without loss."""

import pytest

from iamconsole.aws import arn
from iamconsole.aws.arn import Arn
from iamconsole.aws.errors import ValidationError
from iamconsole.aws.identifiers import is_account_id

ACCOUNT = "123456789012"
BUILT = {
    arn.root_arn(ACCOUNT): "arn:aws:iam::123456789012:root",
    arn.user_arn(ACCOUNT, "/", "alice"): "arn:aws:iam::123456789012:user/alice",
    arn.user_arn(ACCOUNT, "/students/year-1/", "bob"): "arn:aws:iam::123456789012:user/students/year-1/bob",
    arn.group_arn(ACCOUNT, "/", "Admins"): "arn:aws:iam::123456789012:group/Admins",
    arn.role_arn(ACCOUNT, "/service-role/", "Writer"): "arn:aws:iam::123456789012:role/service-role/Writer",
    arn.policy_arn(ACCOUNT, "/", "ListBucket"): "arn:aws:iam::123456789012:policy/ListBucket",
    arn.instance_profile_arn(ACCOUNT, "/", "Web"): "arn:aws:iam::123456789012:instance-profile/Web",
    arn.mfa_arn(ACCOUNT, "/", "phone"): "arn:aws:iam::123456789012:mfa/phone",
    arn.assumed_role_arn(ACCOUNT, "Writer", "alice"): "arn:aws:sts::123456789012:assumed-role/Writer/alice",
}


@pytest.mark.parametrize(("built", "expected"), BUILT.items())
def test_an_arn_is_built_as_iam_builds_it(built: str, expected: str) -> None:
    assert built == expected


@pytest.mark.parametrize("built", BUILT)
def test_ac2_every_iam_arn_has_an_empty_region_and_a_twelve_digit_account(built: str) -> None:
    parsed = Arn.parse(built)
    assert parsed.region == ""
    assert is_account_id(parsed.account)


def test_an_aws_managed_policy_belongs_to_aws() -> None:
    built = arn.policy_arn(arn.AWS_MANAGED, "/job-function/", "ViewOnlyAccess")
    assert built == "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"


@pytest.mark.parametrize(
    "text",
    [
        *BUILT,
        "arn:aws:s3:::my-bucket/a:key:with:colons",
        "arn:aws-cn:sqs:cn-north-1:123456789012:queue",
        "arn:aws:s3:::*",
    ],
)
def test_an_arn_taken_apart_reads_the_same_when_put_together(text: str) -> None:
    assert str(Arn.parse(text)) == text


def test_the_fields_of_an_arn_are_told_apart() -> None:
    parsed = Arn.parse("arn:aws-cn:sqs:cn-north-1:123456789012:queue:one")
    assert parsed == Arn("aws-cn", "sqs", "cn-north-1", "123456789012", "queue:one")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ReadOnlyAccess",
        "arn:aws:iam::123456789012",
        "urn:aws:iam::123456789012:user/alice",
        "arn::iam::123456789012:user/alice",
        "arn:aws:::123456789012:user/alice",
        "arn:aws:iam::123456789012:",
        "arn:aws:iam::123456789012:user/al\x00ice",
        "arn:aws:iam::123456789012:user/alice\n",
        " arn:aws:iam::123456789012:user/alice",
    ],
)
def test_what_is_no_arn_is_refused_with_the_two_spaces_of_aws(text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Arn.parse(text)
    assert str(refusal.value) == "Invalid ARN:  Could not be parsed!"


@pytest.mark.parametrize(
    ("resource", "path", "name"),
    [
        ("user/alice", "/", "alice"),
        ("user/students/year-1/bob", "/students/year-1/", "bob"),
        ("instance-profile/web/Front", "/web/", "Front"),
        ("root", "/", "root"),
    ],
)
def test_path_and_name_are_read_from_the_resource(resource: str, path: str, name: str) -> None:
    assert arn.split_path(resource) == (path, name)


@pytest.mark.parametrize("path", ["/", "/a/", "/a/b/", "//", "/a//b/"])
def test_a_path_survives_the_arn(path: str) -> None:
    assert arn.split_path(Arn.parse(arn.user_arn(ACCOUNT, path, "alice")).resource) == (path, "alice")
