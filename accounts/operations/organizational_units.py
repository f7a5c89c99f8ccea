"""Organizational units: create, describe, rename, delete, and who stands below what."""

from django.db.models import QuerySet
from django.db.models.functions import Lower

from accounts import organizations
from accounts.conflicts import refusing_duplicates
from accounts.models import OrganizationAccount, OrganizationalUnit
from accounts.organizations import ACCOUNT, UNIT, Node
from accounts.shapes import Shape
from iamconsole.aws import names, quotas
from iamconsole.aws.organization_errors import (
    ChildNotFoundException,
    DuplicateOrganizationalUnitException,
    OrganizationalUnitNotEmptyException,
    OrganizationalUnitNotFoundException,
    constrain,
)
from iamconsole.aws.organizations import UNIT_NAME, new_unit_id
from iamconsole.call import Call
from iamconsole.gate import operation
from policies.controlling import allow_everything

CHILD_TYPES = (ACCOUNT, UNIT)
_TAKEN = "The parent already contains an organizational unit called {name}."


def _shape(unit: OrganizationalUnit) -> Shape:
    return {"organizationalUnit": {"id": unit.unit_id, "arn": unit.arn, "name": unit.unit_name}}


@operation("organizations:CreateOrganizationalUnit", resource=organizations.parent, answer=_shape)
def create_organizational_unit(call: Call, *, parent_id: str, name: str) -> OrganizationalUnit:
    """Create a unit below the root or below another unit.

    Raises ParentNotFoundException, DuplicateOrganizationalUnitException for a name that differs only in case, and
    ConstraintViolationException at the sixth level or the thousand and first unit.

    Rules: organizations API_CreateOrganizationalUnit; orgs_reference_limits.
    """
    names.check(UNIT_NAME, name, "name")
    organization = organizations.lock_organization(call)
    parent = organizations.find_parent(organization, parent_id)
    constrain(
        quotas.ORGANIZATION_DEPTH, len(parent.path),
        "You have exceeded the number of levels of organizational units that are allowed: five below the root.",
        field="parentId",
    )  # fmt: skip
    constrain(
        quotas.UNITS_PER_ORGANIZATION, organization.units.count(),
        "You have exceeded the number of organizational units that are allowed in an organization.",
    )  # fmt: skip
    unit_id = new_unit_id(organization.root_id)
    with refusing_duplicates(_TAKEN.format(name=name), field="name", error=DuplicateOrganizationalUnitException):
        unit = OrganizationalUnit.objects.create(
            unit_id=unit_id,
            account=call.account,
            organization=organization,
            parent=parent.unit,
            path=[*parent.path, unit_id],
            unit_name=name,
        )
    allow_everything(organization, (Node(organization, unit=unit),), organization.policy_types)
    return unit


@operation("organizations:DescribeOrganizationalUnit", resource=organizations.unit, read_only=True)
def describe_organizational_unit(call: Call, *, organizational_unit_id: str) -> OrganizationalUnit:
    """Read a unit. Rules: organizations API_DescribeOrganizationalUnit."""
    absent = OrganizationalUnitNotFoundException
    if not organizational_unit_id.startswith("ou-"):
        raise absent(f"There is no organizational unit with the id {organizational_unit_id}.")
    unit = organizations.known_node(call, organizational_unit_id, absent, "organizationalUnitId").unit
    assert unit is not None  # noqa: S101  # for the type checker: only units have such ids
    return unit


@operation("organizations:UpdateOrganizationalUnit", resource=organizations.unit, answer=_shape)
def update_organizational_unit(call: Call, *, organizational_unit_id: str, name: str) -> OrganizationalUnit:
    """Rename a unit; its id, its place and what is attached to it stay.

    Rules: organizations API_UpdateOrganizationalUnit.
    """
    names.check(UNIT_NAME, name, "name")
    unit = organizations.find_unit(organizations.lock_organization(call), organizational_unit_id)
    unit.unit_name = name
    with refusing_duplicates(_TAKEN.format(name=name), field="name", error=DuplicateOrganizationalUnitException):
        unit.save(update_fields=["unit_name"])
    return unit


@operation("organizations:DeleteOrganizationalUnit", resource=organizations.unit)
def delete_organizational_unit(call: Call, *, organizational_unit_id: str) -> None:
    """Delete a unit that nothing stands in; what was attached to it is detached.

    Rules: organizations API_DeleteOrganizationalUnit.
    """
    unit = organizations.find_unit(organizations.lock_organization(call), organizational_unit_id)
    if unit.units.exists() or unit.accounts.exists():
        raise OrganizationalUnitNotEmptyException(
            "The organizational unit is not empty: move its accounts and delete its units first."
        )
    unit.delete()


@operation("organizations:ListOrganizationalUnitsForParent", resource=organizations.parent, read_only=True)
def list_organizational_units_for_parent(call: Call, *, parent_id: str) -> tuple[OrganizationalUnit, ...]:
    """List the units directly below the root or a unit, by name.

    Rules: organizations API_ListOrganizationalUnitsForParent.
    """
    return tuple(_units(organizations.known_parent(call, parent_id)))


@operation("organizations:ListOrganizationalUnitsForParent", resource=organizations.root, read_only=True, batch=True)
def list_organizational_units(call: Call) -> tuple[OrganizationalUnit, ...]:
    """List every unit of the organization by name, as its tree is drawn; there are a thousand at most.

    Who may list what is below the root may see the whole tree.
    """
    organization = organizations.managed_organization(call)
    rows = OrganizationalUnit.objects.filter(account_id=call.account_id, organization=organization)
    return tuple(rows.order_by(Lower("unit_name")))


@operation("organizations:ListChildren", resource=organizations.parent, read_only=True)
def list_children(call: Call, *, parent_id: str, child_type: str) -> tuple[str, ...]:
    """List the ids of the accounts or of the units directly below the root or a unit.

    Rules: organizations API_ListChildren.
    """
    names.check_member(CHILD_TYPES, child_type, "childType")
    parent = organizations.known_parent(call, parent_id)
    if child_type == UNIT:
        return tuple(unit.pk for unit in _units(parent))
    rows = OrganizationAccount.objects.filter(organization=parent.organization, unit=parent.unit)
    return tuple(rows.order_by("pk").values_list("pk", flat=True))


@operation("organizations:ListParents", resource=organizations.child, read_only=True)
def list_parents(call: Call, *, child_id: str) -> tuple[Node, ...]:
    """List the root or the unit that a unit or an account stands directly below; there is one.

    Rules: organizations API_ListParents.
    """
    organization = organizations.managed_organization(call)
    child = organizations.find_node(organization, child_id, ChildNotFoundException, "childId")
    unit = child.member.unit if child.member else child.unit.parent if child.unit else None
    return (Node(organization, unit=unit),)


def _units(parent: Node) -> QuerySet[OrganizationalUnit]:
    rows = OrganizationalUnit.objects.filter(
        account_id=parent.organization.account_id, organization=parent.organization, parent=parent.unit
    )
    return rows.order_by(Lower("unit_name"))
