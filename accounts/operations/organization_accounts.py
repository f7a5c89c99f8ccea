"""The accounts of an organization: create, list, describe, move, remove."""

import json

from accounts import arns, organizations
from accounts.models import AWS, Organization, OrganizationAccount, Role
from accounts.opening import OpenedAccount, open_account
from accounts.organizations import Node
from accounts.shapes import Shape
from iamconsole.aws import arn, names, quotas
from iamconsole.aws.identifiers import is_account_id
from iamconsole.aws.organization_errors import (
    AccountNotFoundException,
    DestinationParentNotFoundException,
    DuplicateAccountException,
    MasterCannotLeaveOrganizationException,
    SourceParentNotFoundException,
    constrain,
)
from iamconsole.aws.organizations import ACCOUNT_NAME
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from iamconsole.gate import operation
from iamconsole.keyset import Sort, paginate
from policies.controlling import allow_everything
from policies.models import Attachment, ManagedPolicy

ACCESS_ROLE = "OrganizationAccountAccessRole"
SORTS = {
    "name": Sort("account__name", ignore_case=True),
    "account_id": Sort("pk"),
    "joined": Sort("joined_date"),
}
_SEARCH = ("account__name", "account__account_id", "account__root_email")
_ADMINISTRATOR = "AdministratorAccess"


def _shape(opened: OpenedAccount) -> Shape:
    account = opened.account
    status = {"accountId": account.account_id, "accountName": account.name, "state": "SUCCEEDED"}
    return {"createAccountStatus": status}


@operation("organizations:CreateAccount", resource=arns.any_resource, answer=_shape)
def create_account(
    call: Call, *, email: str, account_name: str, role_name: str = ACCESS_ROLE, root_sign_in: bool = True
) -> OpenedAccount:
    """Open a member account below the root of the organization, with a role by which the management account gets in.

    Its root user signs in with the e-mail address and a password that is told this once; without `root_sign_in` it has
    none, as in an organization that keeps root credentials to itself. Raises EntityAlreadyExists for
    a taken address, ConstraintViolationException where the organization is full.

    Rules: organizations API_CreateAccount; orgs_manage_accounts_access (OrganizationAccountAccessRole).
    """
    names.check(ACCOUNT_NAME, account_name, "accountName")
    names.check_role_name(role_name)
    organization = organizations.lock_organization(call)
    constrain(
        quotas.ACCOUNTS_PER_ORGANIZATION, organization.account_count,
        "You have exceeded the number of accounts that are allowed in an organization.",
    )  # fmt: skip
    opened = open_account(name=account_name, root_email=email, root_key=False, root_sign_in=root_sign_in, by=call)
    member = OrganizationAccount.objects.create(account=opened.account, organization=organization)
    allow_everything(organization, (Node(organization, member=member),), organization.policy_types)
    _let_in(organization, opened, role_name)
    return opened


def _let_in(organization: Organization, opened: OpenedAccount, role_name: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": arn.root_arn(organization.account_id)},
        "Action": "sts:AssumeRole",
    }
    role = Role.objects.create(
        account=opened.account,
        role_name=role_name,
        assume_role_policy_document=json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=4),
    )
    policy = ManagedPolicy.objects.get(account_id=AWS, policy_name=_ADMINISTRATOR)
    Attachment.objects.create(account=opened.account, policy=policy, role=role)


@operation("organizations:ListAccounts", resource=arns.any_resource, read_only=True)
def list_accounts(call: Call, *, page: PageRequest = PageRequest()) -> Page[OrganizationAccount]:
    """List the accounts of the organization, one page at a time, each with its unit.

    Rules: organizations API_ListAccounts.
    """
    organization = organizations.managed_organization(call)
    rows = organization.accounts.select_related("account", "unit")
    return paginate(rows, page, sorts=SORTS, default="name", search=_SEARCH, total=organization.account_count)


@operation("organizations:ListAccountsForParent", resource=organizations.parent, read_only=True)
def list_accounts_for_parent(
    call: Call, *, parent_id: str, page: PageRequest = PageRequest()
) -> Page[OrganizationAccount]:
    """List the accounts directly below the root or a unit, one page at a time.

    Rules: organizations API_ListAccountsForParent.
    """
    parent = organizations.known_parent(call, parent_id)
    rows = OrganizationAccount.objects.filter(organization=parent.organization, unit=parent.unit)
    rows = rows.select_related("account")
    return paginate(rows, page, sorts=SORTS, default="name", search=_SEARCH)


@operation("organizations:DescribeAccount", resource=organizations.member, read_only=True)
def describe_account(call: Call, *, account_id: str) -> OrganizationAccount:
    """Read an account of the organization, with the unit it stands in.

    Rules: organizations API_DescribeAccount.
    """
    if not is_account_id(account_id):
        raise AccountNotFoundException(f"There is no account {account_id} in your organization.", field="accountId")
    member = organizations.known_node(call, account_id, AccountNotFoundException, "accountId").member
    assert member is not None  # noqa: S101  # for the type checker: only accounts have such ids
    return member


@operation("organizations:MoveAccount", resource=organizations.member_and_parents)
def move_account(call: Call, *, account_id: str, source_parent_id: str, destination_parent_id: str) -> None:
    """Move an account to another parent: with its next request the policies of the new place bind it.

    Raises SourceParentNotFoundException where it stands elsewhere by now, DuplicateAccountException where it stands
    there already.

    Rules: organizations API_MoveAccount.
    """
    organization = organizations.lock_organization(call)
    member = organizations.find_member(organization, account_id)
    destination = organizations.find_parent(
        organization, destination_parent_id, DestinationParentNotFoundException, "destinationParentId"
    )  # fmt: skip
    if Node(organization, unit=member.unit).id != source_parent_id:
        raise SourceParentNotFoundException(f"The account {account_id} does not stand below {source_parent_id}.")
    if destination.id == source_parent_id:
        raise DuplicateAccountException(
            f"The account {account_id} stands there already.", field="destinationParentId"
        )  # fmt: skip
    member.unit = destination.unit
    member.save(update_fields=["unit"])


@operation("organizations:RemoveAccountFromOrganization", resource=organizations.changed_member)
def remove_account_from_organization(call: Call, *, account_id: str) -> None:
    """Let an account stand for itself: no control policy binds it any more. All in it stays.

    Raises MasterCannotLeaveOrganizationException for the management account.

    Rules: organizations API_RemoveAccountFromOrganization.
    """
    member = organizations.find_member(organizations.lock_organization(call), account_id)
    if member.is_management:
        raise MasterCannotLeaveOrganizationException(
            "The management account cannot be removed from its organization: delete the organization instead."
        )
    member.delete()
