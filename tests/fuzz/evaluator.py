"""Fuzz the evaluator: `.venv/bin/python -m tests.fuzz.evaluator --seconds 300`.

Whatever the policies and the request, there is a decision; its explanation agrees, and so does effective access.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policies.analysis import Subject, effective_access, origins
from policies.catalog import action_index
from policies.evaluation import AppliedPolicies, Policy, PolicyType, Request, compile_policy, evaluate
from policies.evaluation.callers import UnknownPrincipal
from policies.evaluation.reasons import denial
from policies.language.problems import PolicySyntaxError
from tests.fuzz.clock import FUZZING, run
from tests.fuzz.texts import KEYS, documents, patterns

ACCOUNT = "111111111111"
PRINCIPALS = [
    *(f"arn:aws:iam::{ACCOUNT}:{each}" for each in ("user/alice", "role/App", "root", "group/g", "user/p/a", "user/")),
    *(f"arn:aws:sts::{ACCOUNT}:{each}" for each in ("assumed-role/App/one", "federated-user/alice", "assumed-role/a")),
    *("*", "s3.amazonaws.com", "accounts.google.com", "", "arn:", "a:b:c:d:e:f:g"),
]
ACTIONS = ["s3:GetObject", "s3:getobject", "iam:PassRole", "sts:AssumeRole", "sts:GetSessionToken", "kms:Decrypt", "*"]
TEXTS = patterns | st.text(max_size=30)
context = st.dictionaries(st.sampled_from(KEYS) | TEXTS, st.lists(TEXTS, max_size=3).map(tuple), max_size=4)
requests = st.builds(
    Request,
    principal=st.sampled_from(PRINCIPALS) | TEXTS,
    action=st.sampled_from(ACTIONS) | TEXTS,
    resource=TEXTS,
    resource_account=st.sampled_from(["", ACCOUNT, "222222222222"]),
    context=context,
    federating_user=st.sampled_from(["", PRINCIPALS[0]]),
)


@st.composite
def policies(draw: st.DrawFn, kind: PolicyType) -> tuple[Policy, ...]:
    found = []
    for text in draw(st.lists(documents, max_size=2)):
        try:
            found.append(Policy("p", kind, compile_policy(text)))
        except PolicySyntaxError:
            continue
    return tuple(found)


@st.composite
def applied_policies(draw: st.DrawFn) -> AppliedPolicies:
    def sometimes(kind: PolicyType) -> Any:
        return draw(policies(kind)) if draw(st.integers(0, 3)) == 0 else None

    resource = sometimes(PolicyType.RESOURCE)
    return AppliedPolicies(
        identity=draw(policies(PolicyType.IDENTITY)),
        boundary=sometimes(PolicyType.BOUNDARY),
        session=sometimes(PolicyType.SESSION),
        scp=(sometimes(PolicyType.SCP) or (),) if draw(st.booleans()) else (),
        rcp=(sometimes(PolicyType.RCP) or (),),
        resource=resource[0] if resource else None,
        vpc_endpoint=sometimes(PolicyType.VPC_ENDPOINT),
    )


@FUZZING
@given(requests, applied_policies())
def _decisions(request: Request, applied: AppliedPolicies) -> None:
    try:
        decision = evaluate(request, applied)
    except UnknownPrincipal:
        return
    explained = evaluate(request, applied, explain=True)
    assert (decision.decision, decision.decided_by) == (explained.decision, explained.decided_by)
    assert decision.matched == explained.matched
    assert decision.missing_context_keys == explained.missing_context_keys
    assert all(miss.sentence for miss in explained.near_misses)
    if not decision.allowed:
        assert denial(request.principal, request.action, request.resource, decision)


@FUZZING
@given(requests, applied_policies())
def _access(request: Request, applied: AppliedPolicies) -> None:
    try:
        allowed = evaluate(request, applied).allowed
    except UnknownPrincipal:
        return
    subject = Subject(request.principal, applied, request.context, request.federating_user)
    at = action_index().position(request.action)
    origins(subject, request.action, request.resource)
    for resource in (request.resource, None):
        access = effective_access(subject, resource, resource_account=request.resource_account)
        assert not access.on_every_resource & ~access.unconditional
        assert not access.unconditional & ~access.allowed
        if at is None:
            continue
        if allowed:
            assert (access.allowed | access.idle) >> at & 1
        elif resource is not None or access.on_every_resource >> at & 1:
            assert not access.on_every_resource >> at & 1


if __name__ == "__main__":
    run(_decisions, _access)
