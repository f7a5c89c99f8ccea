"""Organizations: the tree of units and accounts, who manages it, and what its trail says."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.hashers import check_password
from django.db import IntegrityError, transaction
from django.db.utils import ProgrammingError

from accounts.models import Account, Organization, OrganizationAccount, OrganizationalUnit, Role, User
from accounts.operations import organization_accounts as accounts
from accounts.operations import organizational_units as units
from accounts.operations import organizations
from accounts.operations.organization_accounts import create_account
from accounts.operations.organizational_units import create_organizational_unit
from accounts.operations.organizations import create_organization
from accounts.operations.users import create_user
from iamconsole.audit.models import Event
from iamconsole.aws import organization_errors as errors
from iamconsole.aws.errors import AccessDenied, EntityAlreadyExists, ValidationError
from iamconsole.call import Call
from policies.models import Attachment, ControlPolicy, ControlPolicyAttachment
from policies.operations.control_policies import create_policy
from tests.factories import a_call, a_user, an_account, an_inline_policy

pytestmark = pytest.mark.django_db

MARKUP = '<script>alert("x")</script>'
DENY = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}}'


@pytest.fixture
def call(account: Account, alice: User) -> Call:
    """Who administers the management account."""
    return a_call(account, alice)


@pytest.fixture
def organization(call: Call) -> Organization:
    return create_organization(call)


def a_member(call: Call, name: str = "Dev") -> Account:
    number = OrganizationAccount.objects.count()
    return create_account(call, email=f"{number}-{call.account_id}@example.com", account_name=name).account


def last_event(account: Account) -> Event:
    event = Event.objects.filter(account_id=account.pk).order_by("-sequence").first()
    assert event is not None
    return event


def test_a_new_organization_has_a_root_and_its_management_account_in_it(call: Call, account: Account) -> None:
    made = create_organization(call)
    assert made.organization_id.startswith("o-")
    assert made.arn == f"arn:aws:organizations::{account.pk}:organization/{made.pk}"
    (root,) = organizations.list_roots(call)
    assert (root.id, root.arn) == (made.root_id, f"arn:aws:organizations::{account.pk}:root/{made.pk}/{made.root_id}")
    assert made.policy_types == ["SERVICE_CONTROL_POLICY"]
    (own,) = accounts.list_accounts(call).items
    assert (own.account_id, own.is_management, own.joined_method) == (account.pk, True, "INVITED")
    event = Event.objects.get(account_id=account.pk, event_name="CreateOrganization")
    assert event.record["responseElements"]["organization"]["masterAccountId"] == account.pk
    with pytest.raises(errors.AlreadyInOrganizationException):
        create_organization(call)


def test_a_new_member_account_has_a_root_user_and_a_way_in_for_its_organization(
    call: Call, account: Account, organization: Organization
) -> None:
    opened = create_account(call, email="dev@example.com", account_name="Dev")
    member = opened.account
    assert check_password(opened.root_password, member.root_password)
    role = Role.objects.get(account=member)
    assert role.role_name == "OrganizationAccountAccessRole"
    trust = json.loads(role.assume_role_policy_document)["Statement"][0]
    assert trust["Principal"] == {"AWS": f"arn:aws:iam::{account.pk}:root"}
    assert Attachment.objects.get(role=role).policy.policy_name == "AdministratorAccess"
    (place,) = [each for each in accounts.list_accounts(call) if each.account_id == member.pk]
    assert (place.unit, place.joined_method) == (None, "CREATED")


def test_the_opening_of_a_member_account_stands_in_both_trails_without_its_password(
    call: Call, account: Account, organization: Organization
) -> None:
    opened = create_account(call, email="dev@example.com", account_name="Dev")
    ours, theirs = last_event(account), last_event(opened.account)
    assert ours.event_name == theirs.event_name == "CreateAccount"
    assert ours.record["responseElements"]["createAccountStatus"]["accountId"] == opened.account.pk
    assert theirs.record["userIdentity"]["accountId"] == account.pk
    assert opened.root_password not in json.dumps([ours.record, theirs.record])


def test_an_address_that_has_an_account_is_refused(call: Call, organization: Organization) -> None:
    create_account(call, email="dev@example.com", account_name="Dev")
    with pytest.raises(EntityAlreadyExists):
        create_account(call, email="DEV@example.com", account_name="Dev 2")
    assert organization.accounts.count() == 2


def test_units_stand_in_units_five_levels_deep_and_no_deeper(call: Call, organization: Organization) -> None:
    parent = organization.root_id
    for level in range(1, 6):
        made = create_organizational_unit(call, parent_id=parent, name=f"Level {level}")
        assert len(made.path) == level
        parent = made.unit_id
    with pytest.raises(errors.ConstraintViolationException) as refused:
        create_organizational_unit(call, parent_id=parent, name="Level 6")
    assert refused.value.reason == "OU_DEPTH_LIMIT_EXCEEDED"


def test_no_unit_can_come_to_stand_below_itself(call: Call, organization: Organization) -> None:
    outer = create_organizational_unit(call, parent_id=organization.root_id, name="Outer")
    inner = create_organizational_unit(call, parent_id=outer.unit_id, name="Inner")
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        OrganizationalUnit.objects.filter(pk=outer.pk).update(parent=inner)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganizationalUnit.objects.create(
            unit_id="ou-1-1", account=call.account, organization=organization, path=["x"] * 6, unit_name="Deep"
        )


def test_a_name_is_taken_within_its_parent_whatever_its_case(call: Call, organization: Organization) -> None:
    first = create_organizational_unit(call, parent_id=organization.root_id, name="Dev")
    with pytest.raises(errors.DuplicateOrganizationalUnitException):
        create_organizational_unit(call, parent_id=organization.root_id, name="DEV")
    below = create_organizational_unit(call, parent_id=first.unit_id, name="dev")
    create_organizational_unit(call, parent_id=first.unit_id, name="Prod")
    with pytest.raises(errors.DuplicateOrganizationalUnitException):
        units.update_organizational_unit(call, organizational_unit_id=below.unit_id, name="PROD")
    units.update_organizational_unit(call, organizational_unit_id=below.unit_id, name="Test")
    assert units.describe_organizational_unit(call, organizational_unit_id=below.unit_id).unit_name == "Test"


def test_names_with_markup_are_names(call: Call, organization: Organization) -> None:
    unit = create_organizational_unit(call, parent_id=organization.root_id, name=MARKUP)
    assert unit.unit_name == MARKUP
    for name in ("", "a\x00b", "tab\t", "x" * 129):
        with pytest.raises(ValidationError):
            create_organizational_unit(call, parent_id=organization.root_id, name=name)


def test_children_and_parents_are_told(call: Call, organization: Organization) -> None:
    unit = create_organizational_unit(call, parent_id=organization.root_id, name="Dev")
    member = a_member(call)
    root_id = organization.root_id
    assert units.list_children(call, parent_id=root_id, child_type="ORGANIZATIONAL_UNIT") == (unit.unit_id,)
    assert set(units.list_children(call, parent_id=root_id, child_type="ACCOUNT")) == {call.account_id, member.pk}
    assert [each.id for each in units.list_parents(call, child_id=member.pk)] == [root_id]
    accounts.move_account(
        call, account_id=member.pk, source_parent_id=root_id, destination_parent_id=unit.unit_id
    )  # fmt: skip
    assert [each.id for each in units.list_parents(call, child_id=member.pk)] == [unit.unit_id]
    assert [each.unit_id for each in units.list_organizational_units_for_parent(call, parent_id=root_id)] == [unit.pk]
    listed = accounts.list_accounts_for_parent(call, parent_id=unit.unit_id)
    assert [each.account_id for each in listed] == [member.pk]
    assert accounts.describe_account(call, account_id=member.pk).unit_id == unit.unit_id


def test_a_move_says_from_where_and_is_told_to_both_trails(call: Call, organization: Organization) -> None:
    unit = create_organizational_unit(call, parent_id=organization.root_id, name="Dev")
    member, root_id = a_member(call), organization.root_id
    moved = {"account_id": member.pk, "destination_parent_id": unit.unit_id}
    with pytest.raises(errors.SourceParentNotFoundException):
        accounts.move_account(call, **moved, source_parent_id=unit.unit_id)
    with pytest.raises(errors.DestinationParentNotFoundException):
        accounts.move_account(call, account_id=member.pk, source_parent_id=root_id, destination_parent_id="ou-x-y")
    with pytest.raises(errors.DuplicateAccountException):
        accounts.move_account(call, account_id=member.pk, source_parent_id=root_id, destination_parent_id=root_id)
    accounts.move_account(call, **moved, source_parent_id=root_id)
    ours, theirs = last_event(call.account), last_event(member)
    assert ours.event_name == theirs.event_name == "MoveAccount"
    assert ours.record["sharedEventID"] == theirs.record["sharedEventID"]
    assert theirs.decision is None


def test_a_unit_goes_when_it_is_empty_and_the_organization_when_it_has_no_members(
    call: Call, organization: Organization
) -> None:
    outer = create_organizational_unit(call, parent_id=organization.root_id, name="Outer")
    inner = create_organizational_unit(call, parent_id=outer.unit_id, name="Inner")
    member = a_member(call)
    create_policy(call, name="Guard", policy_type="SERVICE_CONTROL_POLICY", content=DENY)
    with pytest.raises(errors.OrganizationalUnitNotEmptyException):
        units.delete_organizational_unit(call, organizational_unit_id=outer.unit_id)
    with pytest.raises(errors.OrganizationNotEmptyException):
        organizations.delete_organization(call)
    with pytest.raises(errors.MasterCannotLeaveOrganizationException):
        accounts.remove_account_from_organization(call, account_id=call.account_id)
    accounts.remove_account_from_organization(call, account_id=member.pk)
    assert last_event(member).event_name == "RemoveAccountFromOrganization"
    organizations.delete_organization(call)
    assert not OrganizationalUnit.objects.filter(pk__in=(outer.pk, inner.pk)).exists()
    assert not ControlPolicy.objects.filter(account=call.account).exists()
    assert not ControlPolicyAttachment.objects.filter(account=call.account).exists()
    create_organization(call)


def test_a_unit_that_is_empty_is_deleted_with_what_was_attached(call: Call, organization: Organization) -> None:
    unit = create_organizational_unit(call, parent_id=organization.root_id, name="Dev")
    assert ControlPolicyAttachment.objects.filter(target_id=unit.unit_id).count() == 1
    units.delete_organizational_unit(call, organizational_unit_id=unit.unit_id)
    assert not ControlPolicyAttachment.objects.filter(target_id=unit.unit_id).exists()


def test_a_member_describes_its_organization_and_leaves_it_but_manages_nothing(
    call: Call, organization: Organization
) -> None:
    member = a_member(call)
    root = a_call(member)
    assert organizations.describe_organization(root) == organization
    for act in (
        lambda: organizations.list_roots(root),
        lambda: accounts.list_accounts(root),
        lambda: accounts.describe_account(root, account_id=member.pk),
        lambda: create_organizational_unit(root, parent_id=organization.root_id, name="Mine"),
        lambda: create_account(root, email="more@example.com", account_name="More"),
        lambda: organizations.delete_organization(root),
    ):
        with pytest.raises(errors.AccessDeniedException):
            act()
    organizations.leave_organization(root)
    assert last_event(call.account).event_name == "LeaveOrganization"
    with pytest.raises(errors.AWSOrganizationsNotInUseException):
        organizations.describe_organization(a_call(member))


def test_another_organization_is_as_absent_as_none(call: Call, organization: Organization) -> None:
    other = a_call(an_account())
    theirs = create_organization(other)
    unit = create_organizational_unit(other, parent_id=theirs.root_id, name="Theirs")
    member = a_member(other)
    mine = a_member(call)
    sentences = set()
    for unit_id in (unit.unit_id, "ou-none-none"):
        with pytest.raises(errors.OrganizationalUnitNotFoundException) as refused:
            units.describe_organizational_unit(call, organizational_unit_id=unit_id)
        sentences.add(refused.value.message.replace(unit_id, "ID"))
        with pytest.raises(errors.ParentNotFoundException):
            create_organizational_unit(call, parent_id=unit_id, name="Mine")
        with pytest.raises(errors.DestinationParentNotFoundException):
            accounts.move_account(
                call, account_id=mine.pk, source_parent_id=organization.root_id, destination_parent_id=unit_id
            )
    assert len(sentences) == 1
    for account_id in (member.pk, "000000000000"):
        with pytest.raises(errors.AccountNotFoundException):
            accounts.describe_account(call, account_id=account_id)
        with pytest.raises(errors.AccountNotFoundException):
            accounts.remove_account_from_organization(call, account_id=account_id)
    assert not Event.objects.filter(account_id=member.pk, event_name__in=["MoveAccount", "DescribeAccount"]).exists()
    assert last_event(member).event_name == "CreateAccount"


def test_carol_learns_nothing_of_the_organization(account: Account, organization: Organization, carol: User) -> None:
    call = a_call(account, carol)
    for act in (
        lambda: organizations.describe_organization(call),
        lambda: accounts.list_accounts(call),
        lambda: units.describe_organizational_unit(call, organizational_unit_id="ou-none-none"),
        lambda: organizations.delete_organization(call),
    ):
        with pytest.raises(AccessDenied):
            act()


def test_who_may_make_units_below_one_unit_may_not_below_another(
    account: Account, call: Call, organization: Organization
) -> None:
    first, second = (
        create_organizational_unit(call, parent_id=organization.root_id, name=name) for name in ("First", "Second")
    )
    dave = a_user(account, "dave")
    statement = {"Effect": "Allow", "Action": "organizations:CreateOrganizationalUnit", "Resource": first.arn}
    an_inline_policy(dave, json.dumps({"Version": "2012-10-17", "Statement": statement}))
    create_organizational_unit(a_call(account, dave), parent_id=first.unit_id, name="Below")
    with pytest.raises(AccessDenied) as refused:
        create_organizational_unit(a_call(account, dave), parent_id=second.unit_id, name="Below")
    assert f"on resource: {second.arn} " in refused.value.message


def test_the_rows_of_a_member_account_are_its_own(call: Call, organization: Organization) -> None:
    member = a_member(call)
    create_user(a_call(member), user_name="erin")
    assert User.objects.get(user_name="erin").account_id == member.pk
    member.refresh_from_db()
    assert (member.user_count, member.role_count) == (1, 1)
