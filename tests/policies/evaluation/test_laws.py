"""What holds for any policies and any request."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.evaluation import AppliedPolicies, EvalDecision, Policy, PolicyType, Request, compile_policy, evaluate
from tests.policies.evaluation.cast import ACCOUNT, ALICE, ROOT, a_policy, a_request

ACTIONS = ["s3:GetObject", "s3:PutObject", "ec2:StopInstances", "iam:GetUser"]
RESOURCES = ["arn:aws:s3:::app/q1.csv", "arn:aws:s3:::app", "*", f"arn:aws:iam::{ACCOUNT}:user/bob"]
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/App/one"
PRINCIPALS = [ALICE, ROOT, SESSION, f"arn:aws:sts::{ACCOUNT}:federated-user/alice", "s3.amazonaws.com", "*"]
NAMED = ["*", {"AWS": ALICE}, {"AWS": ACCOUNT}, {"AWS": [SESSION]}, {"Service": "s3.amazonaws.com"}]

conditions = st.one_of(
    st.none(),
    st.dictionaries(
        st.sampled_from(
            ["StringEquals", "StringNotLike", "Null", "ForAllValues:StringLike", "BoolIfExists", "IpAddress"]
        ),
        st.dictionaries(
            st.sampled_from(["aws:username", "aws:TagKeys", "aws:SourceIp", "aws:SecureTransport"]),
            st.sampled_from(["alice", "true", "false", "a*", "10.0.0.0/8", [], ["x", "${aws:username}"]]),
            max_size=2,
        ),
        max_size=2,
    ),
)


@st.composite
def statements(draw: st.DrawFn, *, effect: str | None = None, named: bool = False) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": effect or draw(st.sampled_from(["Allow", "Deny"]))}
    patterns = st.lists(st.sampled_from([*ACTIONS, "*", "s3:*", "s3:Get*", "iam:?etUser"]), min_size=1, max_size=2)
    statement[draw(st.sampled_from(["Action", "NotAction"]))] = draw(patterns)
    places = st.lists(
        st.sampled_from([*RESOURCES, "arn:aws:s3:::app/*", "arn:aws:s3:::app/${aws:username}*", "arn:*"]),
        min_size=1,
        max_size=2,
    )
    statement[draw(st.sampled_from(["Resource", "NotResource"]))] = draw(places)
    if named:
        statement[draw(st.sampled_from(["Principal", "NotPrincipal"]))] = draw(st.sampled_from(NAMED))
    condition = draw(conditions)
    return statement if condition is None else {**statement, "Condition": condition}


def documents(*, named: bool = False) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(statements(named=named), min_size=1, max_size=3)


requests = st.builds(
    a_request,
    action=st.sampled_from(ACTIONS),
    resource=st.sampled_from(RESOURCES),
    principal=st.sampled_from(PRINCIPALS),
    context=st.dictionaries(
        st.sampled_from(["aws:username", "aws:TagKeys", "aws:SourceIp", "aws:SecureTransport"]),
        st.lists(st.sampled_from(["alice", "", "true", "10.1.1.1", "x"]), max_size=2),
    ),
)


@st.composite
def applied_policies(draw: st.DrawFn) -> AppliedPolicies:
    def policies(kind: PolicyType) -> st.SearchStrategy[tuple[Policy, ...]]:
        named = kind in (PolicyType.RESOURCE, PolicyType.RCP, PolicyType.VPC_ENDPOINT)
        return st.lists(st.builds(a_policy, documents(named=named), st.just(kind)), max_size=2).map(tuple)

    resource = draw(st.none() | policies(PolicyType.RESOURCE))
    return AppliedPolicies(
        identity=draw(policies(PolicyType.IDENTITY)),
        boundary=draw(st.none() | policies(PolicyType.BOUNDARY)),
        session=draw(st.none() | policies(PolicyType.SESSION)),
        scp=tuple(draw(st.lists(policies(PolicyType.SCP), max_size=1))),
        rcp=tuple(draw(st.lists(policies(PolicyType.RCP), max_size=1))),
        resource=resource[0] if resource else None,
        vpc_endpoint=draw(st.none() | policies(PolicyType.VPC_ENDPOINT)),
    )


@settings(deadline=None)
@given(requests, applied_policies(), statements(effect="Deny"))
def test_adding_a_deny_never_allows_more(request: Request, applied: AppliedPolicies, denial: dict[str, Any]) -> None:
    before = evaluate(request, applied)
    after = evaluate(request, replace(applied, identity=(*applied.identity, a_policy([denial]))))
    assert before.allowed or not after.allowed


@settings(deadline=None)
@given(requests, applied_policies(), statements(effect="Allow"))
def test_adding_an_identity_allow_never_denies_more(
    request: Request, applied: AppliedPolicies, grant: dict[str, Any]
) -> None:
    before = evaluate(request, applied)
    after = evaluate(request, replace(applied, identity=(*applied.identity, a_policy([grant]))))
    assert after.allowed or not before.allowed
    assert (after.decision is EvalDecision.EXPLICIT_DENY) is (before.decision is EvalDecision.EXPLICIT_DENY)


@settings(deadline=None)
@given(requests, documents(), st.randoms())
def test_the_order_of_statements_and_policies_does_not_matter(
    request: Request, document: list[dict[str, Any]], random: Any
) -> None:
    shuffled = random.sample(document, len(document))
    one = AppliedPolicies(identity=(a_policy(document),))
    other = AppliedPolicies(identity=tuple(a_policy([statement]) for statement in shuffled))
    assert evaluate(request, one).decision == evaluate(request, other).decision


@settings(deadline=None)
@given(requests, documents())
def test_renaming_sids_changes_nothing(request: Request, document: list[dict[str, Any]]) -> None:
    named = [{**statement, "Sid": f"S{index}"} for index, statement in enumerate(document)]
    plain = AppliedPolicies(identity=(a_policy(document),))
    assert evaluate(request, plain).decision == evaluate(request, AppliedPolicies(identity=(a_policy(named),))).decision


@settings(deadline=None)
@given(requests, applied_policies())
def test_an_explanation_agrees_with_the_decision(request: Request, applied: AppliedPolicies) -> None:
    plain, explained = evaluate(request, applied), evaluate(request, applied, explain=True)
    assert (plain.decision, plain.decided_by, plain.matched) == (
        explained.decision,
        explained.decided_by,
        explained.matched,
    )
    stopping = [step.layer.value for step in explained.steps if step.stops]
    assert bool(stopping) is not plain.allowed
    assert plain.allowed or plain.decided_by in stopping
    assert all(miss.sentence for miss in explained.near_misses)


@settings(deadline=None)
@given(requests, applied_policies())
def test_an_allowed_or_denied_request_names_statements(request: Request, applied: AppliedPolicies) -> None:
    decision = evaluate(request, applied)
    if decision.decided_by != "root":
        assert bool(decision.matched) is (decision.decision is not EvalDecision.IMPLICIT_DENY)


@settings(deadline=None)
@given(st.text(max_size=40), st.text(alphabet="ab*?$\\{}:',", max_size=40))
def test_no_text_breaks_the_evaluation(value: str, pattern: str) -> None:
    document = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Action": pattern,
                "Resource": [pattern, f"arn:aws:s3:::{pattern}"],
                "Condition": {"StringLike": {"aws:username": pattern}, "ArnLike": {"aws:username": pattern}},
            },
        }
    )
    applied = AppliedPolicies(identity=(Policy("p", PolicyType.IDENTITY, compile_policy(document)),))
    request = a_request(action=value or "a:b", resource=value, context={"aws:username": [value]})
    assert evaluate(request, applied, explain=True).decision is EvalDecision.IMPLICIT_DENY
