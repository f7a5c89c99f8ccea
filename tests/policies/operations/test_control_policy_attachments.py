"""Attached control policies: whom they bind, from which request on, and how many a target has."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from accounts.models import Account, Organization
from accounts.operations.organization_accounts import move_account, remove_account_from_organization
from accounts.operations.organizational_units import create_organizational_unit
from accounts.operations.sts import assume_role
from accounts.operations.users import create_user, list_users
from accounts.principals import RoleSession, ServicePrincipal
from iamconsole.audit.models import Event
from iamconsole.aws import organization_errors as errors
from iamconsole.call import Call
from policies import access
from policies.applied import applied_to, resource_controls
from policies.models import FULL_ACCESS
from policies.operations import control_policies as operations
from policies.operations import control_policy_attachments as attachments
from policies.operations.control_policy_attachments import attach_policy, detach_policy
from tests.factories import a_call, a_role, a_user, an_inline_policy
from tests.policies.operations.controls import NO_READS, NO_USERS, RCP, SCP, a_control, again, refusal
from tests.policies.operations.documents import EVERYTHING, allow, deny, document

pytestmark = pytest.mark.django_db


def test_a_deny_refuses_a_members_administrator_and_its_root_user_from_the_next_request_on(
    alice: Call, organization: Organization, member: Account, administrator: Call
) -> None:
    create_user(administrator, user_name="first")
    guard = a_control(alice)
    attach_policy(alice, policy_id=guard.policy_id, target_id=member.pk)
    for caller in (administrator, a_call(member)):
        error = refusal(partial(create_user, again(caller), user_name="second"))
        assert error.message == (
            f"User: {caller.principal.arn} is not authorized to perform: iam:CreateUser on resource: "
            f"arn:aws:iam::{member.pk}:user/second with an explicit deny in a service control policy: {guard.arn}"
        )
    detach_policy(alice, policy_id=guard.policy_id, target_id=member.pk)
    create_user(again(administrator), user_name="second")


def test_a_missing_allow_at_any_level_refuses_as_well(
    alice: Call, organization: Organization, member: Account, administrator: Call
) -> None:
    only_s3 = a_control(alice, allow("s3:*"))
    attach_policy(alice, policy_id=only_s3.policy_id, target_id=organization.root_id)
    create_user(again(administrator), user_name="first")
    detach_policy(alice, policy_id=FULL_ACCESS[SCP], target_id=organization.root_id)
    error = refusal(lambda: create_user(again(administrator), user_name="second"))
    assert error.reason == "because no service control policy allows the iam:CreateUser action"
    assert refusal(lambda: list_users(a_call(member))).reason.startswith("because no service control policy allows")


def test_an_scp_grants_nothing(alice: Call, organization: Organization, member: Account) -> None:
    wes = a_call(member, a_user(member, "wes", password=None))
    assert refusal(lambda: list_users(wes)).reason == (
        "because no identity-based policy allows the iam:ListUsers action"
    )


def test_the_management_account_is_bound_by_nothing(alice: Call, organization: Organization) -> None:
    guard = a_control(alice)
    for target in (organization.root_id, alice.account_id):
        attach_policy(alice, policy_id=guard.policy_id, target_id=target)
    create_user(again(alice), user_name="dave")
    assert applied_to(alice.principal).policies.scp == ()


def test_a_moved_account_is_bound_by_its_new_place_at_once(
    alice: Call, organization: Organization, member: Account, administrator: Call
) -> None:
    guarded = create_organizational_unit(alice, parent_id=organization.root_id, name="Guarded")
    inner = create_organizational_unit(alice, parent_id=guarded.unit_id, name="Inner")
    attach_policy(alice, policy_id=a_control(alice).policy_id, target_id=guarded.unit_id)
    list_users(again(administrator))
    root_id = organization.root_id
    move_account(alice, account_id=member.pk, source_parent_id=root_id, destination_parent_id=inner.unit_id)
    assert len(applied_to(administrator.principal).policies.scp) == 4
    refusal(lambda: create_user(again(administrator), user_name="first"))
    move_account(alice, account_id=member.pk, source_parent_id=inner.unit_id, destination_parent_id=root_id)
    create_user(again(administrator), user_name="first")


def test_a_removed_account_is_bound_no_longer(
    alice: Call, organization: Organization, member: Account, administrator: Call
) -> None:
    attach_policy(alice, policy_id=a_control(alice).policy_id, target_id=organization.root_id)
    refusal(lambda: create_user(again(administrator), user_name="first"))
    remove_account_from_organization(alice, account_id=member.pk)
    create_user(again(administrator), user_name="first")


def test_a_changed_document_binds_the_next_request(
    alice: Call, organization: Organization, member: Account, administrator: Call
) -> None:
    guard = a_control(alice, deny("iam:DeleteUser"))
    attach_policy(alice, policy_id=guard.policy_id, target_id=member.pk)
    create_user(again(administrator), user_name="first")
    operations.update_policy(alice, policy_id=guard.policy_id, content=NO_USERS)
    refusal(lambda: create_user(again(administrator), user_name="second"))


def test_a_type_that_is_switched_off_binds_nobody_and_comes_back_with_full_access(
    alice: Call, organization: Organization, member: Account, administrator: Call
) -> None:
    guard, root_id = a_control(alice), organization.root_id
    attach_policy(alice, policy_id=guard.policy_id, target_id=member.pk)
    attachments.disable_policy_type(alice, root_id=root_id, policy_type=SCP)
    create_user(again(administrator), user_name="first")
    with pytest.raises(errors.PolicyTypeNotEnabledException):
        attach_policy(alice, policy_id=guard.policy_id, target_id=member.pk)
    attachments.enable_policy_type(alice, root_id=root_id, policy_type=SCP)
    with pytest.raises(errors.PolicyTypeAlreadyEnabledException):
        attachments.enable_policy_type(alice, root_id=root_id, policy_type=SCP)
    bound = attachments.list_policies_for_target(alice, target_id=member.pk, policy_type=SCP)
    assert [policy.policy_name for policy in bound] == ["FullAWSAccess"]
    create_user(again(administrator), user_name="second")


def test_an_rcp_refuses_whoever_asks_for_the_accounts_resources(
    alice: Call, organization: Organization, member: Account, administrator: Call
) -> None:
    attachments.enable_policy_type(alice, root_id=organization.root_id, policy_type=RCP)
    guard = a_control(alice, NO_READS, policy_type=RCP)
    ask: tuple[str, str, dict[str, tuple[str, ...]]] = ("s3:GetObject", "arn:aws:s3:::my-bucket/a", {})
    assert access.judge(again(administrator), *ask).allowed
    attach_policy(alice, policy_id=guard.policy_id, target_id=organization.root_id)
    for caller in (administrator, a_call(member)):
        judged = access.judge(again(caller), *ask)
        assert judged.reason() == f"with an explicit deny in a resource control policy: {guard.arn}"
    assert access.judge(again(alice), *ask).allowed
    assert [[policy.name for policy in level] for level in resource_controls(member.pk)] == [
        ["Guard", "RCPFullAWSAccess"],
        ["RCPFullAWSAccess"],
    ]
    assert resource_controls(alice.account_id) == ()


def test_a_target_has_five_policies_of_a_type_and_one_at_least(
    alice: Call, organization: Organization, member: Account
) -> None:
    root_id = organization.root_id
    made = [a_control(alice, name=f"Guard {number}") for number in range(5)]
    for policy in made[:4]:
        attach_policy(alice, policy_id=policy.policy_id, target_id=root_id)
    with pytest.raises(errors.ConstraintViolationException) as refused:
        attach_policy(alice, policy_id=made[4].policy_id, target_id=root_id)
    assert refused.value.reason == "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
    with pytest.raises(errors.DuplicatePolicyAttachmentException):
        attach_policy(alice, policy_id=made[0].policy_id, target_id=root_id)
    with pytest.raises(errors.ConstraintViolationException) as least:
        detach_policy(alice, policy_id=FULL_ACCESS[SCP], target_id=member.pk)
    assert least.value.reason == "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
    with pytest.raises(errors.PolicyNotAttachedException):
        detach_policy(alice, policy_id=made[4].policy_id, target_id=root_id)


def test_the_full_access_of_resource_control_policies_stays(alice: Call, organization: Organization) -> None:
    attachments.enable_policy_type(alice, root_id=organization.root_id, policy_type=RCP)
    attach_policy(
        alice, policy_id=a_control(alice, NO_READS, policy_type=RCP).policy_id, target_id=organization.root_id
    )  # fmt: skip
    with pytest.raises(errors.InvalidInputException):
        detach_policy(alice, policy_id=FULL_ACCESS[RCP], target_id=organization.root_id)


def test_who_may_attach_one_type_may_not_attach_the_other(
    alice: Call, organization: Organization, member: Account
) -> None:
    dave = a_user(alice.account, "dave", password=None)
    an_inline_policy(
        dave, allow("organizations:*", Condition={"StringEquals": {"organizations:PolicyType": SCP}})
    )  # fmt: skip
    attachments.enable_policy_type(alice, root_id=organization.root_id, policy_type=RCP)
    one, other = a_control(alice), a_control(alice, NO_READS, policy_type=RCP)
    attach_policy(a_call(alice.account, dave), policy_id=one.pk, target_id=member.pk)
    refusal(lambda: attach_policy(a_call(alice.account, dave), policy_id=other.pk, target_id=member.pk))


def test_an_attachment_to_an_account_is_told_to_its_trail_too(
    alice: Call, organization: Organization, member: Account
) -> None:
    attach_policy(alice, policy_id=a_control(alice).pk, target_id=member.pk)
    ours, theirs = (
        Event.objects.filter(account_id=account_id, event_name="AttachPolicy").get()
        for account_id in (alice.account_id, member.pk)
    )
    assert ours.record["sharedEventID"] == theirs.record["sharedEventID"]
    assert theirs.record["userIdentity"]["type"] == "AWSAccount"


def test_a_service_linked_role_is_bound_by_nothing(alice: Call, organization: Organization, member: Account) -> None:
    role = a_role(member, "AWSServiceRoleForSupport", path="/aws-service-role/support.amazonaws.com/")
    an_inline_policy(role, EVERYTHING)
    attach_policy(alice, policy_id=a_control(alice).pk, target_id=member.pk)
    session = RoleSession(member.pk, role.role_id, role.role_name, "now", role.path)
    create_user(replace(a_call(member), principal=session), user_name="made-by-service")


def test_a_resource_of_another_account_is_bound_by_that_accounts_rcps(
    alice: Call, organization: Organization, member: Account
) -> None:
    attachments.enable_policy_type(alice, root_id=organization.root_id, policy_type=RCP)
    theirs = a_role(member, "Partner", trust=document(
        {"Effect": "Allow", "Principal": {"AWS": alice.account_id}, "Action": "sts:AssumeRole"}
    ))  # fmt: skip
    assume_role(again(alice), role_arn=theirs.arn, role_session_name="alice")
    in_organization = {"StringNotEquals": {"aws:ResourceOrgID": "o-elsewhere"}}
    guard = a_control(
        alice,
        document(
            {"Effect": "Deny", "Principal": "*", "Action": "sts:*", "Resource": "*", "Condition": in_organization}
        ),
        policy_type=RCP,
    )
    attach_policy(alice, policy_id=guard.policy_id, target_id=member.pk)
    error = refusal(lambda: assume_role(again(alice), role_arn=theirs.arn, role_session_name="alice"))
    assert error.reason == f"with an explicit deny in a resource control policy: {guard.arn}"
    ec2 = replace(again(alice), principal=ServicePrincipal(member.pk, "ec2.amazonaws.com"), account=member)
    machine = a_role(member, "Machine")
    error = refusal(lambda: assume_role(ec2, role_arn=machine.arn, role_session_name="i-0123"))
    assert "resource control policy" in error.reason
