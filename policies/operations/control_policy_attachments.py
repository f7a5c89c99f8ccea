"""Attach control policies in an organization, detach and list them; switch their types on and off; what binds whom."""

from accounts import organizations
from accounts.models import Organization, OrganizationAccount, PolicyTypes
from accounts.organizations import Node
from accounts.shapes import Shape
from iamconsole.aws import names, quotas
from iamconsole.aws.organization_errors import (
    AccessDeniedException,
    ConstraintViolationException,
    DuplicatePolicyAttachmentException,
    InvalidInputException,
    PolicyNotAttachedException,
    PolicyTypeAlreadyEnabledException,
    PolicyTypeNotEnabledException,
    RootNotFoundException,
    constrain,
)
from iamconsole.call import Call
from iamconsole.gate import operation
from policies.controlling import allow_everything
from policies.controls import (
    POLICY_TYPE,
    ControlLevel,
    attached_to,
    changed_policy_and_target,
    find_control_policy,
    known_control_policy,
    levels_of,
    named_control_policy,
)
from policies.models import FULL_ACCESS, ControlPolicy, ControlPolicyAttachment

_KEYS = {"policy_type": POLICY_TYPE}


@operation("organizations:AttachPolicy", resource=changed_policy_and_target)
def attach_policy(call: Call, *, policy_id: str, target_id: str) -> None:
    """Attach a control policy to the root, a unit or an account: it binds the very next request of all below.

    Raises PolicyTypeNotEnabledException, DuplicatePolicyAttachmentException, and ConstraintViolationException at the
    sixth policy of a type.

    Rules: organizations API_AttachPolicy; orgs_reference_limits.
    """
    organization = organizations.lock_organization(call)
    policy = find_control_policy(organization, policy_id)
    target = organizations.find_node(organization, target_id, field="targetId")
    _require_enabled(organization, policy.type)
    there = ControlPolicyAttachment.objects.filter(account_id=call.account_id, target_id=target.id)
    if there.filter(policy=policy).exists():
        raise DuplicatePolicyAttachmentException("The policy is attached to this target already.", field="policyId")
    constrain(
        quotas.CONTROL_POLICIES_PER_TARGET, there.filter(policy__type=policy.type).count(),
        f"{target.name} has five policies of this type, the most that one target can have.", field="targetId",
    )  # fmt: skip
    ControlPolicyAttachment.objects.create(
        account=call.account,
        organization=organization,
        policy=policy,
        target_id=target.id,
        unit=target.unit,
        member=target.member,
    )


@operation("organizations:DetachPolicy", resource=changed_policy_and_target)
def detach_policy(call: Call, *, policy_id: str, target_id: str) -> None:
    """Detach a control policy from the root, a unit or an account.

    Raises PolicyNotAttachedException, and ConstraintViolationException for the last service control policy of a target:
    an allow at every level is what leaves its accounts anything at all.

    Rules: organizations API_DetachPolicy; orgs_manage_policies_rcps (RCPFullAWSAccess).
    """
    organization = organizations.lock_organization(call)
    policy = find_control_policy(organization, policy_id)
    target = organizations.find_node(organization, target_id, field="targetId")
    if policy_id == FULL_ACCESS[PolicyTypes.RESOURCE_CONTROL_POLICY]:
        raise InvalidInputException("RCPFullAWSAccess cannot be detached.", field="policyId")
    there = ControlPolicyAttachment.objects.filter(account_id=call.account_id, target_id=target.id)
    attachment = there.filter(policy=policy).first()
    if attachment is None:
        raise PolicyNotAttachedException("The policy is not attached to this target.", field="policyId")
    if there.filter(policy__type=policy.type).count() == 1:
        raise ConstraintViolationException(
            f"{target.name} must keep one service control policy at least: attach another one first.",
            reason="MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
            field="policyId",
        )
    attachment.delete()


@operation("organizations:ListPoliciesForTarget", resource=organizations.target, keys=_KEYS, read_only=True)
def list_policies_for_target(call: Call, *, target_id: str, policy_type: str) -> tuple[ControlPolicy, ...]:
    """List the control policies of a type that are attached to a target itself, by name.

    Rules: organizations API_ListPoliciesForTarget.
    """
    names.check_member(PolicyTypes.values, policy_type, "policyType")
    target = organizations.known_node(call, target_id)
    return tuple(attachment.policy for attachment in attached_to(target.organization, (target.id,), policy_type))


@operation("organizations:ListPoliciesForTarget", resource=organizations.target, read_only=True, batch=True)
def list_all_policies_for_target(call: Call, *, target_id: str) -> tuple[ControlPolicy, ...]:
    """List the control policies of every type that are attached to a target itself, by name."""
    target = organizations.known_node(call, target_id)
    return tuple(attachment.policy for attachment in attached_to(target.organization, (target.id,)))


