"""Actions that do not exist, cover nothing, or repeat one another.

Rules: access-analyzer-reference-policy-checks; reference_policies_elements_action.
"""

from collections.abc import Iterator

from policies.catalog import action_bits, is_service, service
from policies.language.document import Effect
from policies.language.kinds import PolicyKind
from policies.validation.checks import Check, Finding, Fix, Severity
from policies.validation.nearest import near_action, near_service
from policies.validation.patterns import covered_by_others, has_wildcard, is_everything
from policies.validation.subject import Entry, Subject

__all__ = ["CHECKS", "RULES"]

INVALID_ACTION = Check(
    "INVALID_ACTION",
    "Invalid action",
    Severity.ERROR,
    "{service} has no action {action}.{hint}",
    "The statement does nothing for an action that the service does not have. The Service Authorization Reference "
    "lists the actions of every service; actions often differ from API calls and commands.",
)
INVALID_SERVICE_IN_ACTION = Check(
    "INVALID_SERVICE_IN_ACTION",
    "Invalid service in action",
    Severity.ERROR,
    'There is no service "{service}".{hint}',
    "The part before the colon is the prefix of a service, which is often not its name: states for Step Functions, "
    "logs for CloudWatch Logs, elasticfilesystem for EFS.",
)
WILDCARD_IN_SERVICE_NAME = Check(
    "WILDCARD_IN_SERVICE_NAME",
    "Wildcard in service name",
    Severity.SUGGESTION,
    'The service in "{value}" holds a wildcard; name the service.',
    "A wildcard before the colon of an action, or in the service field of an ARN, would reach services that are yet to "
    "come, and IAM refuses most of them.",
)
EMPTY_ARRAY_ACTION = Check(
    "EMPTY_ARRAY_ACTION",
    "Empty array action",
    Severity.SUGGESTION,
    "{element} is an empty list, so the statement speaks of no action.",
    "A statement without actions allows and denies nothing.",
)
REDUNDANT_ACTION = Check(
    "REDUNDANT_ACTION",
    "Redundant action",
    Severity.SUGGESTION,
    "{action} is covered already by {other} in this statement.",
    "An entry that another one of the same list covers can be taken away; nothing changes. It costs characters and "
    "hides how far the list really reaches.",
)
UNSUPPORTED_ACTION_IN_POLICY = Check(
    "UNSUPPORTED_ACTION_IN_POLICY",
    "Unsupported action in policy",
    Severity.ERROR,
    "{action} is no action that the policy of {resource} can speak of.",
    "The policy of a resource works on the actions of its own service only: a bucket policy on s3 actions, a role's "
    "trust policy on the sts actions that assume it.",
)
SCP_SYNTAX_ERROR_ACTION_WILDCARD = Check(
    "SCP_SYNTAX_ERROR_ACTION_WILDCARD",
    "SCP syntax error action wildcard",
    Severity.ERROR,
    'The wildcard in "{action}" does not stand at its end.',
    "In a service control policy a wildcard of an action stands alone or at the end, as in iam:Get*.",
)
RCP_SYNTAX_ERROR_NOTACTION = Check(
    "RCP_SYNTAX_ERROR_NOTACTION",
    "RCP syntax error NotAction",
    Severity.ERROR,
    "A resource control policy has no NotAction.",
    "List with Action what the policy denies.",
)
RCP_SYNTAX_ERROR_ACTION = Check(
    "RCP_SYNTAX_ERROR_ACTION",
    "RCP syntax error action",
    Severity.ERROR,
    'Resource control policies do not work on "{action}".',
    "Only some services look at resource control policies, among them S3, STS, SQS, KMS and Secrets Manager; an action "
    "is written with the prefix of one of them.",
)
RCP_SYNTAX_ERROR_ALLOW = Check(
    "RCP_SYNTAX_ERROR_ALLOW",
    "RCP syntax error allow",
    Severity.ERROR,
    "In a resource control policy Allow is only for every action on every resource, without Condition.",
    "AWS attaches RCPFullAWSAccess, which allows everything; policies of your own deny.",
)
CHECKS = (
    INVALID_ACTION,
    INVALID_SERVICE_IN_ACTION,
    WILDCARD_IN_SERVICE_NAME,
    EMPTY_ARRAY_ACTION,
    REDUNDANT_ACTION,
    UNSUPPORTED_ACTION_IN_POLICY,
    SCP_SYNTAX_ERROR_ACTION_WILDCARD,
    RCP_SYNTAX_ERROR_NOTACTION,
    RCP_SYNTAX_ERROR_ACTION,
    RCP_SYNTAX_ERROR_ALLOW,
)
_MOST_COSTLY = 60
"""Patterns with wildcards inside are tried on every action of the service; a real policy has few."""
_LONGEST = 130
"""The longest name in the catalog is shorter; a longer text is near to nothing."""


