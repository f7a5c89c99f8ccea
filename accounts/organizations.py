"""Find the caller's organization and what stands in it, and name it as the resource of an operation.

What is not in the caller's own organization is as absent as what never was.

Rules: list_awsorganizations (resource types); orgs_reference_arn-formats.
"""

from dataclasses import dataclass
from typing import Any

from accounts.arns import Parameters, Target
from accounts.models import Organization, OrganizationAccount, OrganizationalUnit
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.aws.identifiers import is_account_id
from iamconsole.aws.organization_errors import (
    AccessDeniedException,
    AccountNotFoundException,
    AWSOrganizationsNotInUseException,
    OrganizationalUnitNotFoundException,
    ParentNotFoundException,
    TargetNotFoundException,
)
from iamconsole.aws.organizations import organizations_arn
from iamconsole.call import Call

__all__ = [
    "ACCOUNT",
    "ROOT",
    "UNIT",
    "Node",
    "any_in_organization",
    "changed_member",
    "changed_target",
    "child",
    "find_member",
    "find_node",
    "find_parent",
    "find_unit",
    "known_node",
    "known_parent",
    "lock_organization",
    "managed_organization",
    "member",
    "member_and_parents",
    "organization_of",
    "parent",
    "place_of",
    "root",
    "target",
    "target_arn",
    "unit",
]

ROOT, UNIT, ACCOUNT = "ROOT", "ORGANIZATIONAL_UNIT", "ACCOUNT"


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the tree of an organization: the root, a unit, or an account."""

    organization: Organization
    unit: OrganizationalUnit | None = None
    member: OrganizationAccount | None = None

    @property
    def id(self) -> str:
        """The id by which AWS knows it."""
        if self.member is not None:
            return self.member.account_id
        return self.unit.unit_id if self.unit is not None else self.organization.root_id

    @property
    def type(self) -> str:
        """AWS's word for what it is."""
        return ACCOUNT if self.member is not None else UNIT if self.unit is not None else ROOT

    @property
    def name(self) -> str:
        """Its name; AWS calls every root `Root`."""
        if self.member is not None:
            return self.member.account.name
        return self.unit.unit_name if self.unit is not None else "Root"

    @property
    def arn(self) -> str:
        """Its ARN, in the management account."""
        if self.member is not None:
            return self.member.arn
        return self.unit.arn if self.unit is not None else self.organization.root_arn

    @property
    def path(self) -> tuple[str, ...]:
        """The ids of the units that it stands in, itself included, from below the root down."""
        unit = self.member.unit if self.member is not None else self.unit
        return tuple(unit.path) if unit is not None else ()


def place_of(call: Call) -> OrganizationAccount | None:
    """The place of the caller's account in an organization, if it is in one; read once a call."""
    rows = OrganizationAccount.objects.select_related("account", "organization", "unit")
    return call.remember("place in organization", lambda: rows.filter(pk=call.account_id).first())


def organization_of(call: Call) -> Organization:
    """The organization that the caller's account is in, or raise AWSOrganizationsNotInUseException."""
    place = place_of(call)
    if place is None:
        raise _not_in_use()
    return place.organization


def managed_organization(call: Call) -> Organization:
    """The organization that the caller's account manages; a member account is refused."""
    organization = organization_of(call)
    if organization.account_id != call.account_id:
        raise _only_management()
    return organization


def lock_organization(call: Call) -> Organization:
    """Lock the organization that the caller's account manages, so that its tree stands still and its quotas hold."""
    rows = Organization.objects.select_for_update(no_key=True)
    found = rows.filter(account_id=call.account_id).first()
    if found is None:
        managed_organization(call)
        raise _not_in_use()
    return found


def find_node(
    organization: Organization, node_id: str, absent: type[NoSuchEntity] = TargetNotFoundException, field: str = ""
) -> Node:
    """Find the root, the unit or the account of an id in an organization, or raise the error for what is absent."""
    if node_id == organization.root_id:
        return Node(organization)
    if is_account_id(node_id):
        return Node(organization, member=find_member(organization, node_id, absent, field))
    return Node(organization, unit=find_unit(organization, node_id, absent, field))


def known_node(
    call: Call, node_id: str, absent: type[NoSuchEntity] = TargetNotFoundException, field: str = "targetId"
) -> Node:
    """As `find_node`, in the organization that the caller's account manages; read once a call."""
    organization = managed_organization(call)
    return call.remember(("node", node_id), lambda: find_node(organization, node_id, absent, field))


def known_parent(call: Call, parent_id: str) -> Node:
    """The root or the unit that something is listed for, read once a call."""
    if is_account_id(parent_id):
        return find_parent(managed_organization(call), parent_id)
    return known_node(call, parent_id, ParentNotFoundException, "parentId")


