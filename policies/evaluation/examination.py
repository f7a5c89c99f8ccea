"""A request beside the policies that apply to it: what the rules look at, found out when first asked for.

Rules: reference_policies_evaluation-logic_policy-eval-denyallow.
"""

import re
from typing import TYPE_CHECKING

from policies.evaluation.callers import Caller, CallerKind, caller_of
from policies.evaluation.plan import Candidate, Candidates, Plan, plan_for
from policies.evaluation.principals import Grant
from policies.evaluation.records import AppliedPolicies, EvalDecision, MatchedStatement, PolicyType, Request
from policies.language.multivalued_keys import is_multivalued

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BY_PRINCIPAL", "Examination", "matched_statement"]

BY_PRINCIPAL = frozenset({PolicyType.VPC_ENDPOINT, PolicyType.RCP, PolicyType.RESOURCE})
_ORGANIZATION = frozenset({PolicyType.SCP, PolicyType.RCP})
_TRUST_ACTIONS = re.compile(r"sts:(?:assumerole.*|tagsession|setsourceidentity|setcontext)")
_SERVICE_LINKED = ":role/aws-service-role/"


class Examination:
    """One request against one set of policies. Lives for one decision; the decision keeps it for its reasons."""

    __slots__ = ("_keys", "_parts", "action", "applied", "caller", "granting", "plan", "request", "resource")

    def __init__(self, request: Request, applied: AppliedPolicies) -> None:
        self.request = request
        self.applied = applied
        self.action = request.action.lower()
        self.resource = request.resource
        self.caller: Caller = caller_of(request.principal)
        self.plan: Plan = plan_for(applied, self.action)
        self.granting: tuple[PolicyType, ...] = ()
        """The layers whose Allow an allowed request rests on."""
        self._keys: dict[str, tuple[str, ...]] | None = None
        self._parts: list[str] | None = None

    @property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """The context by lower-case key; spellings that differ in case only are one key."""
        keys = self._keys
        if keys is None:
            keys = self._keys = {}
            for name, values in self.request.context.items():
                key = name.lower()
                keys[key] = (*keys[key], *values) if key in keys else tuple(values)
        return keys

    def values(self, key: str) -> tuple[str, ...]:
        """All values of a lower-case key; none when it is missing."""
        keys = self._keys
        return (self.keys if keys is None else keys).get(key, ())

    def variable(self, key: str) -> str | None:
        """The one value of a lower-case key; keys of several values are no variables."""
        values = self.values(key)
        return values[0] if len(values) == 1 and not is_multivalued(key) else None

    @property
    def resource_parts(self) -> list[str] | None:
        """The six parts of the requested ARN; None for `*` and what is no ARN."""
        if self._parts is None:
            self._parts = self.resource.split(":", 5)
        return self._parts if len(self._parts) == 6 else None

    @property
    def unique_id(self) -> str:
        """The unique id of the user, or of the role behind the session."""
        values = self.values("aws:userid")
        return values[0].partition(":")[0] if values else ""

    @property
    def is_service_linked_role(self) -> bool:
        """Whether the caller is a session of a service-linked role; its path tells, or else its name."""
        if self.caller.kind is not CallerKind.ROLE_SESSION:
            return False
        arns = self.values("aws:principalarn") or (self.caller.arn,)
        if any(":role/" in arn for arn in arns):
            return any(_SERVICE_LINKED in arn for arn in arns)
        return self.caller.name.startswith("AWSServiceRoleFor")

    @property
    def scps_bind(self) -> bool:
        """Whether SCPs apply: not to service-linked roles, nor to callers without an account."""
        return self.caller.has_identity_policies and not self.is_service_linked_role

    @property
    def is_foreign(self) -> bool:
        """Whether caller and resource belong to different accounts."""
        return self.request.resource_account not in ("", self.caller.account)

    @property
    def is_role_assumption(self) -> bool:
        """Whether the action is one that a role's trust policy decides."""
        return bool(_TRUST_ACTIONS.fullmatch(self.action))

    @property
    def needs_resource_policy(self) -> bool:
        """Whether the trust policy of a role or the policy of a KMS key must itself allow."""
        parts = self.resource_parts
        if parts is None:
            return False
        if self.action.startswith("kms:"):
            return parts[2] == "kms" and parts[5].startswith("key/")
        return parts[2] == "iam" and parts[5].startswith("role/") and self.is_role_assumption

    def matches(self, candidate: Candidate) -> bool:
        """Whether a statement about the action matches the rest of the request, in its layer."""
        if candidate.layer in BY_PRINCIPAL:
            statement = candidate.statement
            return bool(statement.grant(self)) and statement.holds_as_resource_policy(self)
        return candidate.statement.holds(self)

    def binds(self, candidate: Candidate) -> bool:
        """Whether the statement's layer applies to the caller at all."""
        if candidate.layer is PolicyType.SCP:
            return self.scps_bind
        return candidate.layer is not PolicyType.RCP or not self.is_service_linked_role

    def denies(self, candidate: Candidate) -> bool:
        """Whether a Deny statement strikes."""
        layer = candidate.layer
        return self.matches(candidate) and (layer not in _ORGANIZATION or self.binds(candidate))

    def resource_grant(self) -> Grant:
        """The strongest grant of the resource policy."""
        strongest = Grant.NONE
        for candidate in self.plan.resource:
            grant = candidate.statement.grant(self)
            if grant > strongest and candidate.statement.holds_as_resource_policy(self):
                strongest = grant
        return strongest

    def allows(self, layer: PolicyType) -> "Iterator[Candidate]":
        """The Allow statements of a layer that match."""
        return filter(self.matches, self._allow_candidates(layer))

    def _allow_candidates(self, layer: PolicyType) -> Candidates:
        if layer is PolicyType.SCP:
            return tuple(each for level in self.plan.scp for each in level)
        return getattr(self.plan, _FIELDS[layer]) or ()

    def matched(self, decision: EvalDecision) -> tuple[MatchedStatement, ...]:
        """The statements that a decision rests on."""
        if decision is EvalDecision.EXPLICIT_DENY:
            found = list(filter(self.denies, self.plan.denials))
        elif decision is EvalDecision.ALLOWED:
            found = [each for layer in self.granting for each in self.allows(layer)]
        else:
            found = []
        return tuple(matched_statement(each) for each in found)

    def missing_context_keys(self) -> tuple[str, ...]:
        """The keys that statements about the action refer to and the request does not carry."""
        return tuple(name for key, name in self.plan.keys if not self.values(key))


_FIELDS = {
    PolicyType.VPC_ENDPOINT: "vpc_endpoint",
    PolicyType.RESOURCE: "resource",
    PolicyType.IDENTITY: "identity",
    PolicyType.BOUNDARY: "boundary",
    PolicyType.SESSION: "session",
}


def matched_statement(candidate: Candidate) -> MatchedStatement:
    """A candidate as it is reported."""
    statement = candidate.statement
    return MatchedStatement(candidate.policy, candidate.layer, statement.sid, statement.index, statement.span)
