"""Whose access is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.evaluation import AppliedPolicies, Request
from policies.evaluation.callers import Caller, CallerKind, caller_of
from policies.evaluation.examination import Examination

__all__ = ["Subject"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A principal beside the policies that apply to it.

    `context` holds what every request of the principal carries, such as its `aws:userid` and `aws:PrincipalArn`;
    `federating_user` is the ARN of the user behind a federated session.
    """

    principal: str
    applied: AppliedPolicies
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    federating_user: str = ""

    @property
    def caller(self) -> Caller:
        """The principal taken apart."""
        return caller_of(self.principal)

    @property
    def examination(self) -> Examination:
        """A request without policies, to ask which entries of a Principal element name the subject."""
        request = Request(
            self.principal, "", resource_account="", context=self.context, federating_user=self.federating_user
        )
        bounded = self.applied.boundary is not None  # NotPrincipal asks for it
        return Examination(request, AppliedPolicies(boundary=() if bounded else None))

    @property
    def is_bound_by_scps(self) -> bool:
        """Whether SCPs apply to it."""
        if self.caller.kind is CallerKind.ROLE_SESSION:
            return self.examination.scps_bind
        return self.caller.has_identity_policies

    @property
    def is_bound_by_rcps(self) -> bool:
        """Whether RCPs apply to it: to all but service-linked roles."""
        return self.caller.kind is not CallerKind.ROLE_SESSION or not self.examination.is_service_linked_role
