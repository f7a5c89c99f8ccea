"""The shared step of attaching AWS's own control policies where something new stands in an organization.

Rules: orgs_manage_policies_scps ("FullAWSAccess"); orgs_manage_policies_rcps ("RCPFullAWSAccess").
"""

from collections.abc import Iterable

from accounts.models import Organization
from accounts.organizations import Node
from policies.models import FULL_ACCESS, ControlPolicyAttachment

__all__ = ["allow_everything"]


def allow_everything(organization: Organization, nodes: Iterable[Node], policy_types: Iterable[str]) -> None:
    """Attach the full-access policy of each type to each place; the organization's row is locked."""
    types = list(policy_types)
    ControlPolicyAttachment.objects.bulk_create(
        ControlPolicyAttachment(
            account_id=organization.account_id, organization=organization, policy_id=FULL_ACCESS[policy_type],
            target_id=node.id, unit=node.unit, member=node.member,
        )
        for node in nodes
        for policy_type in types
    )  # fmt: skip
