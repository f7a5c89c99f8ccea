"""Action and NotAction.

Rules: reference_policies_elements_action; reference_policies_elements_notaction.
"""

import re
from collections.abc import Iterator

from policies.language.document import Document, Element, Statement, Value
from policies.language.kinds import PolicyKind
from policies.language.problems import Path, Problem
from policies.language.wildcards import matches

__all__ = ["NO_ACTIONS", "NO_VENDOR", "actions"]

NO_ACTIONS = "Policy statement must contain actions."
NO_VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
_TWO_COLONS = "Actions/Condition can contain only one colon."
_NOT_ASSUME_ROLE = "AssumeRole policy may only specify STS AssumeRole actions."
_VENDOR = re.compile(r"[A-Za-z0-9.-]+")
_TRUST_ACTIONS = (
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:tagsession",
    "sts:setsourceidentity",
    "sts:setcontext",
)


def actions(document: Document, kind: PolicyKind) -> Iterator[Problem]:
    """Every action is `service:Name` or `*`; a trust policy speaks only of assuming the role."""
    for statement in document.statements:
        element = statement.action or statement.not_action
        if element is None:
            continue
        if not element.values:
            path = ("Statement", statement.index, element.name)
            sentence = f"{element.name} is an empty list."
            yield Problem(sentence, NO_ACTIONS, element.span, path, issue_code="MISSING_ACTION")
        yield from _values(statement, element, kind)


def _values(statement: Statement, element: Element, kind: PolicyKind) -> Iterator[Problem]:
    for index, value in enumerate(element.values):
        path: Path = ("Statement", statement.index, element.name, index)
        problem = _form(value, path)
        if problem is not None:
            yield problem
        elif kind is PolicyKind.TRUST and element is statement.action and not _is_trust_action(value.text):
            sentence = f"A role trust policy allows assuming the role; {value.text} is no action of that kind."
            yield Problem(sentence, _NOT_ASSUME_ROLE, value.span, path, issue_code="UNSUPPORTED_ACTION_IN_POLICY")


def _form(value: Value, path: Path) -> Problem | None:
    text = value.text
    if text == "*":
        return None
    vendor, colon, name = text.partition(":")
    if not colon:
        sentence = f'"{text}" names no service; an action is written like s3:GetObject, or * for every action.'
        return Problem(sentence, NO_VENDOR, value.span, path, issue_code="INVALID_ACTION")
    if ":" in name:
        sentence = f'"{text}" has more than one colon; one stands between the service and the action.'
        return Problem(sentence, _TWO_COLONS, value.span, path, issue_code="INVALID_ACTION")
    if not _VENDOR.fullmatch(vendor):
        sentence = f'"{vendor}" in "{text}" is no service; its name holds letters, digits, hyphens and dots only.'
        api_message = f"Vendor {vendor} is not valid"
        return Problem(sentence, api_message, value.span, path, issue_code="INVALID_SERVICE_IN_ACTION")
    return None


def _is_trust_action(text: str) -> bool:
    return text != "*" and any(matches(text.lower(), action) for action in _TRUST_ACTIONS)
