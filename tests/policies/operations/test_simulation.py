from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Role, UserTag
from iamconsole.aws.errors import AccessDenied, IamError, InvalidInput, NoSuchEntity, ValidationError
from iamconsole.call import Call
from policies.operations.attachments import attach_group_policy, attach_user_policy
from policies.operations.simulation import (
    get_context_keys_for_custom_policy,
    get_context_keys_for_principal_policy,
    simulate_custom_policy,
    simulate_principal_policy,
)
from policies.simulation import ContextEntry, EvaluationResult
from tests.factories import a_group, a_user, an_account, an_inline_policy
from tests.policies.operations.documents import EVERYTHING, LIST_BUCKET, a_policy, allow, deny, document, last_event

pytestmark = pytest.mark.django_db

BUCKET, OTHER, KEY = "arn:aws:s3:::my-bucket", "arn:aws:s3:::other-bucket", "arn:aws:s3:::my-bucket/key"
TRUST = document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})


def custom(call: Call, text: str, action: str, resource: str = "*", **more: Any) -> EvaluationResult:
    (result,) = simulate_custom_policy(
        call, policy_input_list=[text], action_names=[action], resource_arns=[resource], **more
    )
    return result


def decisions(results: tuple[EvaluationResult, ...]) -> list[tuple[str, str, str]]:
    return [(each.eval_action_name, each.eval_resource_name, each.eval_decision.value) for each in results]


def test_ac55_list_bucket_is_allowed_on_the_bucket_and_on_nothing_else(alice: Call) -> None:
    attach_user_policy(alice, user_name="alice", policy_arn=a_policy(alice))
    dave = a_user(alice.account, "dave", password=None)
    attach_user_policy(alice, user_name="dave", policy_arn=f"arn:aws:iam::{alice.account_id}:policy/Tools")
    results = simulate_principal_policy(
        alice,
        policy_source_arn=dave.arn,
        action_names=["s3:ListBucket", "s3:GetObject"],
        resource_arns=[BUCKET, OTHER, KEY],
    )
    assert decisions(results) == [
        ("s3:ListBucket", BUCKET, "allowed"),
        ("s3:ListBucket", OTHER, "implicitDeny"),
        ("s3:ListBucket", KEY, "implicitDeny"),
        ("s3:GetObject", BUCKET, "implicitDeny"),
        ("s3:GetObject", OTHER, "implicitDeny"),
        ("s3:GetObject", KEY, "implicitDeny"),
    ]
    (matched,) = results[0].matched_statements
    assert (matched.source_policy_id, matched.source_policy_type, matched.sid) == (
        "Tools", "IAM Policy", "ListBucketObjects",
    )  # fmt: skip
    assert (matched.start_position.line, matched.start_position.column) == (4, 9)
    assert (matched.end_position.line, matched.policy.version) == (9, "v1")
    assert matched.policy.compiled.text == LIST_BUCKET
    assert not results[1].matched_statements
    assert results[5].sentence == (
        f"User: {dave.arn} is not authorized to perform: s3:GetObject on resource: {KEY} "
        "because no identity-based policy allows the s3:GetObject action"
    )
    assert [miss.statement.sid for miss in results[1].decision.near_misses] == ["ListBucketObjects"]


def test_ac32_the_permissions_of_all_groups_are_united(alice: Call) -> None:
    groups = [a_group(alice.account, name) for name in ("Developers", "Admins")]
    attach_group_policy(alice, group_name="Developers", policy_arn=a_policy(alice, "Dev", allow("s3:*")))
    attach_group_policy(alice, group_name="Admins", policy_arn=a_policy(alice, "Adm", allow("iam:*")))
    dave = a_user(alice.account, "dave", password=None, groups=groups)
    results = simulate_principal_policy(
        alice, policy_source_arn=dave.arn, action_names=["s3:GetObject", "iam:ListUsers", "ec2:RunInstances"]
    )
    assert [result.allowed for result in results] == [True, True, False]
    (alone,) = simulate_principal_policy(
        alice, policy_source_arn=groups[0].arn, action_names=["iam:ListUsers"]
    )  # fmt: skip
    assert not alone.allowed


def test_ac33_a_deny_in_one_group_beats_every_allow(alice: Call) -> None:
    groups = [a_group(alice.account, name) for name in ("Developers", "Restricted")]
    an_inline_policy(groups[0], EVERYTHING, "all")
    an_inline_policy(groups[1], deny("s3:*", Sid="NoS3"), "no-s3")
    dave = a_user(alice.account, "dave", password=None, groups=groups)
    an_inline_policy(dave, EVERYTHING, "own")
    (s3, ec2) = simulate_principal_policy(
        alice, policy_source_arn=dave.arn, action_names=["s3:GetObject", "ec2:RunInstances"]
    )
    assert (s3.eval_decision.value, s3.decided_by) == ("explicitDeny", "identity")
    assert [(matched.sid, matched.source_policy_id) for matched in s3.matched_statements] == [("NoS3", "no-s3")]
    assert ec2.allowed


