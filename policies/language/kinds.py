"""The kinds of policy documents and what each may contain.

Rules: access_policies; orgs_manage_policies_scps; orgs_manage_policies_rcps; vpc-endpoints-access.
"""

from dataclasses import dataclass
from enum import Enum

__all__ = ["Need", "PolicyKind"]


class Need(Enum):
    """Whether a kind of document has an element."""

    REQUIRED = "required"
    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class _Rules:
    label: str
    principal: Need
    not_principal: Need
    resource: Need
    id: Need
    current_version: bool = False
    simple_sids: bool = True
    unique_sids: bool = True


class PolicyKind(Enum):
    """A kind of policy document: the same JSON is legal as one kind and refused as another."""

    IDENTITY_MANAGED = _Rules(
        "managed policy", Need.FORBIDDEN, Need.FORBIDDEN, Need.REQUIRED, Need.FORBIDDEN, current_version=True
    )
    IDENTITY_INLINE = _Rules("inline policy", Need.FORBIDDEN, Need.FORBIDDEN, Need.REQUIRED, Need.FORBIDDEN)
    BOUNDARY = IDENTITY_MANAGED
    """A permissions boundary is a managed policy."""
    TRUST = _Rules("role trust policy", Need.REQUIRED, Need.FORBIDDEN, Need.FORBIDDEN, Need.ALLOWED)
    RESOURCE = _Rules(
        "resource-based policy",
        Need.REQUIRED,
        Need.ALLOWED,
        Need.REQUIRED,
        Need.ALLOWED,
        simple_sids=False,
        unique_sids=False,
    )
    SESSION = _Rules("session policy", Need.FORBIDDEN, Need.FORBIDDEN, Need.REQUIRED, Need.ALLOWED)
    SCP = _Rules(
        "service control policy", Need.FORBIDDEN, Need.FORBIDDEN, Need.REQUIRED, Need.ALLOWED, current_version=True
    )
    RCP = _Rules(
        "resource control policy", Need.REQUIRED, Need.FORBIDDEN, Need.REQUIRED, Need.ALLOWED, current_version=True
    )
    ENDPOINT = _Rules(
        "VPC endpoint policy",
        Need.REQUIRED,
        Need.ALLOWED,
        Need.REQUIRED,
        Need.ALLOWED,
        simple_sids=False,
        unique_sids=False,
    )

    @property
    def label(self) -> str:
        """The kind as AWS names it in prose."""
        return self.value.label

    @property
    def principal(self) -> Need:
        """Whether statements name principals."""
        return self.value.principal

    @property
    def not_principal(self) -> Need:
        """Whether statements may exclude principals."""
        return self.value.not_principal

    @property
    def resource(self) -> Need:
        """Whether statements name resources; a trust policy's resource is its role."""
        return self.value.resource

    @property
    def id(self) -> Need:
        """Whether the document may have an Id."""
        return self.value.id

    @property
    def current_version(self) -> bool:
        """Whether the document must carry Version 2012-10-17."""
        return self.value.current_version

    @property
    def simple_sids(self) -> bool:
        """Whether a Sid is letters and digits only."""
        return self.value.simple_sids

    @property
    def unique_sids(self) -> bool:
        """Whether a Sid may stand only once in the document."""
        return self.value.unique_sids
