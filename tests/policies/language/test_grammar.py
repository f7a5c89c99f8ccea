"""What IAM refuses to save, by kind of policy, with AWS's message, our sentence and the place."""

import json
from typing import Any

import pytest

from policies.language.grammar import PolicyRefused, check, problems
from policies.language.kinds import PolicyKind

GITHUB = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"


def a_document(version: str | None = "2012-10-17", **members: Any) -> str:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **members}
    document: dict[str, Any] = {"Version": version} if version else {}
    return json.dumps({**document, "Statement": [{key: each for key, each in statement.items() if each is not None}]})


def a_trust(**members: Any) -> str:
    trust = {"Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole", "Resource": None}
    return a_document(**{**trust, **members})


def messages(text: str, kind: PolicyKind = PolicyKind.IDENTITY_MANAGED) -> list[str]:
    return [problem.api_message for problem in problems(text, kind)]


def test_ac3_an_iam_arn_with_a_region_is_refused() -> None:
    arn = "arn:aws:iam:us-east-1:111111111111:user/bob"
    with pytest.raises(PolicyRefused) as refusal:
        check(a_document(Action="iam:GetUser", Resource=arn), PolicyKind.IDENTITY_MANAGED)
    assert refusal.value.api_message == f"IAM resource {arn} cannot contain region information."


def test_ac51_the_version_of_the_handout_cannot_be_saved() -> None:
    with pytest.raises(PolicyRefused) as refusal:
        check(a_document("2012-01-17", Action="*"), PolicyKind.IDENTITY_MANAGED)
    (problem,) = refusal.value.problems
    assert (refusal.value.code, problem.api_message) == ("MalformedPolicyDocument", "Syntax errors in policy.")
    assert '"2012-10-17" and "2008-10-17"' in problem.message


@pytest.mark.parametrize("kind", [PolicyKind.IDENTITY_MANAGED, PolicyKind.IDENTITY_INLINE])
def test_ac54_list_bucket_objects_is_saved_without_a_word(kind: PolicyKind) -> None:
    text = a_document(Sid="ListBucketObjects", Action="s3:ListBucket", Resource="arn:aws:s3:::my-bucket")
    assert problems(text, kind) == ()


def test_ac57_the_sid_list_bucket_objects_is_legal_and_one_with_a_space_is_not() -> None:
    assert messages(a_document(Sid="ListBucketObjects")) == []
    assert messages(a_document(Sid="List Bucket")) == [
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
    ]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"Action": "GetObject"}, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
        ({"Action": "s3:Get:Object"}, "Actions/Condition can contain only one colon."),
        ({"Action": "s*:GetObject"}, "Vendor s* is not valid"),
        ({"Action": "s 3:GetObject"}, "Vendor s 3 is not valid"),
        ({"Action": []}, "Policy statement must contain actions."),
        ({"Action": None}, "Policy statement must contain actions."),
        ({"Resource": None}, "Policy statement must contain resources."),
        ({"Resource": []}, "Policy statement must contain resources."),
        ({"Resource": "my-bucket"}, 'Resource my-bucket must be in ARN format or "*".'),
        ({"Resource": "arn:aws-x:s3:::b"}, 'Partition "aws-x" is not valid for resource "arn:aws-x:s3:*:*:b".'),
        ({"Resource": "arn:aws:s*:::b"}, "Resource vendor must be fully qualified and cannot contain regexes."),
        (
            {"Resource": "arn:aws:s3:us-east-1::b"},
            "Resource arn:aws:s3:us-east-1::b can not contain region information.",
        ),
        (
            {"Resource": "arn:aws:iam::111111111111:u*"},
            (
                'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, '
                "instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, "
                "report/, access-report/."
            ),
        ),
        ({"Principal": "*"}, "Policy document should not specify a principal."),
        ({"NotPrincipal": {"AWS": "*"}}, "Policy document should not specify a principal."),
        ({"Condition": {"DateLessThan": {"aws:CurrentTime": "soon"}}}, "The policy failed legacy parsing"),
        (
            {"Condition": {"StringEquals": {"SourceIp": "x"}}},
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        ({"Effect": "allow"}, "Syntax errors in policy."),
    ],
)
def test_an_identity_policy_is_refused_in_awss_words(members: dict[str, Any], message: str) -> None:
    assert messages(a_document(**members)) == [message]


