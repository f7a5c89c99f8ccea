"""What is asked of the evaluation and what it answers.

Rules: API_EvaluationResult; reference_policies_evaluation-logic.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from policies.evaluation.compiled import CompiledPolicy
from policies.language.document import Span

if TYPE_CHECKING:
    from policies.evaluation.examination import Examination
    from policies.evaluation.plan import Plan
    from policies.evaluation.statements import ExaminedStatement

__all__ = [
    "AppliedPolicies",
    "Decision",
    "EvalDecision",
    "MatchedStatement",
    "Policy",
    "PolicyType",
    "Request",
    "Step",
]


class EvalDecision(StrEnum):
    """AWS's three answers."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


class PolicyType(StrEnum):
    """The layers of policies, in the order in which a decision is credited to them."""

    VPC_ENDPOINT = "vpcEndpoint"
    RCP = "rcp"
    SCP = "scp"
    RESOURCE = "resource"
    IDENTITY = "identity"
    BOUNDARY = "boundary"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks to do what to which resource, in which context; the context is complete.

    `federating_user` is the ARN of the user behind a federated session, where it is known.
    """

    principal: str
    action: str
    resource: str = "*"
    resource_account: str = ""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    federating_user: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """A compiled policy under the name by which a reason mentions it; `source` is its ARN where it has one.

    `via` names the user group through which it reaches a user.
    """

    name: str
    policy_type: PolicyType
    compiled: CompiledPolicy
    source: str = ""
    version: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True)
class AppliedPolicies:
    """Every policy that applies to a principal's request; None means that there is no such layer.

    Group policies stand among `identity`. Of `scp` and `rcp` each inner tuple is a level, the organization's root
    first. Keep one object a principal: what is found out about an action once is kept with it.
    """

    identity: tuple[Policy, ...] = ()
    boundary: tuple[Policy, ...] | None = None
    session: tuple[Policy, ...] | None = None
    scp: tuple[tuple[Policy, ...], ...] = ()
    rcp: tuple[tuple[Policy, ...], ...] = ()
    resource: Policy | None = None
    vpc_endpoint: tuple[Policy, ...] | None = None
    plans: "dict[str, Plan]" = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class MatchedStatement:
    """A statement that counted, with its place in the policy's text."""

    policy: Policy
    policy_type: PolicyType
    sid: str
    index: int
    span: Span


@dataclass(frozen=True, slots=True)
class Step:
    """One layer's verdict. A layer is evaluated for an explanation also when another has decided.

    `stops` says that this layer alone would refuse the request.
    """

    layer: PolicyType
    verdict: Literal["allowed", "explicitDeny", "implicitDeny", "notApplicable"]
    decisive: bool
    stops: bool
    reason: str
    matched: tuple[MatchedStatement, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, the layer it is credited to, and on demand what it rests on.

    `decided_by` is a PolicyType's value, or `root`, or `none`.
    """

    decision: EvalDecision
    decided_by: str
    examination: "Examination" = field(repr=False, compare=False)
    steps: tuple[Step, ...] = ()
    near_misses: "tuple[ExaminedStatement, ...]" = ()

    @property
    def allowed(self) -> bool:
        """Whether the request goes through."""
        return self.decision is EvalDecision.ALLOWED

    @property
    def matched(self) -> tuple[MatchedStatement, ...]:
        """All Deny statements that matched, or all Allow statements that an allowed request rests on."""
        return self.examination.matched(self.decision)

    @property
    def missing_context_keys(self) -> tuple[str, ...]:
        """The condition keys that statements about this action ask for and the request does not carry."""
        return self.examination.missing_context_keys()
