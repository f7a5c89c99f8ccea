"""Ask the account's own policies: gather what applies to a call, build its context, have it evaluated.

The gate asks on every operation. A judgement keeps the full context and the versions of all policies that applied, so
that an event can tell later why a call went as it did.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from accounts.principals import overridden, principal_tags
from iamconsole.call import Call
from policies.applied import Applied, applied_to, applied_to_root
from policies.evaluation import Decision, EvalDecision, Policy, Request, evaluate, reasons
from policies.recorded import recorded


@dataclass(frozen=True, slots=True)
class Judgement:
    """A decision with the request and the policies it was made of."""

    request: Request
    applied: Applied
    decision: Decision

    @property
    def allowed(self) -> bool:
        """Whether the call may go on."""
        return self.decision.decision is EvalDecision.ALLOWED

    def sentence(self, principal_arn: str) -> str:
        """The sentence of AWS's refusal. Rules: troubleshoot_access-denied."""
        return reasons.denial(principal_arn, self.request.action, self.request.resource, self.decision)

    def reason(self) -> str:
        """The reason part of that sentence."""
        return reasons.reason(self.request.action, self.decision)

    def also_allows(self, action: str, resource: str) -> bool:
        """Whether the same caller, in the same context, might do something else in its own account."""
        asked = replace(self.request, action=action, resource=resource, resource_account="")
        return evaluate(asked, replace(self.applied.policies, resource=None)).allowed

    def record(self) -> dict[str, Any]:
        """What an event keeps of the decision: enough to replay it as it was."""
        return recorded(self.request, self.applied.policies, self.decision)


def judge(
    call: Call,
    action: str,
    resource: str,
    keys: Mapping[str, tuple[str, ...]],
    *,
    owner: str = "",
    policy: Policy | None = None,
) -> Judgement:
    """Decide whether the caller may do this, by its policies as they are now.

    `keys` are the condition keys that follow from the resource and from what is asked for; those of the caller and the
    request come from the call. `owner` is the account of the resource where that is not the caller's, `policy` the
    resource's own policy.
    """
    applied = call.remember("applied policies", lambda: _applied_to(call))
    owner = owner or call.account_id
    there = applied if owner == call.account_id else _of_owner(call, owner)
    if policy is not None or there is not applied:
        layers = replace(applied.policies, resource=policy, rcp=there.policies.rcp)
        applied = replace(applied, policies=layers)
    context = {
        **call.context(),
        **(applied.place.keys("Principal") if applied.place else {}),
        **(there.place.keys("Resource") if there.place else {}),
        **principal_tags(overridden(applied.tags, call.principal.session_tags)),
        "aws:ResourceAccount": (owner,),
        **keys,
    }
    request = Request(call.principal.arn, action, resource, owner, context, **call.principal.federation())
    return Judgement(request, applied, evaluate(request, applied.policies))


def may(call: Call, action: str, resource: str = "*") -> bool:
    """Whether the caller might do something, so that a page offers it or not; no event tells of the question."""
    return judge(call, action, resource, {}).allowed


def _of_owner(call: Call, account_id: str) -> Applied:
    """What binds the resources of another account: its place in an organization, and its RCPs."""
    return call.remember(("resource controls", account_id), lambda: applied_to_root(account_id))


def _applied_to(call: Call) -> Applied:
    """What applies to the caller, and the session policies that it carries along."""
    applied = applied_to(call.principal)
    if call.session is None or call.session.policies is None:
        return applied
    return replace(applied, policies=replace(applied.policies, session=call.session.policies))