@pytest.mark.parametrize(
    "members",
    [
        {"Action": "*"},
        {"Action": ["s3:*", "EC2:describe*"]},
        {"Resource": "arn:aws:s3:*"},
        {"Resource": ["arn:aws:s3:us-west-2:111111111111:accesspoint/ap", "arn:*:s3:::b/*"]},
        {"Resource": "arn:aws:s3:::${aws:PrincipalTag/team, 'a:b'}/*"},
        {"Resource": None, "NotResource": "arn:aws:iam::*:user/${aws:username}"},
        {"Action": None, "NotAction": "iam:*"},
        {"Condition": {"ForAllValues:StringLikeIfExists": {"aws:TagKeys": ["a", "b"]}}},
        {"Condition": {"DateLessThan": {"aws:CurrentTime": 1700000000}, "Null": {"aws:TokenIssueTime": True}}},
        {"Sid": ""},
    ],
)
def test_what_iam_accepts_is_accepted(members: dict[str, Any]) -> None:
    assert messages(a_document(**members)) == []


@pytest.mark.parametrize("version", [None, "2008-10-17"])
def test_a_managed_policy_is_of_the_current_version_an_inline_one_need_not_be(version: str | None) -> None:
    text = a_document(version)
    assert messages(text) == ["Policy document must be version 2012-10-17 or greater."]
    assert messages(text, PolicyKind.IDENTITY_INLINE) == []


def test_a_sid_stands_only_once() -> None:
    statement = {"Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement, statement]}, indent=1)
    (problem,) = problems(text, PolicyKind.IDENTITY_MANAGED)
    assert problem.api_message == "Statement IDs (SID) in a single policy must be unique."
    assert (problem.span.start.line, problem.path) == (11, ("Statement", 1, "Sid"))


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"Resource": "*"}, "Has prohibited field Resource."),
        ({"Principal": None}, "Missing required field Principal"),
        ({"Principal": None, "NotPrincipal": {"AWS": "111111111111"}}, "Has prohibited field NotPrincipal."),
        ({"Action": "s3:GetObject"}, "AssumeRole policy may only specify STS AssumeRole actions."),
        ({"Action": "*"}, "AssumeRole policy may only specify STS AssumeRole actions."),
        (
            {"Principal": {"AWS": "arn:aws:iam::111111111111:group/Devs"}},
            'Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:group/Devs"',
        ),
        (
            {"Principal": {"AWS": "arn:aws:iam::111111111111:role/App*"}},
            'Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:role/App*"',
        ),
        ({"Principal": {"Service": "ec2"}}, 'Invalid principal in policy: "SERVICE":"ec2"'),
        (
            {"Principal": {"Federated": GITHUB}, "Action": "sts:AssumeRoleWithWebIdentity"},
            (
                "Trust policy for the shared OIDC provider token.actions.githubusercontent.com "
                "must evaluate the condition "
                "key token.actions.githubusercontent.com:sub"
            ),
        ),
    ],
)
def test_a_trust_policy_is_refused_in_awss_words(members: dict[str, Any], message: str) -> None:
    assert messages(a_trust(**members), PolicyKind.TRUST) == [message]


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"Principal": "*"},
        {"Principal": {"AWS": ["111111111111", "arn:aws:iam::111111111111:root", "AROAEXAMPLE1234567890"]}},
        {"Action": ["sts:AssumeRole*", "sts:TagSession"]},
        {
            "Principal": {"Federated": GITHUB},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:class/lab:*"}},
        },
    ],
)
def test_a_good_trust_policy_is_accepted(members: dict[str, Any]) -> None:
    assert messages(a_trust(**members), PolicyKind.TRUST) == []


def test_the_same_document_is_legal_as_one_kind_and_refused_as_another() -> None:
    text = a_document(Principal={"AWS": "111111111111"})
    assert messages(text, PolicyKind.RESOURCE) == []
    assert messages(text, PolicyKind.SCP) == ["Policy document should not specify a principal."]
    assert messages(text, PolicyKind.RCP) == ['Invalid principal in policy: "AWS":"111111111111"']
    assert messages(text, PolicyKind.ENDPOINT) == []


def test_all_problems_come_at_once_faults_of_form_first() -> None:
    text = a_document(Sid="a b", Effect="allow", Action="x", Resource="y")
    assert [problem.path[-1] for problem in problems(text, PolicyKind.IDENTITY_MANAGED)] == ["Effect", 0, 0, "Sid"]


def test_characters_beyond_latin_1_are_refused_with_their_place() -> None:
    (problem,) = problems('{\n "\u201cVersion"', PolicyKind.IDENTITY_MANAGED)
    assert (problem.code, problem.span.start.line, problem.span.start.column) == ("ValidationError", 2, 3)


def test_131072_characters_are_read_and_one_more_is_not() -> None:
    text = a_document()
    assert messages(text + " " * (131_072 - len(text))) == []
    assert "less than or equal to 131072" in messages(text + " " * (131_073 - len(text)))[0]
