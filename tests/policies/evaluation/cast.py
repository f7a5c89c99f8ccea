"""Requests and policies for the tests of evaluation, with good defaults."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from policies.evaluation import AppliedPolicies, Decision, Policy, PolicyType, Request, compile_policy, evaluate

ACCOUNT = "111111111111"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
CAROL = f"arn:aws:iam::{ACCOUNT}:user/carol"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
AN_OBJECT = "arn:aws:s3:::app/q1.csv"

Statements = Sequence[Mapping[str, Any]] | Mapping[str, Any]


def a_document(statements: Statements, version: str | None = "2012-10-17") -> str:
    document: dict[str, Any] = {"Version": version} if version else {}
    return json.dumps({**document, "Statement": statements}, indent=2)


def a_policy(
    statements: Statements,
    kind: PolicyType = PolicyType.IDENTITY,
    name: str = "p",
    source: str = "",
    version: str | None = "2012-10-17",
) -> Policy:
    return Policy(name, kind, compile_policy(a_document(statements, version)), source)


def a_request(
    action: str = "s3:GetObject",
    resource: str = AN_OBJECT,
    principal: str = ALICE,
    context: Mapping[str, Sequence[str]] | None = None,
    resource_account: str = ACCOUNT,
) -> Request:
    values = {**usual_context(principal), **(context or {})}
    return Request(principal, action, resource, resource_account, {key: tuple(each) for key, each in values.items()})


def usual_context(principal: str) -> dict[str, Sequence[str]]:
    context: dict[str, Sequence[str]] = {"aws:PrincipalAccount": [ACCOUNT]}
    if ":user/" in principal:
        context |= {"aws:PrincipalArn": [principal], "aws:username": [principal.rsplit("/", 1)[-1]]}
    return context


def allow(action: str | list[str] = "s3:*", resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str] = "s3:*", resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def ask(*statements: Mapping[str, Any], explain: bool = False, **request: Any) -> Decision:
    """Decide with one identity policy of these statements."""
    applied = AppliedPolicies(identity=(a_policy(statements),) if statements else ())
    return evaluate(a_request(**request), applied, explain=explain)
