"""What the engine promises: decisions a second, and the time that a policy or the access of principals takes."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from random import Random
from time import perf_counter
from typing import Any

from iamconsole.benching.clock import per_second
from iamconsole.benching.table import Line
from policies.analysis import Subject, access_matrix, effective_access
from policies.catalog import action_index
from policies.evaluation import AppliedPolicies, CompiledPolicy, Policy, PolicyType, Request, compile_policy, evaluate
from policies.language.kinds import PolicyKind
from policies.language.reader import read
from policies.summary.policy_summary import summarize
from policies.validation.findings import findings

__all__ = ["measure"]

PRINCIPALS, POLICIES, EACH = 1000, 200, 10
LONGEST = 6144
"""Characters without white space that a managed policy may have."""

_ACCOUNT = "111122223333"
_USER = f"arn:aws:iam::{_ACCOUNT}:user/dave"
_SERVICES = ("s3", "ec2", "iam", "dynamodb", "lambda", "sqs", "sns", "kms", "logs", "rds")
_VERBS = ("Get", "Put", "Delete", "Tag", "List")
_OFFICE = {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}
_TEAM = {"StringEquals": {"aws:RequestTag/team": ["blue", "red"]}, "Bool": {"aws:SecureTransport": "true"}}


def measure(seconds: float) -> Iterator[Line]:
    """Measure each for about so many seconds, with policies and requests made for it."""
    yield from _decisions(seconds)
    yield from _documents(seconds)
    yield from _access(seconds)


def _decisions(seconds: float) -> Iterator[Line]:
    applied = AppliedPolicies(identity=tuple(_policy(number) for number in range(EACH)), boundary=(_boundary(),))
    label = f"{EACH} policies of 5 statements and a boundary"
    asked = [_request(number) for number in range(2000)]
    plain = per_second(lambda: [evaluate(each, applied) for each in asked], len(asked), seconds=seconds)
    yield Line(f"decisions, {label}", plain, "a second")
    some = asked[:100]
    explained = per_second(lambda: [evaluate(each, applied, explain=True) for each in some], 100, seconds=seconds)
    yield Line("a decision explained", 1000 / explained, "ms")


def _documents(seconds: float) -> Iterator[Line]:
    text = _filled(lambda number: _statements(number)[number % 5])
    document = read(text)
    works: tuple[tuple[str, Callable[[], object]], ...] = (
        ("compiling", lambda: compile_policy(text)),
        ("validating", lambda: findings(text, PolicyKind.IDENTITY_MANAGED)),
        ("summing up", lambda: summarize(document)),
    )
    for label, work in works:
        yield Line(f"{label} a policy of {LONGEST:,} characters", 1000 / per_second(work, 1, seconds=seconds), "ms")
    stars = ["*ab?c" * 19 + f"*%{number}?*z" for number in range(10)]
    worst = compile_policy(_filled(lambda number: _allow(["s3:*"], [f"arn:aws:s3:::{stars[number % 10]}"])))
    applied = AppliedPolicies(identity=(Policy("Worst", PolicyType.IDENTITY, worst),))
    names = count()  # a new resource each time, so that nothing found out about the last one helps

    def ask() -> None:
        resource = f"arn:aws:s3:::{next(names)}-" + "abxc" * 495 + "z"
        evaluate(Request(_USER, "s3:GetObject", resource, _ACCOUNT), applied)

    yield Line("twenty-star patterns on 2,000 characters", 1000 / per_second(ask, 1, seconds=seconds), "ms")


def _access(seconds: float) -> Iterator[Line]:
    every = f"all {len(action_index().names):,} actions"
    texts = [_text(number) for number in range(POLICIES)]
    effective_access(Subject(_USER, AppliedPolicies(identity=(_policy(POLICIES),))))  # the catalog is warm
    one = _crowd([compile_policy(text) for text in texts], _boundary())[0]
    yield Line(f"{every} of a principal, cold", _once(lambda: effective_access(one)), "ms")
    warm = per_second(lambda: effective_access(one), 1, seconds=seconds)
    yield Line(f"{every} of a principal, warm", 1000 / warm, "ms")
    compiled, boundary = [compile_policy(text) for text in texts], _boundary()
    crowd = _crowd(compiled, boundary)
    yield Line(f"{every} of {PRINCIPALS:,} principals, cold", _once(lambda: access_matrix(crowd)), "ms")
    before = access_matrix(crowd)
    compiled[7] = compile_policy(texts[7].replace("team-", "crew-"))
    changed = _crowd(compiled, boundary)
    again = _once(lambda: access_matrix(changed, before=before))
    yield Line(f"{every} of {PRINCIPALS:,} principals, a policy changed", again, "ms")


def _once(work: Any) -> float:
    start = perf_counter()
    work()
    return 1000 * (perf_counter() - start)


def _crowd(compiled: list[CompiledPolicy], boundary: Policy) -> list[Subject]:
    """Principals with ten of the policies each, always the same ten."""
    random = Random(1)  # noqa: S311 - for a sample
    policies = [Policy(f"p{number}", PolicyType.IDENTITY, each) for number, each in enumerate(compiled)]
    return [
        Subject(
            f"arn:aws:iam::{_ACCOUNT}:user/u{number}",
            AppliedPolicies(identity=tuple(random.sample(policies, EACH)), boundary=(boundary,)),
        )
        for number in range(PRINCIPALS)
    ]


def _request(number: int) -> Request:
    """One of twenty kinds of requests, on a resource and in a context of its own."""
    service = _SERVICES[number % 10]
    action = f"{service}:{_VERBS[number // 10 % 5]}Thing"
    resource = (
        f"arn:aws:{service}:us-east-1:{_ACCOUNT}:thing{number % 10}/{number}",
        f"arn:aws:{service}:::team-{number % 10}/dave/{number}",
        f"arn:aws:{service}:eu-west-1:{_ACCOUNT}:other/{number}/x",
    )[number % 3]
    context = {
        "aws:username": ("dave",),
        "aws:SourceIp": (f"10.{number % 250}.2.3",),
        "aws:SecureTransport": ("true",),
        "aws:CurrentTime": (f"2026-01-01T00:00:{number % 60:02}Z",),
    }
    if number % 2:
        context["aws:RequestTag/team"] = ("blue" if number % 4 == 1 else "green",)
    return Request(_USER, action, resource, _ACCOUNT, context)


def _policy(number: int) -> Policy:
    return Policy(f"p{number}", PolicyType.IDENTITY, compile_policy(_text(number)))


def _boundary() -> Policy:
    statements = [
        _allow([f"{service}:*" for service in _SERVICES], ["*"]),
        {"Effect": "Deny", "Action": "iam:*", "Resource": f"arn:aws:iam::{_ACCOUNT}:role/admin*"},
    ]
    return Policy("boundary", PolicyType.BOUNDARY, compile_policy(_document(statements)))


def _text(number: int) -> str:
    return _document(_statements(number))


def _statements(number: int) -> list[dict[str, Any]]:
    service = _SERVICES[number % 10]
    things = f"arn:aws:{service}:us-east-1:{_ACCOUNT}:thing{number}/*"
    return [
        _allow([f"{service}:Get*", f"{service}:List*", f"{service}:Describe*"], ["*"]),
        _allow([f"{service}:Put*", f"{service}:Create*"], [things, f"arn:aws:{service}:*:{_ACCOUNT}:other/*"]),
        _allow([f"{service}:*"], [f"arn:aws:{service}:::team-{number}/${{aws:username}}/*"]),
        {**_allow([f"{service}:Tag*"], ["*"]), "Condition": _TEAM},
        {"Effect": "Deny", "Action": f"{service}:Delete*", "Resource": "*", "Condition": _OFFICE},
    ]


def _allow(actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def _document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def _filled(statement: Any) -> str:
    """As many statements as a managed policy may hold."""
    statements: list[dict[str, Any]] = []
    for number in count():
        longer = [*statements, statement(number)]
        if len(_document(longer)) > LONGEST:
            break
        statements = longer
    return _document(statements)
