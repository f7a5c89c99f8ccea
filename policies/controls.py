"""Find control policies, and what is attached where in an organization.

Rules: orgs_manage_policies; orgs_manage_policies_inheritance_auth.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.arns import Parameters, Target
from accounts.models import AWS, Organization, OrganizationalUnit, PolicyTypes
from accounts.organizations import Node, changed_target, managed_organization, place_of, target_arn
from iamconsole.aws.organization_errors import PolicyNotFoundException
from iamconsole.aws.organizations import control_policy_arn
from iamconsole.call import Call
from policies.language.kinds import PolicyKind
from policies.models import ControlPolicy, ControlPolicyAttachment

__all__ = [
    "KINDS",
    "POLICY_TYPE",
    "ControlLevel",
    "attached_to",
    "changed_policy_and_target",
    "control_policies",
    "find_control_policy",
    "known_control_policy",
    "levels_of",
    "named_control_policy",
    "new_control_policy",
]

POLICY_TYPE = "organizations:PolicyType"
KINDS: Mapping[str, PolicyKind] = {
    PolicyTypes.SERVICE_CONTROL_POLICY: PolicyKind.SCP,
    PolicyTypes.RESOURCE_CONTROL_POLICY: PolicyKind.RCP,
}
"""What a document of each type may contain."""
_TYPE = "AWS::Organizations::Policy"


@dataclass(frozen=True, slots=True)
class ControlLevel:
    """The policies attached at one place on the way from the root down to an account."""

    id: str
    name: str
    type: str
    policies: tuple[ControlPolicy, ...]


def control_policies(organization: Organization) -> QuerySet[ControlPolicy]:
    """The control policies that an organization can attach, its own and AWS's, with `target_count`."""
    here = Count("attachments", filter=Q(attachments__account_id=organization.account_id))
    rows: QuerySet[Any] = ControlPolicy.objects.filter(account_id__in=(organization.account_id, AWS))
    read: QuerySet[ControlPolicy] = rows.annotate(target_count=here)
    return read


def find_control_policy(organization: Organization, policy_id: str) -> ControlPolicy:
    """Find a control policy by its id, or raise PolicyNotFoundException."""
    found = control_policies(organization).filter(pk=policy_id).first() if "\x00" not in policy_id else None
    if found is None:
        raise _no_policy(policy_id)
    return found


def known_control_policy(call: Call, policy_id: str) -> ControlPolicy:
    """As `find_control_policy`, in the organization that the caller's account manages; read once a call."""
    found = _remembered(call, managed_organization(call), policy_id)
    if found is None:
        raise _no_policy(policy_id)
    return found


def attached_to(
    organization: Organization, target_ids: Iterable[str], policy_type: str | None = None
) -> tuple[ControlPolicyAttachment, ...]:
    """What is attached to some places of an organization, by the policies' names; policies without documents."""
    rows = ControlPolicyAttachment.objects.filter(account_id=organization.account_id, target_id__in=list(target_ids))
    if policy_type:
        rows = rows.filter(policy__type=policy_type)
    found = rows.select_related("policy").defer("policy__document")
    return tuple(sorted(found, key=lambda each: (each.policy.policy_name.lower(), each.policy_id)))


def levels_of(node: Node, policy_type: str | None = None) -> tuple[ControlLevel, ...]:
    """Every place from the root down to a node, with what is attached there."""
    organization = node.organization
    units = {unit.pk: unit for unit in OrganizationalUnit.objects.filter(pk__in=node.path)} if node.path else {}
    way = [Node(organization), *(Node(organization, unit=units[unit_id]) for unit_id in node.path)]
    way += [node] if node.member is not None else []
    attachments = attached_to(organization, [each.id for each in way], policy_type)
    return tuple(
        ControlLevel(
            each.id, each.name, each.type,
            tuple(attachment.policy for attachment in attachments if attachment.target_id == each.id),
        )
        for each in way
    )  # fmt: skip


def new_control_policy(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """A control policy that is to be made: its id is not known yet."""
    place = place_of(call)
    organization = place.organization.pk if place else "*"
    return (Target(control_policy_arn(call.account_id, organization, parameters["policy_type"], "*"), _TYPE),)


def named_control_policy(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The control policy of `policy_id`."""
    return (_policy_target(call, parameters["policy_id"]),)


def changed_policy_and_target(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The control policy that is attached or detached, and the root, unit or account it is attached to."""
    policy = _policy_target(call, parameters["policy_id"])
    return policy, changed_target(call, parameters["target_id"], keys=policy.keys)


def _policy_target(call: Call, policy_id: str) -> Target:
    place = place_of(call)
    found = _remembered(call, place.organization, policy_id) if place is not None and place.is_management else None
    if found is None:
        return Target(target_arn(call, policy_id).replace(":ou/", ":policy/", 1), _TYPE, policy_id)
    return Target(found.arn, _TYPE, found.policy_name, keys={POLICY_TYPE: (found.type,)})


def _remembered(call: Call, organization: Organization, policy_id: str) -> ControlPolicy | None:
    if "\x00" in policy_id:
        return None
    rows = control_policies(organization).filter(pk=policy_id)
    return call.remember(("control policy", policy_id), rows.first)


def _no_policy(policy_id: str) -> PolicyNotFoundException:
    return PolicyNotFoundException(f"There is no policy with the id {policy_id}.", field="policyId")
