"""The policy simulator: who may do what, and which statement says so.

Rules: access_policies_testing-policies.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from accounts import arns as account_arns
from accounts.models import User
from iamconsole.aws import names
from iamconsole.aws.arn import Arn, user_arn
from iamconsole.aws.errors import InvalidInput, NoSuchEntity
from iamconsole.aws.identifiers import is_account_id
from iamconsole.call import Call
from iamconsole.gate import operation
from policies import arns
from policies.documents import compile_input
from policies.evaluation import AppliedPolicies, Policy, PolicyType, Request
from policies.evaluation.context_keys import context_keys
from policies.language.kinds import PolicyKind
from policies.simulated_context import with_entries
from policies.simulation import (
    ContextEntry,
    EvaluationResult,
    Simulated,
    find_entity,
    principal_context,
    simulate,
    source_of,
)

MOST_SIMULATIONS = 1000
"""Actions times resources of one call; AWS publishes no number, ours keeps one call short."""
MOST_POLICIES = 100
_ACTION = re.compile(r"[A-Za-z0-9_-]+:[A-Za-z0-9_-]+")
_ACTION_LENGTH = range(3, 129)
_ACTIONS = "actionNames"


@dataclass(frozen=True, slots=True)
class _Questions:
    """What is asked, for every action on every resource."""

    action_names: Sequence[str]
    resource_arns: Sequence[str]
    resource_policy: str | None
    resource_owner: str | None
    caller_arn: str | None
    context_entries: Sequence[ContextEntry]


@operation("iam:SimulatePrincipalPolicy", resource=arns.policy_source, read_only=True)
def simulate_principal_policy(
    call: Call,
    *,
    policy_source_arn: str,
    action_names: Sequence[str],
    resource_arns: Sequence[str] = ("*",),
    policy_input_list: Sequence[str] = (),
    permissions_boundary_policy_input_list: Sequence[str] = (),
    resource_policy: str | None = None,
    resource_owner: str | None = None,
    caller_arn: str | None = None,
    context_entries: Sequence[ContextEntry] = (),
) -> tuple[EvaluationResult, ...]:
    """Say what the policies of a user, group or role allow: one result for each action on each resource.

    Policies of `policy_input_list` count as if they were attached too; a boundary that is given replaces the entity's.
    The condition keys of the principal itself (`aws:username`, `aws:PrincipalTag/...`) are filled in unless given. The
    root user can be asked about as well.

    Rules: API_SimulatePrincipalPolicy.
    """
    source = source_of(call, policy_source_arn)
    added = _policies(policy_input_list, "policyInputList", PolicyType.IDENTITY)
    boundary = _boundary(permissions_boundary_policy_input_list)
    applied = replace(
        source.applied,
        identity=(*source.applied.identity, *added),
        boundary=source.applied.boundary if boundary is None else boundary,
    )
    questions = _Questions(action_names, resource_arns, resource_policy, resource_owner, caller_arn, context_entries)
    return _results(call, replace(source, applied=applied), questions)


@operation("iam:SimulateCustomPolicy", resource=account_arns.any_resource, read_only=True)
def simulate_custom_policy(
    call: Call,
    *,
    policy_input_list: Sequence[str],
    action_names: Sequence[str],
    resource_arns: Sequence[str] = ("*",),
    permissions_boundary_policy_input_list: Sequence[str] = (),
    resource_policy: str | None = None,
    resource_owner: str | None = None,
    caller_arn: str | None = None,
    context_entries: Sequence[ContextEntry] = (),
) -> tuple[EvaluationResult, ...]:
    """Say what these policies, attached to nobody, would allow: one result for each action on each resource.

    Rules: API_SimulateCustomPolicy.
    """
    applied = AppliedPolicies(
        identity=_policies(policy_input_list, "policyInputList", PolicyType.IDENTITY),
        boundary=_boundary(permissions_boundary_policy_input_list),
    )
    nobody = user_arn(call.account_id, "/", "simulated")
    questions = _Questions(action_names, resource_arns, resource_policy, resource_owner, caller_arn, context_entries)
    return _results(call, Simulated(nobody, applied), questions)


@operation("iam:GetContextKeysForPrincipalPolicy", resource=arns.policy_source, read_only=True)
def get_context_keys_for_principal_policy(
    call: Call, *, policy_source_arn: str, policy_input_list: Sequence[str] = ()
) -> tuple[str, ...]:
    """List the condition keys that the policies of a user, group or role refer to.

    Rules: API_GetContextKeysForPrincipalPolicy.
    """
    applied = source_of(call, policy_source_arn).applied
    added = _policies(policy_input_list, "policyInputList", PolicyType.IDENTITY)
    return context_keys(policy.compiled for policy in (*applied.identity, *(applied.boundary or ()), *added))


@operation("iam:GetContextKeysForCustomPolicy", resource=account_arns.any_resource, read_only=True)
def get_context_keys_for_custom_policy(call: Call, *, policy_input_list: Sequence[str]) -> tuple[str, ...]:
    """List the condition keys that these policies refer to.

    Rules: API_GetContextKeysForCustomPolicy.
    """
    return context_keys(
        policy.compiled for policy in _policies(policy_input_list, "policyInputList", PolicyType.IDENTITY)
    )


def _results(call: Call, source: Simulated, questions: _Questions) -> tuple[EvaluationResult, ...]:
    resource_arns = tuple(questions.resource_arns) or ("*",)
    _check_actions(questions.action_names)
    _check_count(len(questions.action_names) * len(resource_arns))
    source = _with_caller(call, source, questions)
    owner = _owner(call, questions.resource_owner)
    context = with_entries(source.context, questions.context_entries)
    applied = source.applied
    if questions.resource_policy is not None:
        policy = compile_input(questions.resource_policy, PolicyKind.RESOURCE, "resourcePolicy")
        applied = replace(applied, resource=Policy("ResourcePolicy", PolicyType.RESOURCE, policy))
    accounts = {resource: _account(resource) or owner for resource in resource_arns}
    return tuple(
        simulate(Request(source.principal, action, resource, accounts[resource], context), applied)
        for action, resource in product(questions.action_names, resource_arns)
    )


def _with_caller(call: Call, source: Simulated, questions: _Questions) -> Simulated:
    """Put the user of `caller_arn` in the place of the principal; a resource policy cannot do without a user."""
    caller_arn = questions.caller_arn
    if caller_arn is None:
        if questions.resource_policy is not None and ":user/" not in source.principal:
            raise InvalidInput("CallerArn must be specified when a resource policy is provided.", field="callerArn")
        return source
    parsed = Arn.parse(caller_arn)
    if parsed.service != "iam" or not parsed.resource.startswith("user/") or not is_account_id(parsed.account):
        raise InvalidInput(f"CallerArn must be the ARN of an IAM user: {caller_arn}", field="callerArn")
    try:
        _, entity = find_entity(call, caller_arn, "callerArn")
    except NoSuchEntity:
        name = parsed.resource.rpartition("/")[2]
        known = {"aws:username": (name,), "aws:PrincipalArn": (caller_arn,), "aws:PrincipalAccount": (parsed.account,)}
        return replace(source, principal=caller_arn, context=known)
    assert isinstance(entity, User)  # noqa: S101 - the ARN says so
    return replace(source, principal=caller_arn, context=principal_context(entity))


def _check_actions(action_names: Sequence[str]) -> None:
    if not action_names:
        raise InvalidInput("Name at least one action to simulate.", field=_ACTIONS)
    for action in action_names:
        if "*" in action or "?" in action:
            raise InvalidInput(f"Action names cannot contain wildcards: {action}", field=_ACTIONS)
        if len(action) not in _ACTION_LENGTH or not _ACTION.fullmatch(action):
            raise InvalidInput(
                f"Action names must be a service prefix, a colon and an action, as in s3:GetObject: {action}",
                field=_ACTIONS,
            )


def _check_count(count: int) -> None:
    if count > MOST_SIMULATIONS:
        raise InvalidInput(
            f"One call simulates at most {MOST_SIMULATIONS} combinations of actions and resources; these are {count}.",
            field=_ACTIONS,
        )


def _account(resource: str) -> str:
    """The account in a resource's ARN; nothing where it names none."""
    names.check(names.SIMULATED_RESOURCE, resource, "resourceArns")
    if resource == "*":
        return ""
    if not resource.startswith("arn:") or resource.count(":") < 5:
        raise InvalidInput(f'Resource {resource} must be in ARN format or "*".', field="resourceArns")
    account = resource.split(":", 5)[4]
    return account if is_account_id(account) else ""


