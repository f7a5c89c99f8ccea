"""Every case of `cases/`: what the documentation says, decided."""

import json
from pathlib import Path
from typing import Any

import pytest

from policies.evaluation import AppliedPolicies, Policy, PolicyType, evaluate
from tests.policies.evaluation.cast import ACCOUNT, ALICE, AN_OBJECT, a_policy, a_request

FOLDER = Path(__file__).parent / "cases"


def every_case() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['name']}")
        for path in sorted(FOLDER.glob("*.json"))
        for case in json.loads(path.read_text())
    ]


def one_policy(case: dict[str, Any], name: str, kind: PolicyType) -> tuple[Policy, ...] | None:
    statements = case.get(name)
    if statements is None:
        return None
    return (a_policy(statements, kind, version=case.get("version", "2012-10-17")),) if statements else ()


def levels(case: dict[str, Any], name: str, kind: PolicyType) -> tuple[tuple[Policy, ...], ...]:
    return tuple((a_policy(level, kind),) if level else () for level in case.get(name, []))


@pytest.mark.parametrize("case", every_case())
def test_the_decision_is_the_documented_one(case: dict[str, Any]) -> None:
    resource_policy = one_policy(case, "resourcePolicy", PolicyType.RESOURCE)
    applied = AppliedPolicies(
        identity=one_policy(case, "identity", PolicyType.IDENTITY) or (),
        boundary=one_policy(case, "boundary", PolicyType.BOUNDARY),
        session=one_policy(case, "session", PolicyType.SESSION),
        scp=levels(case, "scp", PolicyType.SCP),
        rcp=levels(case, "rcp", PolicyType.RCP),
        resource=resource_policy[0] if resource_policy else None,
        vpc_endpoint=one_policy(case, "vpcEndpoint", PolicyType.VPC_ENDPOINT),
    )
    request = a_request(
        action=case.get("action", "s3:GetObject"),
        resource=case.get("resource", AN_OBJECT),
        principal=case.get("principal", ALICE),
        context=case.get("context"),
        resource_account=case.get("resourceAccount", ACCOUNT),
    )
    decision = evaluate(request, applied)
    assert (decision.decision, decision.decided_by) == (
        case["expected"],
        case.get("decidedBy", decision.decided_by),
    ), case["source"]
    explained = evaluate(request, applied, explain=True)
    assert (explained.decision, explained.decided_by) == (decision.decision, decision.decided_by)
    stopping = [step for step in explained.steps if step.stops]
    if request.action != "sts:GetSessionToken":
        assert bool(stopping) is not decision.allowed
    assert decision.allowed or any(step.decisive for step in stopping)
