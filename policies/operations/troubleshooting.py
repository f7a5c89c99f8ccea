"""The access troubleshooter: why a request was decided as it was, and how it would be decided now.

Rules: troubleshoot_access-denied; reference_policies_evaluation-logic.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from accounts import arns
from accounts.models import AWS
from iamconsole.audit.models import Event
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.call import Call
from iamconsole.gate import operation
from policies import access
from policies.deciding import Deciding, LookedAt, concealed, deciding, looked_at
from policies.evaluation import AppliedPolicies, EvalDecision, Policy, PolicyType, Request
from policies.evaluation.records import Step
from policies.evaluation.statements import every_statement
from policies.explanation import ANSWERS, DECIDED_BY, Explanation, Readable, explain, layer_name
from policies.recorded import Recording, owner_of, read_recording
from policies.replay import applied_then, compiled_then, principal_then, request_now, simulated_arn
from policies.simulation import EvaluationResult, simulate

__all__ = ["Investigation", "Verdict", "troubleshoot_access"]

_CONTROL = frozenset({PolicyType.SCP, PolicyType.RCP})


@dataclass(frozen=True, slots=True)
class Verdict:
    """One decision with all that explains it, as far as the reader may read the policies."""

    result: EvaluationResult
    explanation: Explanation
    deciding: Deciding
    looked_at: tuple[LookedAt, ...]

    @property
    def allowed(self) -> bool:
        """Whether the request went through, or would."""
        return self.result.allowed

    @property
    def also_stopped_by(self) -> tuple[str, ...]:
        """The names of the layers that would have stopped the request as well."""
        decision = self.result.decision
        return tuple(layer_name(decision, step.layer) for step in decision.steps if step.stops and not step.decisive)

    @property
    def step(self) -> Step | None:
        """The step of the layer that decided."""
        return next((step for step in self.result.decision.steps if step.decisive), None)


@dataclass(frozen=True, slots=True)
class Investigation:
    """What is known of one authorization.

    `recording` is None for an event that no policy was asked for. `then` is None where `lost` names policies whose text
    nothing keeps any more; `now` is None where `gone` says that the principal no longer exists. `simulated` is the ARN
    by which the policy simulator knows the principal, `living` are the ARNs of the managed policies that still apply,
    `context` is what the request carried as far as the reader may know.
    """

    event: Event
    recording: Recording | None = None
    then: Verdict | None = None
    now: Verdict | None = None
    lost: tuple[str, ...] = ()
    gone: bool = False
    simulated: str = ""
    living: frozenset[str] = frozenset()
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether policies refused it; a request may also have failed for another reason, after they allowed it."""
        return self.recording is not None and self.recording.decision != EvalDecision.ALLOWED

    @property
    def recorded(self) -> str:
        """The answer in the record, and by which layer; empty where no policy was asked."""
        if self.recording is None:
            return ""
        return f"{ANSWERS[EvalDecision(self.recording.decision)]}, by: {DECIDED_BY[self.recording.decided_by]}"

    @property
    def agrees(self) -> bool:
        """Whether the replay came out as it was recorded."""
        return self.recording is None or self.then is None or self.then.result.eval_decision == self.recording.decision


@operation("iam:TroubleshootAccess", resource=arns.any_resource, read_only=True)
def troubleshoot_access(call: Call, *, authorization_id: str) -> Investigation:
    """Replay the authorization of an event of the account from its record, and ask the same request again now.

    Of policies of another account, and of SCPs and RCPs unless the reader may call organizations:DescribePolicy for
    them, only name and layer are told. Raises NoSuchEntity for an id that no event of the account has.

    Rules: troubleshoot_access-denied.
    """
    event = _find(call, authorization_id)
    if event.decision is None:
        return Investigation(event)
    identity = event.record["userIdentity"]
    account_id = identity.get("accountId") or event.account_id
    recording = read_recording({"principal": identity.get("arn", ""), **event.decision}, account_id)
    compiled = compiled_then(recording)
    readable = _readable(call, recording.request, account_id)
    lost = tuple(dict.fromkeys(each.name for each in recording.policies if each.digest not in compiled))
    hides = _hides(call, recording.request)
    then = None if lost else _verdict(recording.request, applied_then(recording, compiled), readable, hides)
    living = frozenset(each.source for each in recording.policies if each.owner == AWS)
    context = {key: values for key, values in recording.request.context.items() if not hides(key)}
    investigation = Investigation(event, recording, then, lost=lost, gone=True, living=living, context=context)
    principal = principal_then(identity, account_id)
    asked = request_now(call, recording, compiled, principal) if principal else None
    if principal is None or asked is None:
        return investigation
    return replace(
        investigation,
        now=_verdict(asked.request, asked.applied, readable, hides),
        gone=False,
        simulated=simulated_arn(principal),
        living=living | {policy.source for policy in asked.managed},
    )


def _verdict(request: Request, applied: AppliedPolicies, readable: Readable, hides: Callable[[str], bool]) -> Verdict:
    result = simulate(request, applied)
    decision = result.decision
    near = tuple(concealed(miss, hides) for miss in decision.near_misses)
    result = replace(result, decision=replace(decision, near_misses=near))
    statements = [concealed(each, hides) for each in every_statement(decision.examination)]
    return Verdict(
        result,
        explain(result, readable),
        deciding(decision, statements, readable),
        looked_at(decision, statements, readable),
    )


def _hides(call: Call, request: Request) -> Callable[[str], bool]:
    """Whether the value of a condition key is not for the caller: tags and place of another account's resource."""
    foreign = request.resource_account not in ("", call.account_id)
    return lambda key: foreign and (":resourcetag/" in key.lower() or key.lower().startswith("aws:resourceorg"))


def _readable(call: Call, request: Request, principal_account: str) -> Readable:
    """Whether the caller may read a policy: one of its own account or of AWS, and an SCP or RCP where it may."""

    @cache
    def may_describe(source: str) -> bool:
        judgement = access.judge(call, "organizations:DescribePolicy", source, {})
        place = judgement.applied.place
        return place is not None and f"/{place.organization_id}/" in source and judgement.allowed

    def readable(policy: Policy) -> bool:
        owner = owner_of(policy.policy_type, policy.source, request, principal_account)
        if owner == AWS:
            return True
        return may_describe(policy.source) if policy.policy_type in _CONTROL else owner == call.account_id

    return readable


def _find(call: Call, authorization_id: str) -> Event:
    absent = NoSuchEntity(
        f"There is no authorization with the ID {authorization_id} in this account. Another account's is found there.",
        field="authorizationId",
    )
    try:
        event_id = uuid.UUID(authorization_id)
    except ValueError:
        raise absent from None
    event = Event.objects.filter(account_id=call.account_id, event_id=event_id).first()
    if event is None:
        raise absent
    return event