def _owner(call: Call, resource_owner: str | None) -> str:
    """The account of resources whose ARN names none: a number or an ARN, by default the caller's."""
    if resource_owner is None:
        return call.account_id
    account = resource_owner if is_account_id(resource_owner) else Arn.parse(resource_owner).account
    if not is_account_id(account):
        raise InvalidInput(f"ResourceOwner must name an account: {resource_owner}", field="resourceOwner")
    return account


def _boundary(documents: Sequence[str]) -> tuple[Policy, ...] | None:
    field = "permissionsBoundaryPolicyInputList"
    if len(documents) > 1:
        raise InvalidInput("At most one permissions boundary can be simulated.", field=field)
    return _policies(documents, field, PolicyType.BOUNDARY) or None


def _policies(documents: Sequence[str], field: str, layer: PolicyType) -> tuple[Policy, ...]:
    """Compile the policies of a call; their names are those that AWS gives them, `PolicyInputList.1` and so on."""
    if len(documents) > MOST_POLICIES:
        raise InvalidInput(f"At most {MOST_POLICIES} policies can be simulated at once.", field=field)
    label = field[0].upper() + field[1:]
    return tuple(
        Policy(f"{label}.{number}", layer, compile_input(text, PolicyKind.IDENTITY_INLINE, field))
        for number, text in enumerate(documents, start=1)
    )