def test_ac14_the_root_user_may_do_everything_without_a_policy(alice: Call) -> None:
    (result,) = simulate_principal_policy(
        alice, policy_source_arn=alice.account.arn, action_names=["ec2:TerminateInstances"]
    )
    assert (result.allowed, result.decided_by, result.matched_statements) == (True, "root", ())


def test_the_keys_of_the_principal_are_filled_in_unless_given(alice: Call) -> None:
    dave = a_user(alice.account, "dave", password=None)
    UserTag.objects.create(account=alice.account, user=dave, key="team", value="blue")
    an_inline_policy(dave, allow("s3:GetObject", "arn:aws:s3:::home/${aws:username}/*"), "home")
    an_inline_policy(
        dave, allow("s3:PutObject", Condition={"StringEquals": {"aws:PrincipalTag/team": "blue"}}), "by-tag"
    )  # fmt: skip
    an_inline_policy(
        dave, allow("s3:DeleteObject", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), "by-address"
    )  # fmt: skip

    def ask(action: str, resource: str = "arn:aws:s3:::home/dave/x", **entries: str) -> EvaluationResult:
        given = [ContextEntry(key.replace("__", ":").replace("_", "/"), (value,)) for key, value in entries.items()]
        (result,) = simulate_principal_policy(
            alice, policy_source_arn=dave.arn, action_names=[action], resource_arns=[resource], context_entries=given
        )
        return result

    assert ask("s3:GetObject").allowed
    assert not ask("s3:GetObject", AWS__UserName="erin").allowed
    assert ask("s3:GetObject", "arn:aws:s3:::home/erin/x", AWS__UserName="erin").allowed
    assert ask("s3:PutObject").allowed
    assert not ask("s3:PutObject", aws__PrincipalTag_team="red").allowed
    missing = ask("s3:DeleteObject")
    assert (missing.allowed, missing.missing_context_values) == (False, ("aws:SourceIp",))
    assert ask("s3:DeleteObject", aws__SourceIp="10.1.2.3").allowed


def test_policies_that_are_brought_along_count_and_bound(alice: Call) -> None:
    dave = a_user(alice.account, "dave", password=None)
    (result,) = simulate_principal_policy(
        alice, policy_source_arn=dave.arn, action_names=["s3:GetObject"], policy_input_list=[EVERYTHING]
    )
    assert result.allowed
    assert result.matched_statements[0].source_policy_id == "PolicyInputList.1"
    bounded = custom(alice, EVERYTHING, "s3:GetObject", permissions_boundary_policy_input_list=[allow("ec2:*")])
    assert (bounded.allowed, bounded.decided_by, bounded.allowed_by_permissions_boundary) == (False, "boundary", False)
    with pytest.raises(InvalidInput, match="At most one permissions boundary"):
        custom(alice, EVERYTHING, "s3:GetObject", permissions_boundary_policy_input_list=[EVERYTHING, EVERYTHING])


def test_a_resource_policy_needs_a_caller_and_can_allow(alice: Call) -> None:
    dave = a_user(alice.account, "dave", password=None)
    open_to_dave = document(
        {"Effect": "Allow", "Principal": {"AWS": dave.arn}, "Action": "s3:GetObject", "Resource": KEY}
    )
    nothing = allow("ec2:*")
    result = custom(alice, nothing, "s3:GetObject", KEY, resource_policy=open_to_dave, caller_arn=dave.arn)
    assert (result.allowed, result.decided_by) == (True, "resource")
    assert result.matched_statements[0].source_policy_id == "ResourcePolicy"
    group = a_group(alice.account, "Developers")
    with pytest.raises(InvalidInput, match="CallerArn must be specified"):
        simulate_principal_policy(
            alice, policy_source_arn=group.arn, action_names=["s3:GetObject"], resource_policy=open_to_dave
        )
    with pytest.raises(InvalidInput, match="CallerArn must be the ARN of an IAM user"):
        custom(alice, nothing, "s3:GetObject", KEY, caller_arn=group.arn)


def test_a_role_is_simulated_as_its_session(alice: Call) -> None:
    role = Role.objects.create(account=alice.account, role_name="worker", assume_role_policy_document=TRUST)
    an_inline_policy(role, allow("s3:*", Condition={"ArnEquals": {"aws:PrincipalArn": role.arn}}))
    (result,) = simulate_principal_policy(alice, policy_source_arn=role.arn, action_names=["s3:GetObject"])
    assert result.allowed


@pytest.mark.parametrize("source", ["user/nobody", "group/nobody", "role/nobody", "user/wrong/path/alice"])
def test_a_source_that_does_not_exist_is_refused(alice: Call, source: str) -> None:
    with pytest.raises(NoSuchEntity, match="cannot be found"):
        simulate_principal_policy(
            alice, policy_source_arn=f"arn:aws:iam::{alice.account_id}:{source}", action_names=["s3:GetObject"]
        )


