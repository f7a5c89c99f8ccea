"""iam:PassRole and iam:CreateServiceLinkedRole granted too widely, statement by statement.

Rules: access-analyzer-reference-policy-checks (pass role, create SLR).
"""

from collections.abc import Iterator, Mapping

from policies.language.document import Statement
from policies.validation.checks import Check, Finding, Severity
from policies.validation.patterns import covers_action, has_wildcard, is_everything
from policies.validation.subject import Subject, entries_of

__all__ = ["CHECKS", "RULES"]

_WHY_ROLES_ARE_NAMED = (
    "Whoever passes a role to a service gets the service to work with the role's permissions, which may be more than "
    "his own. Name the roles in Resource, or the services by a condition on iam:PassedToService. A Deny elsewhere does "
    "not silence this."
)
_WHY_SLR = (
    "A service-linked role gives its service the permissions that it was made for. Name the role in Resource, or the "
    "service by a condition on iam:AWSServiceName."
)
_ENDINGS: Mapping[str, tuple[str, str]] = {
    "NOT_RESOURCE": ("NotResource", "{action} is allowed on everything but the NotResource."),
    "STAR_IN_ACTION_AND_NOT_RESOURCE": (
        "star in action and NotResource",
        "{pattern} covers {action}, allowed on everything but the NotResource.",
    ),
    "NOT_ACTION_AND_NOT_RESOURCE": (
        "NotAction and NotResource",
        "NotAction leaves {action} in, allowed on everything but the NotResource.",
    ),
    "STAR_IN_RESOURCE": ("star in resource", "{action} is allowed on every resource."),
    "STAR_IN_ACTION_AND_RESOURCE": (
        "star in action and resource",
        "{pattern} covers {action}, allowed on every resource.",
    ),
    "STAR_IN_RESOURCE_AND_NOT_ACTION": (
        "star in resource and NotAction",
        "NotAction leaves {action} in, allowed on every resource.",
    ),
}


def _family(code: str, title: str, severity: Severity, learn_more: str) -> dict[str, Check]:
    return {
        ending: Check(f"{code}_WITH_{ending}", f"{title} with {words}", severity, text, learn_more)
        for ending, (words, text) in _ENDINGS.items()
    }


PASS_ROLE = _family("PASS_ROLE", "Pass role", Severity.SECURITY_WARNING, _WHY_ROLES_ARE_NAMED)
CREATE_SLR = _family("CREATE_SLR", "Create SLR", Severity.WARNING, _WHY_SLR)
CHECKS = (*PASS_ROLE.values(), *CREATE_SLR.values())
_WATCHED = (
    ("iam:PassRole", PASS_ROLE, "iam:passedtoservice"),
    ("iam:CreateServiceLinkedRole", CREATE_SLR, "iam:awsservicename"),
)
"""Each action with its checks and the condition key that narrows it."""


def wide_grants(subject: Subject) -> Iterator[Finding]:
    """No Allow hands these actions out for everything."""
    if not subject.grants:
        return
    for statement in subject.allows:
        narrowed = {test.key for test in subject.tests_of(statement)}
        for action, checks, key in _WATCHED:
            if key not in narrowed:
                yield from _in_statement(statement, action, checks)


def _in_statement(statement: Statement, action: str, checks: Mapping[str, Check]) -> Iterator[Finding]:
    resource = _reach(statement)
    if not resource:
        return
    path = ("Statement", statement.index)
    lowered = action.lower()
    if statement.not_action is not None:
        if not any(covers_action(text.lower(), lowered) for text in statement.not_action.texts):
            ending = f"NOT_ACTION_AND_{resource}" if resource == "NOT_RESOURCE" else f"{resource}_AND_NOT_ACTION"
            yield checks[ending].at(statement.not_action.span, (*path, "NotAction"), action=action)
        return
    if statement.action is None:
        return
    wide = ""
    for entry in entries_of(statement, statement.action):
        text = entry.text.lower()
        if text == lowered:
            yield checks[resource].at(entry.value.span, entry.path, action=action)
        elif not wide and has_wildcard(text) and covers_action(text, lowered):
            wide = entry.text
            ending = "STAR_IN_ACTION_AND_NOT_RESOURCE" if resource == "NOT_RESOURCE" else "STAR_IN_ACTION_AND_RESOURCE"
            yield checks[ending].at(entry.value.span, entry.path, action=action, pattern=wide)


def _reach(statement: Statement) -> str:
    if statement.not_resource is not None:
        return "NOT_RESOURCE"
    if statement.resource is not None and any(map(_is_every_role, statement.resource.texts)):
        return "STAR_IN_RESOURCE"
    return ""


def _is_every_role(text: str) -> bool:
    if is_everything(text):
        return True
    fields = text.split(":", 5)
    return len(fields) == 6 and fields[4] == "*" and fields[5] in ("*", "role/*", "*/*")


RULES = (wide_grants,)
