"""Effective access beside the evaluation: neither ever contradicts the other."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.analysis import EffectiveAccess, Subject, effective_access
from policies.catalog import action_index
from policies.evaluation import AppliedPolicies, Policy, PolicyType, Request, evaluate
from tests.policies.evaluation.cast import ACCOUNT, ALICE, ROOT, a_policy, a_request, usual_context
from tests.policies.evaluation.test_laws import conditions

OTHER = "222222222222"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/App/one"
PRINCIPALS = [
    ALICE,
    ROOT,
    SESSION,
    f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForApp/one",
    f"arn:aws:sts::{ACCOUNT}:federated-user/alice",
    "s3.amazonaws.com",
    "*",
]
NAMED = [
    "*",
    {"AWS": ALICE},
    {"AWS": ACCOUNT},
    {"AWS": [SESSION, ACCOUNT]},
    {"AWS": f"arn:aws:iam::{ACCOUNT}:role/App"},
    {"Service": "s3.amazonaws.com"},
]
TAKEN = {
    "s3:GetObject": ["arn:aws:s3:::app/q1.csv", "arn:aws:s3:::app/alice/x", "arn:aws:s3:::new/new"],
    "s3:ListBucket": ["arn:aws:s3:::app", "arn:aws:s3:::new"],
    "s3:ListAllMyBuckets": ["*"],
    "ec2:StopInstances": [f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1", "arn:aws:ec2:new:new:instance/new"],
    "iam:GetUser": [f"arn:aws:iam::{ACCOUNT}:user/bob", "arn:aws:iam::new:user/new"],
    "sts:AssumeRole": [f"arn:aws:iam::{ACCOUNT}:role/App", "arn:aws:iam::new:role/new"],
    "sts:GetSessionToken": ["*"],
    "sts:GetCallerIdentity": ["*"],
    "kms:Decrypt": [f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1", "arn:aws:kms:new:new:key/new"],
    "kms:ListKeys": ["*"],
}
RESOURCES = sorted({resource for resources in TAKEN.values() for resource in resources})
PATTERNS = [
    *RESOURCES,
    "*",
    "*",
    "arn:aws:s3:::app/*",
    "arn:aws:s3:::a*",
    "arn:aws:s3:::app/${aws:username}/*",
    "arn:*",
    "arn:aws:s3:*",
    "arn:aws:iam::*:role/*",
    "arn:aws:kms:*:*:key/?",
]


@st.composite
def statements(draw: st.DrawFn, *, named: bool = False) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    patterns = st.lists(st.sampled_from([*TAKEN, "*", "s3:*", "s3:List*", "kms:*"]), min_size=1, max_size=2)
    statement[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(patterns)
    places = draw(st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=2))
    statement[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = places
    if named:
        statement[draw(st.sampled_from(["Principal", "NotPrincipal"]))] = draw(st.sampled_from(NAMED))
    condition = draw(st.none() | conditions)
    return statement if condition is None else {**statement, "Condition": condition}


def policies(kind: PolicyType) -> st.SearchStrategy[tuple[Policy, ...]]:
    named = kind in (PolicyType.RESOURCE, PolicyType.RCP, PolicyType.VPC_ENDPOINT)
    documents = st.lists(statements(named=named), min_size=1, max_size=3)
    return st.lists(st.builds(a_policy, documents, st.just(kind)), max_size=2).map(tuple)


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    def sometimes(kind: PolicyType) -> Any:
        return draw(st.none() | st.none() | policies(kind))

    resource = sometimes(PolicyType.RESOURCE)
    applied = AppliedPolicies(
        identity=draw(policies(PolicyType.IDENTITY)),
        boundary=sometimes(PolicyType.BOUNDARY),
        session=sometimes(PolicyType.SESSION),
        scp=tuple(draw(st.lists(policies(PolicyType.SCP), max_size=1))),
        rcp=tuple(draw(st.lists(policies(PolicyType.RCP), max_size=1))),
        resource=resource[0] if resource else None,
        vpc_endpoint=sometimes(PolicyType.VPC_ENDPOINT),
    )
    principal = draw(st.sampled_from(PRINCIPALS))
    context = {key: tuple(values) for key, values in usual_context(principal).items()}
    return Subject(principal, applied, context)


contexts = st.dictionaries(
    st.sampled_from(["aws:username", "aws:TagKeys", "aws:SourceIp", "aws:SecureTransport"]),
    st.lists(st.sampled_from(["alice", "", "true", "10.1.1.1", "x"]), max_size=2),
)
accounts = st.sampled_from(["", "", ACCOUNT, OTHER])


def holds(bits: int, action: str) -> bool:
    at = action_index().position(action)
    assert at is not None
    return bool(bits >> at & 1)


def decide(subject: Subject, action: str, resource: str, context: Any, account: str) -> bool:
    request: Request = a_request(action, resource, subject.principal, context, account)
    return evaluate(request, subject.applied).allowed


def consistent(access: EffectiveAccess) -> bool:
    return not (access.on_every_resource & ~access.unconditional or access.unconditional & ~access.allowed)


@settings(deadline=None)
@given(subjects(), st.sampled_from(sorted(TAKEN)), st.sampled_from(RESOURCES), contexts, accounts)
def test_access_to_a_resource_agrees_with_the_decision(
    subject: Subject, action: str, resource: str, context: Any, account: str
) -> None:
    access = effective_access(subject, resource, resource_account=account)
    allowed = decide(subject, action, resource, context, account)
    assert consistent(access)
    if allowed:
        assert holds(access.allowed | access.idle, action)
    if holds(access.unconditional, action):
        assert allowed


@settings(deadline=None)
@given(subjects(), st.sampled_from(sorted(TAKEN)), contexts, accounts)
def test_access_at_large_agrees_with_the_decisions(subject: Subject, action: str, context: Any, account: str) -> None:
    access = effective_access(subject, resource_account=account)
    allowed = [resource for resource in TAKEN[action] if decide(subject, action, resource, context, account)]
    assert consistent(access)
    if allowed:
        assert holds(access.allowed, action)
    if holds(access.on_every_resource, action):
        assert len(allowed) == len(TAKEN[action])
    if holds(access.unconditional, action):
        tried = [*TAKEN[action], *RESOURCES, "*", "arn:aws:s3:::app/new", "arn:aws:s3:::anew"]
        assert any(decide(subject, action, resource, context, account) for resource in tried)
    if any(decide(subject, action, resource, context, account) for resource in RESOURCES):
        assert holds(access.allowed | access.idle, action)


@settings(deadline=None)
@given(subjects(), st.lists(statements(), min_size=1, max_size=1))
def test_one_more_policy_never_moves_access_the_wrong_way(subject: Subject, added: list[dict[str, Any]]) -> None:
    before = effective_access(subject)
    applied = replace(subject.applied, identity=(*subject.applied.identity, a_policy(added)))
    after = effective_access(replace(subject, applied=applied))
    if added[0]["Effect"] == "Deny":
        assert not after.on_every_resource & ~before.on_every_resource
    else:
        assert not before.on_every_resource & ~after.on_every_resource
