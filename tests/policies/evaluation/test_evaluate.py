"""Single checks that a user's own documents demand, and what a decision carries."""

import pytest

from policies.evaluation import AppliedPolicies, EvalDecision, PolicyType, evaluate
from policies.evaluation.callers import UnknownPrincipal
from policies.evaluation.context_keys import context_keys
from policies.evaluation.explanation import summary
from policies.evaluation.reasons import denial
from tests.policies.evaluation.cast import ACCOUNT, ALICE, ROOT, a_policy, a_request, allow, ask, deny

LIST_BUCKET = {"Sid": "ListBucketObjects", **allow("s3:ListBucket", "arn:aws:s3:::my-bucket")}


def test_ac8_a_newcomer_is_refused_everything_with_the_sentence_of_identity_policies() -> None:
    decision = ask(action="ec2:StartInstances", resource=f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1")
    assert decision.decision is EvalDecision.IMPLICIT_DENY
    sentence = denial(ALICE, "ec2:StartInstances", f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1", decision)
    assert sentence.endswith("because no identity-based policy allows the ec2:StartInstances action")


@pytest.mark.parametrize("action", ["iam:DeleteUser", "s3:DeleteBucket", "organizations:LeaveOrganization"])
def test_ac15_the_root_user_is_allowed_everything_without_a_policy(action: str) -> None:
    assert ask(principal=ROOT, action=action, resource="*").decided_by == "root"


def test_ac15_an_scp_stops_a_members_root_user() -> None:
    scp = ((a_policy([allow("*"), deny("s3:*")], PolicyType.SCP),),)
    assert evaluate(a_request(principal=ROOT), AppliedPolicies(scp=scp)).decided_by == "scp"


def test_ac33_a_deny_in_a_group_beats_the_other_group_and_the_users_own_policy() -> None:
    policies = (
        a_policy([allow("*")], name="own"),
        a_policy([allow("s3:*")], name="Developers/s3"),
        a_policy([deny("s3:GetObject")], name="Auditors/no-read"),
    )
    decision = evaluate(a_request(), AppliedPolicies(identity=policies))
    assert decision.decision is EvalDecision.EXPLICIT_DENY
    assert [match.policy.name for match in decision.matched] == ["Auditors/no-read"]


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("s3:ListBucket", "arn:aws:s3:::my-bucket", "allowed"),
        ("s3:ListBucket", "arn:aws:s3:::other-bucket", "implicitDeny"),
        ("s3:GetObject", "arn:aws:s3:::my-bucket/key", "implicitDeny"),
    ],
)
def test_ac55_list_bucket_objects_lists_one_bucket_and_reads_nothing(action: str, resource: str, expected: str) -> None:
    assert ask(LIST_BUCKET, action=action, resource=resource).decision == expected


def test_ac59_an_explicit_deny_wins() -> None:
    decision = ask(allow("*"), deny("s3:*"))
    assert (decision.decision, decision.decided_by) == (EvalDecision.EXPLICIT_DENY, "identity")


def test_a_matched_statement_knows_its_sid_and_its_place() -> None:
    (match,) = ask(deny("ec2:*"), LIST_BUCKET, action="s3:ListBucket", resource="arn:aws:s3:::my-bucket").matched
    assert (match.sid, match.index, match.policy_type) == ("ListBucketObjects", 1, PolicyType.IDENTITY)
    assert (match.span.start.line, match.span.start.column) == (9, 5)


def test_keys_that_statements_about_the_action_ask_for_are_missing() -> None:
    decision = ask(
        allow(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}, "StringEquals": {"AWS:UserName": "alice"}}),
        allow("ec2:*", Condition={"StringEquals": {"ec2:Region": "x"}}),
    )
    assert decision.missing_context_keys == ("aws:MultiFactorAuthPresent",)


def test_context_keys_are_those_of_conditions_and_variables_each_once() -> None:
    policy = a_policy(
        [
            allow("s3:*", "arn:aws:s3:::home/${aws:username}/*", Condition={"Bool": {"aws:SecureTransport": "true"}}),
            allow("s3:*", "*", Condition={"StringEquals": {"AWS:SecureTransport": "${aws:PrincipalTag/team, 'x'}"}}),
        ]
    )
    assert context_keys([policy.compiled]) == ("aws:SecureTransport", "aws:username", "aws:PrincipalTag/team")


def test_an_unknown_principal_is_refused() -> None:
    with pytest.raises(UnknownPrincipal):
        ask(principal="alice")


def test_the_summary_names_the_layers_that_would_have_stopped_it_too() -> None:
    applied = AppliedPolicies(
        identity=(a_policy([allow()]),),
        boundary=(a_policy([allow("ec2:*")], PolicyType.BOUNDARY),),
        session=(),
    )
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/App/one"
    decision = evaluate(a_request(principal=session), applied, explain=True)
    assert summary(decision) == (
        "A missing Allow in the permissions boundary decides; the request would also be stopped by the session policy."
    )


def test_a_request_without_explanation_carries_no_steps() -> None:
    decision = ask(allow("ec2:*"))
    assert (decision.steps, decision.near_misses) == ((), ())
