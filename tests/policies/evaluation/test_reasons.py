"""AWS's sentences of refusal, letter by letter."""

from typing import Any

import pytest

from policies.evaluation import AppliedPolicies, PolicyType, evaluate
from policies.evaluation.reasons import denial, reason
from tests.policies.evaluation.cast import ACCOUNT, ALICE, AN_OBJECT, ROOT, a_policy, a_request, allow, ask, deny

ROLE = f"arn:aws:iam::{ACCOUNT}:role/Target"
SCP_ARN = f"arn:aws:organizations::{ACCOUNT}:policy/o-abc/service_control_policy/p-123"
BOUNDARY_ARN = f"arn:aws:iam::{ACCOUNT}:policy/Bound"
NO = deny("*", "*", Principal="*")
NOWHERE = allow("ec2:*", "*", Principal="*")


def refused(**layers: Any) -> str:
    principal = layers.pop("principal", ALICE)
    decision = evaluate(
        a_request(principal=principal), AppliedPolicies(**{"identity": (a_policy([allow()]),), **layers})
    )
    return reason("s3:GetObject", decision)


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ({"identity": ()}, "because no identity-based policy allows the s3:GetObject action"),
        ({"identity": (a_policy([NO]),)}, "with an explicit deny in an identity-based policy"),
        ({"boundary": ()}, "because no permissions boundary allows the s3:GetObject action"),
        (
            {"boundary": (a_policy([NO], PolicyType.BOUNDARY, source=BOUNDARY_ARN),)},
            f"with an explicit deny in a permissions boundary: {BOUNDARY_ARN}",
        ),
        ({"session": ()}, "because no session policy allows the s3:GetObject action"),
        ({"session": (a_policy([NO], PolicyType.SESSION),)}, "with an explicit deny in a session policy"),
        ({"scp": ((),)}, "because no service control policy allows the s3:GetObject action"),
        (
            {"scp": ((a_policy([NO], PolicyType.SCP, source=SCP_ARN),),)},
            f"with an explicit deny in a service control policy: {SCP_ARN}",
        ),
        ({"rcp": ((a_policy([NO], PolicyType.RCP),),)}, "with an explicit deny in a resource control policy"),
        ({"resource": a_policy([NO], PolicyType.RESOURCE)}, "with an explicit deny in a resource-based policy"),
        (
            {"resource": a_policy([NOWHERE], PolicyType.RESOURCE), "principal": "*"},
            "because no resource-based policy allows the s3:GetObject action",
        ),
        ({"vpc_endpoint": ()}, "because no VPC endpoint policy allows the s3:GetObject action"),
        (
            {"vpc_endpoint": (a_policy([NO], PolicyType.VPC_ENDPOINT),)},
            "with an explicit deny in a VPC endpoint policy",
        ),
    ],
)
def test_the_reason_names_the_type_of_policy(layers: dict[str, Any], expected: str) -> None:
    assert refused(**layers) == expected


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ("Allow", "because no role trust policy allows the sts:AssumeRole action"),
        ("Deny", "with an explicit deny in the role trust policy"),
    ],
)
def test_a_trust_policy_is_named_as_such(effect: str, expected: str) -> None:
    who = {"AWS": ALICE} if effect == "Deny" else {"Service": "ec2.amazonaws.com"}
    trust = a_policy([{"Effect": effect, "Principal": who, "Action": "sts:AssumeRole"}], PolicyType.RESOURCE)
    request = a_request(action="sts:AssumeRole", resource=ROLE)
    assert reason("sts:AssumeRole", evaluate(request, AppliedPolicies(resource=trust))) == expected


def test_the_whole_sentence() -> None:
    assert denial(ALICE, "s3:GetObject", AN_OBJECT, ask()) == (
        f"User: {ALICE} is not authorized to perform: s3:GetObject on resource: {AN_OBJECT} "
        "because no identity-based policy allows the s3:GetObject action"
    )


def test_the_resource_is_left_out_where_there_is_none() -> None:
    decision = ask(action="s3:ListAllMyBuckets", resource="*")
    assert denial(ALICE, "s3:ListAllMyBuckets", "*", decision) == (
        f"User: {ALICE} is not authorized to perform: s3:ListAllMyBuckets "
        "because no identity-based policy allows the s3:ListAllMyBuckets action"
    )


def test_the_root_user_is_told_that_it_assumes_no_role() -> None:
    trust = a_policy([{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}])
    decision = evaluate(a_request("sts:AssumeRole", ROLE, ROOT), AppliedPolicies(resource=trust))
    assert denial(ROOT, "sts:AssumeRole", ROLE, decision) == "Roles may not be assumed by root accounts."