@operation("organizations:ListTargetsForPolicy", resource=named_control_policy, read_only=True)
def list_targets_for_policy(call: Call, *, policy_id: str) -> tuple[Node, ...]:
    """List the roots, units and accounts that a control policy is attached to: the root, units, then accounts.

    Rules: organizations API_ListTargetsForPolicy.
    """
    policy = known_control_policy(call, policy_id)
    organization = organizations.managed_organization(call)
    rows = ControlPolicyAttachment.objects.filter(account_id=call.account_id, policy=policy)
    nodes = [_node(organization, row) for row in rows.select_related("unit", "member__account")]
    return tuple(sorted(nodes, key=lambda node: (_ORDER.index(node.type), node.name.lower(), node.id)))


@operation("organizations:DescribeEffectivePolicy", resource=organizations.target, keys=_KEYS, read_only=True)
def describe_effective_policy(
    call: Call, *, target_id: str | None = None, policy_type: str | None = None
) -> tuple[ControlLevel, ...]:
    """Read what binds an account, the caller's own where none is named: every level from the root down.

    A member account may read of itself, the names of policies and places alone. The management account is bound by
    nothing, wherever it stands.

    Rules: organizations API_DescribeEffectivePolicy; orgs_manage_policies_inheritance_auth.
    """
    place = organizations.place_of(call)
    organization = organizations.organization_of(call)
    if place is not None and target_id in (None, call.account_id):
        return levels_of(Node(organization, unit=place.unit, member=place), policy_type)
    if organization.account_id != call.account_id:
        raise AccessDeniedException("You don't have permissions to access this resource.")
    return levels_of(organizations.known_node(call, str(target_id)), policy_type)


def _root_shape(organization: Organization) -> Shape:
    types = [{"type": policy_type, "status": "ENABLED"} for policy_type in organization.policy_types]
    return {"root": {"id": organization.root_id, "arn": organization.root_arn, "name": "Root", "policyTypes": types}}


@operation("organizations:EnablePolicyType", resource=organizations.root, keys=_KEYS, answer=_root_shape)
def enable_policy_type(call: Call, *, root_id: str, policy_type: str) -> Organization:
    """Let policies of a type be attached in the organization; AWS's own is attached to root, units and accounts.

    Rules: organizations API_EnablePolicyType.
    """
    names.check_member(PolicyTypes.values, policy_type, "policyType")
    organization = _rooted(call, root_id)
    if policy_type in organization.policy_types:
        raise PolicyTypeAlreadyEnabledException("The policy type is enabled already.", field="policyType")
    organization.policy_types = [*organization.policy_types, policy_type]
    organization.save(update_fields=["policy_types"])
    nodes = [Node(organization), *(Node(organization, unit=unit) for unit in organization.units.all())]
    nodes += [Node(organization, member=member) for member in organization.accounts.all()]
    allow_everything(organization, nodes, (policy_type,))
    return organization


@operation("organizations:DisablePolicyType", resource=organizations.root, keys=_KEYS, answer=_root_shape)
def disable_policy_type(call: Call, *, root_id: str, policy_type: str) -> Organization:
    """Let policies of a type bind nobody: all of them are detached, and stay detached when the type comes back.

    Rules: organizations API_DisablePolicyType.
    """
    names.check_member(PolicyTypes.values, policy_type, "policyType")
    organization = _rooted(call, root_id)
    _require_enabled(organization, policy_type)
    organization.policy_types = [each for each in organization.policy_types if each != policy_type]
    organization.save(update_fields=["policy_types"])
    ControlPolicyAttachment.objects.filter(account_id=call.account_id, policy__type=policy_type).delete()
    return organization


def _rooted(call: Call, root_id: str) -> Organization:
    organization = organizations.lock_organization(call)
    if root_id != organization.root_id:
        raise RootNotFoundException(f"There is no root {root_id}.", field="rootId")
    return organization


def _require_enabled(organization: Organization, policy_type: str) -> None:
    if policy_type not in organization.policy_types:
        label = PolicyTypes(policy_type).label
        raise PolicyTypeNotEnabledException(f"{label} are not enabled in your organization.", field="policyType")


_ORDER = ("ROOT", "ORGANIZATIONAL_UNIT", "ACCOUNT")


def _node(organization: Organization, row: ControlPolicyAttachment) -> Node:
    member: OrganizationAccount | None = row.member
    return Node(organization, unit=row.unit if member is None else None, member=member)