def test_a_principal_of_another_account_does_not_exist(alice: Call) -> None:
    other = an_account()
    stranger = a_user(other, "stranger", password=None)
    for source in (stranger.arn, other.arn):
        with pytest.raises(IamError) as refused:
            simulate_principal_policy(alice, policy_source_arn=source, action_names=["s3:GetObject"])
        assert refused.value.code == "NoSuchEntity"


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"policy_source_arn": "alice"}, ValidationError, None),
        ({"policy_source_arn": "arn:aws:iam::aws:policy/AdministratorAccess"}, InvalidInput, "policySourceArn"),
        ({"action_names": []}, InvalidInput, "actionNames"),
        ({"action_names": ["s3:*"]}, InvalidInput, "actionNames"),
        ({"action_names": ["GetObject"]}, InvalidInput, "actionNames"),
        ({"action_names": ["s3:Get\x00"]}, InvalidInput, "actionNames"),
        ({"action_names": ["s3:GetObject"] * 40, "resource_arns": [KEY] * 26}, InvalidInput, "actionNames"),
        ({"resource_arns": ["my-bucket"]}, InvalidInput, "resourceArns"),
        ({"resource_arns": [""]}, ValidationError, "resourceArns"),
        ({"resource_owner": "arn:aws:s3:::b"}, InvalidInput, "resourceOwner"),
        ({"policy_input_list": ["{"]}, InvalidInput, "policyInputList"),
        ({"resource_policy": EVERYTHING}, InvalidInput, "resourcePolicy"),
        ({"context_entries": [ContextEntry("a:b", ("x",))]}, ValidationError, "contextKeyName"),
        ({"context_entries": [ContextEntry("aws:x", ("x",), "text")]}, ValidationError, "contextKeyType"),
        ({"context_entries": [ContextEntry("aws:x", ("x", "y"))]}, InvalidInput, "contextEntries"),
        ({"context_entries": [ContextEntry("aws:x", ("x",), "numeric")]}, InvalidInput, "contextEntries"),
        ({"context_entries": [ContextEntry("aws:x", ("1.2.3.4.5",), "ipList")]}, InvalidInput, "contextEntries"),
        ({"context_entries": [ContextEntry("aws:x", ("yes",), "boolean")]}, InvalidInput, "contextEntries"),
        ({"context_entries": [ContextEntry("aws:x", ("soon",), "date")]}, InvalidInput, "contextEntries"),
        ({"context_entries": [ContextEntry("aws:x", ("1",)), ContextEntry("AWS:X", ("2",))]}, InvalidInput,
         "contextEntries"),
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused_at_its_field(
    alice: Call, change: dict[str, Any], error: type[IamError], field: str | None
) -> None:
    question = {"policy_source_arn": alice.principal.arn, "action_names": ["s3:GetObject"], **change}
    with pytest.raises(error) as refused:
        simulate_principal_policy(alice, **question)
    assert refused.value.field == field


def test_context_keys_are_those_that_conditions_and_variables_name(alice: Call) -> None:
    text = document(
        {
            "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::home/${aws:username}/*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/team": "${aws:RequestTag/team}"},
                          "Bool": {"aws:SecureTransport": "true"}},
        }
    )  # fmt: skip
    keys = get_context_keys_for_custom_policy(
        alice, policy_input_list=[text, text.replace("aws:username", "AWS:UserName")]
    )
    assert sorted(keys) == ["aws:PrincipalTag/team", "aws:RequestTag/team", "aws:SecureTransport", "aws:username"]
    group = a_group(alice.account, "Developers")
    an_inline_policy(group, text)
    dave = a_user(alice.account, "dave", password=None, groups=[group])
    assert sorted(get_context_keys_for_principal_policy(alice, policy_source_arn=dave.arn)) == sorted(keys)


def test_ac61_a_simulation_is_recorded_as_a_read_and_refused_to_carol(alice: Call, carol: Call) -> None:
    simulate_principal_policy(
        alice,
        policy_source_arn=alice.principal.arn,
        action_names=["s3:GetObject"],
        context_entries=[ContextEntry("aws:SourceIp", ("10.0.0.1",), "ip")],
    )
    event = last_event(alice)
    assert (event.event_name, event.read_only) == ("SimulatePrincipalPolicy", True)
    assert event.record["requestParameters"]["contextEntries"] == [
        {"contextKeyName": "aws:SourceIp", "contextKeyValues": ["10.0.0.1"], "contextKeyType": "ip"}
    ]
    for refused in (
        lambda: simulate_principal_policy(carol, policy_source_arn=carol.principal.arn, action_names=["s3:GetObject"]),
        lambda: custom(carol, EVERYTHING, "s3:GetObject"),
        lambda: get_context_keys_for_custom_policy(carol, policy_input_list=[EVERYTHING]),
        lambda: get_context_keys_for_principal_policy(carol, policy_source_arn=carol.principal.arn),
    ):
        with pytest.raises(AccessDenied):
            refused()
