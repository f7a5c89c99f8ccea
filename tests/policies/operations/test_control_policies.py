"""Service and resource control policies: their documents, who reads and changes them, and what is told of them."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, Organization
from accounts.operations.organization_accounts import move_account
from accounts.operations.organizational_units import create_organizational_unit
from accounts.operations.organizations import create_organization
from accounts.operations.users import create_user
from accounts.principals import RoleSession
from iamconsole.audit.models import Event
from iamconsole.aws import organization_errors as errors
from iamconsole.aws.errors import ValidationError
from iamconsole.call import Call
from policies import access
from policies.applied import applied_to
from policies.models import FULL_ACCESS, ControlPolicyAttachment
from policies.operations import control_policies as operations
from policies.operations import control_policy_attachments as attachments
from policies.operations.control_policy_attachments import attach_policy, detach_policy
from policies.operations.simulation import simulate_principal_policy
from tests.factories import a_call, a_role, an_account
from tests.policies.operations.controls import NO_USERS, RCP, SCP, a_control, again, refusal
from tests.policies.operations.documents import deny, document

pytestmark = pytest.mark.django_db

MARKUP = '<b onclick="x">Guard</b>'


def test_control_policies_are_gathered_with_the_same_one_query(
    alice: Call, organization: Organization, member: Account, administrator: Call,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    attach_policy(alice, policy_id=a_control(alice).policy_id, target_id=member.pk)
    role = a_role(member, "Worker")
    session = RoleSession(member.pk, role.role_id, role.role_name, "now")
    for principal in (administrator.principal, a_call(member).principal, session):
        applied_to(principal)  # reads the documents once
        with django_assert_num_queries(1):
            applied = applied_to(principal)
        assert [[policy.name for policy in level] for level in applied.policies.scp] == [
            ["FullAWSAccess"],
            ["FullAWSAccess", "Guard"],
        ]


def test_the_record_of_a_refusal_names_the_policy_its_level_and_its_content(
    alice: Call, organization: Organization, member: Account, administrator: Call
) -> None:
    guard = a_control(alice)
    attach_policy(alice, policy_id=guard.policy_id, target_id=member.pk)
    refusal(lambda: create_user(again(administrator), user_name="first"))
    event = Event.objects.filter(account_id=member.pk, error_code="AccessDenied").latest("sequence")
    assert event.decision is not None
    assert event.decision["decidedBy"] == "scp"
    (named,) = [policy for policy in event.decision["policies"] if policy["name"] == "Guard"]
    assert named["type"] == "scp"
    assert named["arn"] == guard.arn
    assert named["version"] == f"sha256:{guard.document_hash}"
    assert named["level"] == 1


def test_requests_of_an_organization_carry_its_keys(
    alice: Call, organization: Organization, member: Account, administrator: Call
) -> None:
    unit = create_organizational_unit(alice, parent_id=organization.root_id, name="Dev")
    move_account(
        alice, account_id=member.pk, source_parent_id=organization.root_id, destination_parent_id=unit.unit_id
    )  # fmt: skip
    context = access.judge(again(administrator), "iam:ListUsers", "*", {}).request.context
    assert context["aws:PrincipalOrgID"] == (organization.pk,)
    assert context["aws:PrincipalOrgPaths"] == (f"{organization.pk}/{organization.root_id}/{unit.unit_id}/",)
    outside = access.judge(a_call(an_account()), "iam:ListUsers", "*", {}).request.context
    assert "aws:PrincipalOrgID" not in outside


def test_the_simulator_says_what_the_organization_allows(
    alice: Call, organization: Organization, member: Account, administrator: Call
) -> None:
    attach_policy(alice, policy_id=a_control(alice).policy_id, target_id=member.pk)
    for source in (administrator.principal.arn, a_call(member).principal.arn):
        result = simulate_principal_policy(
            again(administrator), policy_source_arn=source, action_names=("iam:CreateUser", "iam:ListUsers")
        )
        decided = [(each.eval_decision.value, each.allowed_by_organizations) for each in result]
        assert decided == [("explicitDeny", False), ("allowed", True)]


def test_a_policy_is_described_listed_changed_and_deleted(alice: Call, organization: Organization) -> None:
    guard = a_control(alice, name=MARKUP)
    assert guard.arn == (
        f"arn:aws:organizations::{alice.account_id}:policy/{organization.pk}/service_control_policy/{guard.pk}"
    )
    listed = operations.list_policies(alice, policy_type=SCP).items
    assert {policy.policy_name for policy in listed} == {MARKUP, "FullAWSAccess"}
    with pytest.raises(errors.DuplicatePolicyException):
        a_control(alice, name=MARKUP.upper())
    operations.update_policy(alice, policy_id=guard.pk, name="Renamed", description="Nobody makes users.")
    attach_policy(alice, policy_id=guard.pk, target_id=organization.root_id)
    read = operations.describe_policy(alice, policy_id=guard.pk)
    assert (read.policy_name, read.description, read.document, read.target_count) == (
        "Renamed",
        "Nobody makes users.",
        NO_USERS,
        1,
    )
    assert [node.type for node in attachments.list_targets_for_policy(alice, policy_id=guard.pk)] == ["ROOT"]
    with pytest.raises(errors.PolicyInUseException):
        operations.delete_policy(alice, policy_id=guard.pk)
    detach_policy(alice, policy_id=guard.pk, target_id=organization.root_id)
    operations.delete_policy(alice, policy_id=guard.pk)
    with pytest.raises(errors.PolicyNotFoundException):
        operations.describe_policy(alice, policy_id=guard.pk)


def test_a_policy_of_aws_is_neither_changed_nor_deleted(alice: Call, organization: Organization) -> None:
    for act in (
        lambda: operations.update_policy(alice, policy_id=FULL_ACCESS[SCP], name="Mine"),
        lambda: operations.delete_policy(alice, policy_id=FULL_ACCESS[SCP]),
    ):
        with pytest.raises(errors.InvalidInputException):
            act()


@pytest.mark.parametrize(
    ("policy_type", "content"),
    [
        (SCP, "{"),
        (SCP, document({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"})),
        (SCP, deny("iam:*").replace("2012-10-17", "2008-10-17")),
        (RCP, NO_USERS),
        (RCP, document({"Effect": "Deny", "Principal": {"AWS": "1" * 12}, "Action": "s3:*", "Resource": "*"})),
        (RCP, document({"Effect": "Deny", "Principal": "*", "Action": "iam:*", "Resource": "*"})),
        (RCP, document({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"})),
    ],
)
def test_a_document_that_is_none_of_its_type_is_refused(
    alice: Call, organization: Organization, policy_type: str, content: str
) -> None:
    with pytest.raises(errors.MalformedPolicyDocumentException) as refused:
        a_control(alice, content, policy_type=policy_type)
    assert refused.value.field == "content"


def test_a_document_has_5120_characters_white_space_included(alice: Call, organization: Organization) -> None:
    fitting = NO_USERS + " " * (5120 - len(NO_USERS))
    a_control(alice, fitting)
    with pytest.raises(errors.ConstraintViolationException) as refused:
        a_control(alice, fitting + " ", name="Longer")
    assert refused.value.reason == "POLICY_CONTENT_LIMIT_EXCEEDED"


def test_another_organization_is_as_absent_as_none(alice: Call, organization: Organization) -> None:
    other = a_call(an_account())
    theirs = create_organization(other)
    policy = a_control(other)
    mine = a_control(alice)
    sentences = set()
    for policy_id in (policy.pk, "p-nothere1", "p-\x00"):
        with pytest.raises(errors.PolicyNotFoundException) as refused:
            operations.describe_policy(alice, policy_id=policy_id)
        sentences.add(refused.value.message.replace(policy_id, "ID"))
        with pytest.raises(errors.PolicyNotFoundException):
            attach_policy(alice, policy_id=policy_id, target_id=organization.root_id)
    assert len(sentences) == 1
    for target_id in (theirs.root_id, other.account_id, "r-none", "123456789012", ""):
        with pytest.raises(errors.TargetNotFoundException):
            attach_policy(alice, policy_id=mine.pk, target_id=target_id)
    assert not Event.objects.filter(account_id=other.account_id, event_name="AttachPolicy").exists()


def test_a_member_sees_by_name_what_binds_it_and_nothing_else(
    alice: Call, organization: Organization, member: Account, administrator: Call
) -> None:
    guard = a_control(alice)
    attach_policy(alice, policy_id=guard.pk, target_id=organization.root_id)
    for call in (alice, administrator):
        levels = attachments.describe_effective_policy(again(call), target_id=member.pk)
        assert [(level.name, [policy.policy_name for policy in level.policies]) for level in levels] == [
            ("Root", ["FullAWSAccess", "Guard"]),
            ("Dev", ["FullAWSAccess"]),
        ]
    for act in (
        lambda: attachments.describe_effective_policy(again(administrator), target_id=alice.account_id),
        lambda: operations.describe_policy(again(administrator), policy_id=guard.pk),
        lambda: operations.list_policies(again(administrator), policy_type=SCP),
        lambda: detach_policy(again(administrator), policy_id=guard.pk, target_id=member.pk),
        lambda: attachments.list_targets_for_policy(again(administrator), policy_id=guard.pk),
    ):
        with pytest.raises(errors.AccessDeniedException):
            act()


def test_bob_and_carol_change_nothing(
    alice: Call, bob: Call, carol: Call, organization: Organization, member: Account
) -> None:
    guard = a_control(alice)
    for call in (bob, carol):
        for act in (
            lambda call=call: a_control(call, name="Mine"),
            lambda call=call: attach_policy(call, policy_id=guard.pk, target_id=member.pk),
            lambda call=call: operations.delete_policy(call, policy_id=guard.pk),
        ):
            refusal(act)
    assert ControlPolicyAttachment.objects.filter(policy=guard).count() == 0


def test_a_name_with_controls_is_refused(alice: Call, organization: Organization) -> None:
    for name in ("", "a\x00b", "a\nb", "x" * 129):
        with pytest.raises(ValidationError):
            a_control(alice, name=name)