def unknown_names(subject: Subject) -> Iterator[Finding]:
    """Every action is one of a service that there is."""
    costly = 0
    for entry in subject.actions:
        prefix, colon, name = entry.text.partition(":")
        if not colon or ":" in name or not name or has_wildcard(prefix):
            continue  # refused already for its form
        costly += has_wildcard(name[:-1])
        if costly > _MOST_COSTLY and has_wildcard(name):
            continue
        if len(entry.text) > _LONGEST or not action_bits(entry.text):
            yield _unknown(entry, prefix, name)


def _unknown(entry: Entry, prefix: str, name: str) -> Finding:
    if not is_service(prefix):
        near = near_service(prefix)
        fix = Fix(entry.value.span, f'"{near.text}:{name}"', f"Use {near.text}") if near.certain else None
        return INVALID_SERVICE_IN_ACTION.at(entry.value.span, entry.path, service=prefix, hint=near.hint).repaired(fix)
    known = service(prefix)
    title = known.name if known else prefix
    if has_wildcard(name):
        return INVALID_ACTION.at(entry.value.span, entry.path, service=title, action=name, hint="")
    near = near_action(prefix, name)
    fix = Fix(entry.value.span, f'"{near.text}"', f"Use {near.text}") if near.certain else None
    names = {"service": title, "action": name, "hint": near.hint}
    return INVALID_ACTION.at(entry.value.span, entry.path, **names).repaired(fix)


def services_written_out(subject: Subject) -> Iterator[Finding]:
    """No wildcard stands for a service."""
    for entry in subject.actions:
        prefix, colon, _ = entry.text.partition(":")
        if colon and has_wildcard(prefix):
            yield WILDCARD_IN_SERVICE_NAME.at(entry.value.span, entry.path, value=entry.text)
    for entry in subject.resources:
        fields = entry.text.split(":", 3)
        if len(fields) == 4 and fields[0] == "arn" and has_wildcard(fields[2]):
            yield WILDCARD_IN_SERVICE_NAME.at(entry.value.span, entry.path, value=entry.text)


def empty_lists(subject: Subject) -> Iterator[Finding]:
    """Every list of actions has an entry."""
    for statement in subject.statements:
        element = statement.action or statement.not_action
        if element is not None and not element.values:
            path = ("Statement", statement.index, element.name)
            yield EMPTY_ARRAY_ACTION.at(element.span, path, element=element.name)


def redundant(subject: Subject) -> Iterator[Finding]:
    """No action is covered by another one of the same list."""
    start = 0
    entries = subject.actions
    while start < len(entries):
        stop = start
        while stop < len(entries) and entries[stop].element is entries[start].element:
            stop += 1
        group = entries[start:stop]
        for at, other in covered_by_others([entry.text.lower() for entry in group]):
            span, path = group[at].value.span, group[at].path
            yield REDUNDANT_ACTION.at(span, path, action=group[at].text, other=group[other].text)
        start = stop


def of_the_resource(subject: Subject) -> Iterator[Finding]:
    """The policy of a resource speaks of its service's actions."""
    prefix = subject.service
    if subject.kind is not PolicyKind.RESOURCE or not prefix:
        return
    for entry in subject.actions:
        named, colon, _ = entry.text.lower().partition(":")
        if colon and not has_wildcard(named) and named != prefix and is_service(named):
            names = {"action": entry.text, "resource": subject.resource_type}
            yield UNSUPPORTED_ACTION_IN_POLICY.at(entry.value.span, entry.path, **names)


def of_service_control_policies(subject: Subject) -> Iterator[Finding]:
    """A wildcard stands at the end of an action."""
    if subject.kind is not PolicyKind.SCP:
        return
    for entry in subject.actions:
        name = entry.text.partition(":")[2]
        if has_wildcard(name.rstrip("*") if not name.endswith("?") else name[:-1]):
            yield SCP_SYNTAX_ERROR_ACTION_WILDCARD.at(entry.value.span, entry.path, action=entry.text)


def of_resource_control_policies(subject: Subject) -> Iterator[Finding]:
    """Only services that look at these policies, only Action, Allow only for everything."""
    if subject.kind is not PolicyKind.RCP:
        return
    for statement in subject.statements:
        path = ("Statement", statement.index)
        if statement.not_action is not None:
            yield RCP_SYNTAX_ERROR_NOTACTION.at(statement.not_action.span, (*path, "NotAction"))
        if statement.effect is Effect.ALLOW:
            texts = (statement.action.texts if statement.action else (), statement.resource)
            whole = texts[0] == ("*",) and statement.resource is not None and statement.resource.texts == ("*",)
            if not whole or statement.condition_span is not None:
                yield RCP_SYNTAX_ERROR_ALLOW.at(statement.span, path)
    for entry in subject.actions:
        if entry.element.name == "Action" and entry.statement.effect is Effect.DENY and not _limits(entry.text):
            yield RCP_SYNTAX_ERROR_ACTION.at(entry.value.span, entry.path, action=entry.text)


def _limits(action: str) -> bool:
    if is_everything(action):
        return False
    known = service(action.partition(":")[0])
    return known is None or known.supports_resource_control_policies


RULES = (
    unknown_names,
    services_written_out,
    empty_lists,
    redundant,
    of_the_resource,
    of_service_control_policies,
    of_resource_control_policies,
)
