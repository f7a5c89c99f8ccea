"""Service and resource control policies: whom they bind, from which request on, and who may change them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, Organization, PolicyTypes
from accounts.operations.organization_accounts import create_account, move_account, remove_account_from_organization
from accounts.operations.organizational_units import create_organizational_unit
from accounts.operations.organizations import create_organization
from accounts.operations.sts import assume_role
from accounts.operations.users import create_user, list_users
from accounts.principals import RoleSession, ServicePrincipal
from iamconsole.audit.models import Event
from iamconsole.aws import organization_errors as errors
from iamconsole.aws.errors import AccessDenied, ValidationError
from iamconsole.call import Call
from policies import access
from policies.applied import applied_to, resource_controls
from policies.models import FULL_ACCESS, ControlPolicy, ControlPolicyAttachment
from policies.operations import control_policies as operations
from policies.operations import control_policy_attachments as attachments
from policies.operations.control_policies import create_policy
from policies.operations.control_policy_attachments import attach_policy, detach_policy
from policies.operations.simulation import simulate_principal_policy
from tests.factories import a_call, a_role, a_user, an_account, an_inline_policy
from tests.policies.operations.documents import EVERYTHING, allow, deny, document

pytestmark = pytest.mark.django_db

SCP, RCP = PolicyTypes.SERVICE_CONTROL_POLICY.value, PolicyTypes.RESOURCE_CONTROL_POLICY.value
NO_USERS = deny("iam:CreateUser")
NO_READS = document({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"})
MARKUP = '<b onclick="x">Guard</b>'


@pytest.fixture
def organization(alice: Call) -> Organization:
    return create_organization(alice)


@pytest.fixture
def member(alice: Call, organization: Organization) -> Account:
    return create_account(alice, email=f"dev-{alice.account_id}@example.com", account_name="Dev").account


@pytest.fixture
def administrator(member: Account) -> Call:
    """Who administers the member account."""
    user = a_user(member, "mallory", password=None)
    an_inline_policy(user, EVERYTHING)
    return a_call(member, user)


def again(call: Call) -> Call:
    """The next request of the same caller."""
    return Call(principal=call.principal, account=call.account, time=call.time, session=call.session)


def a_control(call: Call, content: str = NO_USERS, name: str = "Guard", policy_type: str = SCP) -> ControlPolicy:
    return create_policy(call, name=name, policy_type=policy_type, content=content)


def refusal(act: Callable[[], object]) -> AccessDenied:
    with pytest.raises(AccessDenied) as refused:
        act()
    return refused.value


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


def test_a_name_with_controls_is_refused(alice: Call, organization: Organization) -> None:
    for name in ("", "a\x00b", "a\nb", "x" * 129):
        with pytest.raises(ValidationError):
            a_control(alice, name=name)


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
