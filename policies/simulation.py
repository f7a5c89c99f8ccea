"""What the policy simulator asks about and what it answers: entries, sources, results.

Rules: API_SimulatePrincipalPolicy; API_SimulateCustomPolicy; API_EvaluationResult; access_policies_testing-policies.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from accounts.models import Role, User
from accounts.principals import RoleSession, Root, UserPrincipal
from iamconsole.aws.arn import Arn, split_path
from iamconsole.aws.errors import InvalidInput, NoSuchEntity
from iamconsole.call import Call
from policies.applied import Applied, applied_to_group, applied_to_role, applied_to_root, applied_to_user
from policies.evaluation import AppliedPolicies, Decision, EvalDecision, Policy, PolicyType, Request, evaluate, reasons
from policies.language.document import Position
from policies.owners import GROUP, ROLE, USER, Entity, Owner

_OF_ORGANIZATION = frozenset({PolicyType.SCP, PolicyType.RCP})
SOURCE_POLICY_TYPE = "IAM Policy"
"""What AWS was seen to answer as SourcePolicyType, whatever the kind of policy."""

Context = Mapping[str, tuple[str, ...]]
Tags = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """One condition key of a simulated request. Rules: API_ContextEntry."""

    context_key_name: str
    context_key_values: tuple[str, ...]
    context_key_type: str = "string"


@dataclass(frozen=True, slots=True)
class MatchedStatement:
    """A statement that counted: whose it is, and from where to where it stands in that document.

    Rules: API_Statement.
    """

    source_policy_id: str
    source_policy_type: str
    start_position: Position
    end_position: Position
    sid: str
    index: int
    policy: Policy
    """The policy itself, with its text (`compiled.text`), its ARN (`source`) and its version."""


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """The answer for one action on one resource. Rules: API_EvaluationResult."""

    eval_action_name: str
    eval_resource_name: str
    eval_decision: EvalDecision
    decided_by: str
    matched_statements: tuple[MatchedStatement, ...]
    missing_context_values: tuple[str, ...]
    allowed_by_permissions_boundary: bool | None
    """None where there is no boundary."""
    request: Request
    decision: Decision
    """The decision with its steps and near misses, as the console draws it."""
    eval_decision_details: Mapping[str, str] = field(default_factory=dict)
    allowed_by_organizations: bool = True

    @property
    def allowed(self) -> bool:
        """Whether the simulated request goes through."""
        return self.eval_decision is EvalDecision.ALLOWED

    @property
    def sentence(self) -> str:
        """The refusal that the principal would meet, in AWS's words; nothing for an allowed request."""
        if self.allowed:
            return ""
        return reasons.denial(self.request.principal, self.request.action, self.request.resource, self.decision)


@dataclass(frozen=True, slots=True)
class Simulated:
    """Who is simulated: the principal, its policies, and the condition keys that follow from who it is."""

    principal: str
    applied: AppliedPolicies
    context: Context = field(default_factory=dict)


def simulate(request: Request, applied: AppliedPolicies) -> EvaluationResult:
    """Decide one simulated request, with everything that explains the answer."""
    decision = evaluate(request, applied, explain=True)
    return EvaluationResult(
        eval_action_name=request.action,
        eval_resource_name=request.resource,
        eval_decision=decision.decision,
        decided_by=decision.decided_by,
        matched_statements=tuple(
            MatchedStatement(
                source_policy_id=matched.policy.name,
                source_policy_type=SOURCE_POLICY_TYPE,
                start_position=matched.span.start,
                end_position=matched.span.end,
                sid=matched.sid,
                index=matched.index,
                policy=matched.policy,
            )
            for matched in decision.matched
        ),
        missing_context_values=decision.missing_context_keys,
        allowed_by_permissions_boundary=_within_boundary(decision, applied),
        request=request,
        decision=decision,
        allowed_by_organizations=not any(step.stops and step.layer in _OF_ORGANIZATION for step in decision.steps),
    )


def source_of(call: Call, policy_source_arn: str, field: str = "policySourceArn") -> Simulated:
    """Find whom an ARN of the caller's account names - a user, a group, a role or the root user - with its policies.

    Raises NoSuchEntity for everything of another account, InvalidInput for what carries no policies.
    """
    noun, entity = find_entity(call, policy_source_arn, field)
    if entity is None:
        root = Root(call.account_id)
        return Simulated(root.arn, applied_to_root(call.account_id).policies, root.context())
    applied = APPLIED[noun](call.account_id, str(entity.pk)).policies
    return Simulated(entity.arn, applied, principal_context(entity))


def find_entity(call: Call, arn: str, field: str) -> tuple[str, Entity | None]:
    """Find the entity of an ARN with its noun; None for the root user."""
    parsed = Arn.parse(arn)
    noun, _, _ = parsed.resource.partition("/")
    if parsed.service != "iam" or (noun not in OWNERS and parsed.resource != "root"):
        raise InvalidInput(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.", field=field)
    if noun == "root" and parsed.account == call.account_id:
        return noun, None
    _, name = split_path(parsed.resource)
    absent = NoSuchEntity(f"The {noun} with name {name} cannot be found.", field=field)
    if parsed.account != call.account_id:
        raise absent
    entity = OWNERS[noun].find(call, name)
    if entity.arn != arn:
        raise absent
    return noun, entity


def principal_context(entity: Entity) -> Context:
    """The condition keys that follow from who the simulated principal is; none for a group, which never calls."""
    if isinstance(entity, User):
        return UserPrincipal(entity.account_id, entity.user_id, entity.user_name, entity.path, _tags(entity)).context()
    if isinstance(entity, Role):
        session = RoleSession(entity.account_id, entity.role_id, entity.role_name, "", entity.path, _tags(entity))
        # The unique id of a session ends in the session's name, which nobody knows here.
        return {key: values for key, values in session.context().items() if key != "aws:userid"}
    return {}


OWNERS: Mapping[str, Owner[Entity]] = {owner.noun: owner for owner in (USER, GROUP, ROLE)}
APPLIED: Mapping[str, Callable[[str, str], Applied]] = {
    "user": applied_to_user,
    "group": applied_to_group,
    "role": applied_to_role,
}


def _tags(entity: User | Role) -> Tags:
    return tuple((tag["key"], tag["value"]) for tag in getattr(entity, "tag_list", ()))


def _within_boundary(decision: Decision, applied: AppliedPolicies) -> bool | None:
    if applied.boundary is None:
        return None
    return any(step.layer is PolicyType.BOUNDARY and step.verdict == "allowed" for step in decision.steps)