def find_parent(
    organization: Organization,
    parent_id: str,
    absent: type[NoSuchEntity] = ParentNotFoundException,
    field: str = "parentId",
) -> Node:
    """Find the root or the unit that something stands below, or raise the error for what is absent."""
    if is_account_id(parent_id):
        raise absent(f"There is no root or organizational unit {parent_id}.", field=field)
    return find_node(organization, parent_id, absent, field)


def find_unit(
    organization: Organization,
    unit_id: str,
    absent: type[NoSuchEntity] = OrganizationalUnitNotFoundException,
    field: str = "organizationalUnitId",
) -> OrganizationalUnit:
    """Find a unit of an organization, or raise the error for what is absent."""
    rows = OrganizationalUnit.objects.filter(account_id=organization.account_id, organization=organization)
    found = rows.filter(pk=unit_id).first() if "\x00" not in unit_id else None
    if found is None:
        raise absent(f"{_PHRASES.get(absent, 'There is no organizational unit with the id')} {unit_id}.", field=field)
    found.organization = organization
    return found


def find_member(
    organization: Organization,
    account_id: str,
    absent: type[NoSuchEntity] = AccountNotFoundException,
    field: str = "accountId",
) -> OrganizationAccount:
    """Find an account of an organization with its unit, or raise the error for what is absent."""
    rows = OrganizationAccount.objects.select_related("account", "unit")
    found = rows.filter(organization=organization, pk=account_id).first() if is_account_id(account_id) else None
    if found is None:
        raise absent(f"There is no account {account_id} in your organization.", field=field)
    found.organization = organization
    return found


_PHRASES: dict[type[NoSuchEntity], str] = {
    TargetNotFoundException: "There is no root, organizational unit or account with the id"
}


def root(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The root of the caller's organization."""
    place = place_of(call)
    return (_target(call, parameters.get("root_id") or (place.organization.root_id if place else "r-*")),)


def parent(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The root or the unit of `parent_id`."""
    return (_target(call, parameters["parent_id"]),)


def unit(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The unit of `organizational_unit_id`."""
    return (_target(call, parameters["organizational_unit_id"]),)


def child(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The unit or the account of `child_id`."""
    return (_target(call, parameters["child_id"]),)


def target(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The root, the unit or the account of `target_id`; the caller's account without one."""
    return (_target(call, parameters.get("target_id") or call.account_id),)


def member(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The account of `account_id`."""
    return (_target(call, parameters["account_id"]),)


def changed_member(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The account of `account_id`, whose own trail is told of the change."""
    return (_target(call, parameters["account_id"], told=True),)


def member_and_parents(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The account that moves, from where, and to where."""
    parents = (parameters["source_parent_id"], parameters["destination_parent_id"])
    return (*changed_member(call, parameters), *(_target(call, each) for each in dict.fromkeys(parents)))


def any_in_organization(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """No resource-level permission, but the management account's trail is told as well."""
    place = place_of(call)
    return (Target("*", concerns=place.organization.account_id if place else ""),)


def target_arn(call: Call, node_id: str) -> str:
    """The ARN that an id stands for in the caller's organization, whether there is such a thing or not."""
    place = place_of(call)
    owner, organization = (place.organization.account_id, place.organization.pk) if place else (call.account_id, "*")
    return organizations_arn(owner, _noun(node_id)[0], organization, node_id)


def changed_target(call: Call, node_id: str, **facts: Any) -> Target:
    """A root, unit or account as a resource; an account's own trail is told."""
    return _target(call, node_id, told=True, **facts)


def _target(call: Call, node_id: str, *, told: bool = False, **facts: Any) -> Target:
    concerns = node_id if told and _is_member(call, node_id) else ""
    return Target(target_arn(call, node_id), _noun(node_id)[1], node_id, concerns=concerns, **facts)


def _is_member(call: Call, account_id: str) -> bool:
    """Whether an id is an account of the organization that the caller's account manages: no other is told anything."""
    place = place_of(call)
    if place is None or not place.is_management or not is_account_id(account_id):
        return False
    return OrganizationAccount.objects.filter(organization=place.organization, pk=account_id).exists()


def _noun(node_id: str) -> tuple[str, str]:
    """The word for a kind of thing in its ARN, and CloudFormation's."""
    if node_id.startswith("r-"):
        return "root", "AWS::Organizations::Root"
    if is_account_id(node_id):
        return "account", "AWS::Organizations::Account"
    return "ou", "AWS::Organizations::OrganizationalUnit"


def _not_in_use() -> AWSOrganizationsNotInUseException:
    return AWSOrganizationsNotInUseException("Your account is not a member of an organization.")


def _only_management() -> AccessDeniedException:
    return AccessDeniedException(
        "You don't have permissions to access this resource: only the management account of the organization does this."
    )
