"""Findings about a policy text: the faults first, then what is risky, doubtful or idle, each in reading order.

Rules: access_policies_policy-validator; access-analyzer-policy-validation; API_ValidatePolicy.
"""

from itertools import islice

from policies.language import reader
from policies.language.grammar import problems
from policies.language.kinds import PolicyKind
from policies.validation.checks import Check, Finding, Fix, Severity
from policies.validation.refusals import refusal
from policies.validation.subject import subject_of
from policies.validation.table import CHECKS, RULES

__all__ = ["CHECKS", "Check", "Finding", "Fix", "Severity", "error_messages", "findings"]

_MOST = 200
_MOST_OF_A_RULE = 100
_TRUST = "AWS::IAM::AssumeRolePolicyDocument"
_ORDER = {severity: place for place, severity in enumerate(Severity)}


def findings(text: str, kind: PolicyKind, resource_type: str = "") -> tuple[Finding, ...]:
    """Examine a text as a policy of a kind; `resource_type` is what carries it, such as `AWS::S3::Bucket`."""
    if resource_type == _TRUST:
        kind = PolicyKind.TRUST
    reading = reader.examine(text)
    refused = problems(text, kind)
    found = [refusal(problem, text, reading.partial) for problem in refused]
    if reading.partial is not None:
        subject = subject_of(text, kind, resource_type, reading.partial, reading.json, refused)
        for rule in RULES:
            found += islice(rule(subject), _MOST_OF_A_RULE)
    once = {(finding.code, finding.span): finding for finding in reversed(found)}
    ordered = sorted(once.values(), key=lambda each: (_ORDER[each.severity], each.span.start.offset))
    return tuple(ordered[:_MOST])


def error_messages(text: str, kind: PolicyKind) -> list[str]:
    """Why the console does not take a text as a policy of a kind: its errors, each with its place."""
    return [finding.message for finding in findings(text, kind) if finding.severity is Severity.ERROR]
