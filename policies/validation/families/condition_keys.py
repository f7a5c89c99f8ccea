"""Condition keys: whether they exist, and whether the request of the statement can carry them.

Rules: access-analyzer-reference-policy-checks; reference_policies_condition-keys.
"""

from collections.abc import Iterator
from functools import lru_cache

from policies.catalog import action, condition_key, is_service, resource_type, service
from policies.language.document import Effect, Span, Statement
from policies.language.kinds import PolicyKind
from policies.language.problems import Path
from policies.language.variables import referenced_keys
from policies.validation.checks import Check, Finding, Fix, Severity, quoted
from policies.validation.families.arns import INVALID_SERVICE
from policies.validation.families.variables import places
from policies.validation.nearest import Near, near_global_key, near_service, near_service_key
from policies.validation.patterns import has_wildcard
from policies.validation.subject import Subject

__all__ = ["CHECKS", "RULES"]


def _error(code: str, title: str, text: str, learn_more: str) -> Check:
    return Check(code, title, Severity.ERROR, text, learn_more)


INVALID_CONDITION_KEY_FORMAT = _error(
    "INVALID_CONDITION_KEY_FORMAT",
    "Invalid condition key format",
    '"{key}" is not written like a condition key: prefix:name.',
    "A key has the prefix of AWS or of a service, one colon, and a name: aws:SourceIp, s3:prefix.",
)
INVALID_GLOBAL_CONDITION_KEY = _error(
    "INVALID_GLOBAL_CONDITION_KEY",
    "Invalid global condition key",
    "There is no global condition key {key}.{hint}",
    "Keys that begin with aws: are those that AWS lists for all services. A key that no request carries makes its "
    "condition false, or true under a negated operator.",
)
INVALID_SERVICE_CONDITION_KEY = _error(
    "INVALID_SERVICE_CONDITION_KEY",
    "Invalid service condition key",
    "{service} has no condition key {key}.{hint}",
    "The Service Authorization Reference lists the keys of each service. A key that no request carries makes its "
    "condition false, or true under a negated operator.",
)
UNSUPPORTED_GLOBAL_CONDITION_KEY = _error(
    "UNSUPPORTED_GLOBAL_CONDITION_KEY",
    "Unsupported global condition key",
    "AWS does not support {key}; use aws:PrincipalArn or aws:SourceArn.",
    "aws:ARN was never made for policies. aws:PrincipalArn is who asks; aws:SourceArn is the resource on whose behalf "
    "a service asks.",
)
DEPRECATED_GLOBAL_CONDITION_KEY = Check(
    "DEPRECATED_GLOBAL_CONDITION_KEY",
    "Deprecated global condition key",
    Severity.WARNING,
    "{key} is out of use; aws:PrincipalArn has taken its place.",
    "aws:PrincipalArn holds the ARN of the user, or of the role and not of its session.",
)
MISSING_TAG_KEY_IN_CONDITION = _error(
    "MISSING_TAG_KEY_IN_CONDITION",
    "Missing tag key in condition",
    "{key} names no tag; write {key}/ and the key of the tag.",
    "Conditions on tags name the tag behind a slash, as in aws:ResourceTag/Team.",
)
MISSING_QUALIFIER = _error(
    "MISSING_QUALIFIER",
    "Missing qualifier",
    "{key} may have several values in a request; put ForAllValues: or ForAnyValue: before {operator}.",
    "For a key of several values the operator alone does not say whether one value must fit or all of them.",
)
DUPLICATE_KEYS_WITH_DIFFERENT_CASE = _error(
    "DUPLICATE_KEYS_WITH_DIFFERENT_CASE",
    "Duplicate keys with different case",
    "{key} and {other} are one key: case does not count in condition keys.",
    "Under one operator each key stands once; put all values into one list.",
)
UNSUPPORTED_ACTION_FOR_CONDITION_KEY = _error(
    "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
    "Unsupported action for condition key",
    "Requests for {actions} never carry {key}.",
    "The condition does not do for these actions what it says: put them into a statement without it, or use a key that "
    "they have.",
)
MISSING_ACTION_FOR_CONDITION_KEY = _error(
    "MISSING_ACTION_FOR_CONDITION_KEY",
    "Missing action for condition key",
    "{key} takes effect only with {action}, which the statement does not list.",
    "Whoever sends session tags or a source identity when a role is assumed needs the action for that too; without it "
    "in the trust policy every such request fails.",
)
MISSING_PAIRED_CONDITION_KEYS = Check(
    "MISSING_PAIRED_CONDITION_KEYS",
    "Missing paired condition keys",
    Severity.SECURITY_WARNING,
    "{key} alone is not safe; test {partner} too.",
    "Private addresses are the same in many networks, so one says something only together with the network.",
)
UNTRUSTWORTHY_CONDITION_KEY = Check(
    "UNTRUSTWORTHY_CONDITION_KEY",
    "Untrustworthy condition key",
    Severity.SECURITY_WARNING,
    "Whoever sends the request chooses the value of {key}; it keeps nobody out.",
    "The headers of a request can be set to anything. Tell callers apart by who they are or by their network.",
)
CHECKS = (
    INVALID_CONDITION_KEY_FORMAT,
    INVALID_GLOBAL_CONDITION_KEY,
    INVALID_SERVICE_CONDITION_KEY,
    UNSUPPORTED_GLOBAL_CONDITION_KEY,
    DEPRECATED_GLOBAL_CONDITION_KEY,
    MISSING_TAG_KEY_IN_CONDITION,
    MISSING_QUALIFIER,
    DUPLICATE_KEYS_WITH_DIFFERENT_CASE,
    UNSUPPORTED_ACTION_FOR_CONDITION_KEY,
    MISSING_ACTION_FOR_CONDITION_KEY,
    MISSING_PAIRED_CONDITION_KEYS,
    UNTRUSTWORTHY_CONDITION_KEY,
)
_TAG_FAMILIES = ("aws:resourcetag", "aws:requesttag", "aws:principaltag", "iam:resourcetag", "s3:existingobjecttag")
_OTHER_PREFIXES = frozenset({"saml", "ec2-instance-connect"})
_NEEDED_ACTIONS = {
    "sts:transitivetagkeys": "sts:TagSession",
    "aws:requesttag": "sts:TagSession",
    "aws:tagkeys": "sts:TagSession",
    "sts:sourceidentity": "sts:SetSourceIdentity",
}
_PARTNERS = {
    "aws:vpcsourceip": ("aws:SourceVpc", ("aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn")),
    "aws:ec2instancesourceprivateipv4": ("aws:Ec2InstanceSourceVpc", ("aws:ec2instancesourcevpc",)),
}
_UNTRUSTWORTHY = ("aws:useragent", "aws:referer")


def names(subject: Subject) -> Iterator[Finding]:
    """Every key is one that AWS or a service knows."""
    for test in subject.tests:
        yield from _named(test.condition.key.text, test.condition.key.span, test.path, known=test.known is not None)


def in_variables(subject: Subject) -> Iterator[Finding]:
    """So is every key that a policy variable names."""
    if "${" not in subject.text or not subject.document.has_variables:
        return
    for value, path in places(subject):
        for key in referenced_keys(value.text):
            for finding in _named(key, value.span, path, known=condition_key(key) is not None):
                yield finding.repaired(None)


def _named(key: str, span: Span, path: Path, *, known: bool) -> Iterator[Finding]:
    lowered = key.lower()
    prefix, colon, name = lowered.rpartition(":")
    if not colon or not prefix or not name or key != key.strip():
        yield INVALID_CONDITION_KEY_FORMAT.at(span, path, key=key)
    elif lowered.rstrip("/") in _TAG_FAMILIES:
        yield MISSING_TAG_KEY_IN_CONDITION.at(span, path, key=key.rstrip("/"))
    elif lowered == "aws:arn":
        yield UNSUPPORTED_GLOBAL_CONDITION_KEY.at(span, path, key=key)
        yield DEPRECATED_GLOBAL_CONDITION_KEY.at(span, path, key=key)
    elif known or "." in prefix or prefix in _OTHER_PREFIXES:
        return
    elif prefix == "aws":
        near = near_global_key(key)
        yield INVALID_GLOBAL_CONDITION_KEY.at(span, path, key=key, hint=near.hint).repaired(_replaced(near, span))
    elif is_service(prefix):
        near = near_service_key(key)
        home = service(prefix)
        names = {"service": home.name if home else prefix, "key": key, "hint": near.hint}
        yield INVALID_SERVICE_CONDITION_KEY.at(span, path, **names).repaired(_replaced(near, span))
    else:
        yield INVALID_SERVICE.at(span, path, service=prefix, hint=near_service(prefix).hint)


def _replaced(near: Near, span: Span) -> Fix | None:
    return Fix(span, f'"{near.text}"', f"Use {near.text}") if near.certain else None


def qualifiers(subject: Subject) -> Iterator[Finding]:
    """A key of several values has a set operator."""
    for test in subject.tests:
        plain = test.operator is not None and test.operator.qualifier is None and test.base != "Null"
        if plain and test.known is not None and test.known.multivalued:
            operator = test.condition.operator.text
            span, key = test.condition.key.span, test.condition.key.text
            yield MISSING_QUALIFIER.at(span, test.path, key=key, operator=operator)


def duplicates(subject: Subject) -> Iterator[Finding]:
    """Under one operator a key stands once, in whatever case."""
    for statement in subject.statements:
        seen: dict[tuple[str, str], str] = {}
        for test in subject.tests_of(statement):
            place, key = (test.condition.operator.text, test.key), test.condition.key.text
            if place in seen and seen[place] != key:
                names = {"key": key, "other": seen[place]}
                yield DUPLICATE_KEYS_WITH_DIFFERENT_CASE.at(test.condition.key.span, test.path, **names)
            seen.setdefault(place, key)


def supported_actions(subject: Subject) -> Iterator[Finding]:
    """Each listed action has the key of a service that a condition tests."""
    for test in subject.tests:
        known = test.known
        if known is None or known.is_global or known.has_placeholder or test.base == "Null" or test.negated:
            continue
        if test.operator is None or test.operator.if_exists or test.key.startswith("aws:"):
            continue
        without = _without(test.statement, known.name)
        if without:
            span, key = test.condition.key.span, test.condition.key.text
            yield UNSUPPORTED_ACTION_FOR_CONDITION_KEY.at(span, test.path, key=key, actions=quoted(without))


def _without(statement: Statement, key: str) -> list[str]:
    """The written-out actions that lack a key; none where a pattern is listed."""
    if statement.action is None or any(map(has_wildcard, statement.action.texts)):
        return []
    return [text for text in statement.action.texts if _lacks(text.lower(), key)]


@lru_cache(maxsize=8192)
def _lacks(text: str, key: str) -> bool:
    known = action(text)
    if known is None or key in known.all_condition_keys:
        return False
    kinds = (resource_type(known.service, name) for name in known.resource_types)
    return not any(kind is not None and key in kind.condition_keys for kind in kinds)


def needed_actions(subject: Subject) -> Iterator[Finding]:
    """What a trust policy tests when a role is assumed can be sent."""
    if subject.kind is not PolicyKind.TRUST:
        return
    for test in subject.tests:
        needed = _NEEDED_ACTIONS.get(test.key.partition("/")[0])
        element = test.statement.action
        if not needed or not element or test.statement.effect is not Effect.ALLOW or test.base == "Null":
            continue
        if not any(text.lower() in (needed.lower(), "sts:*") for text in element.texts):
            names = {"key": test.condition.key.text, "action": needed}
            yield MISSING_ACTION_FOR_CONDITION_KEY.at(test.condition.key.span, test.path, **names)


def partners(subject: Subject) -> Iterator[Finding]:
    """A key that says little alone has its partner in the statement."""
    for test in subject.tests:
        partner, keys = _PARTNERS.get(test.key, ("", ()))
        if partner and not any(other.key in keys for other in subject.tests_of(test.statement)):
            names = {"key": test.condition.key.text, "partner": partner}
            yield MISSING_PAIRED_CONDITION_KEYS.at(test.condition.key.span, test.path, **names)


def untrustworthy(subject: Subject) -> Iterator[Finding]:
    """No condition rests on what the caller says of himself."""
    for test in subject.tests:
        if test.key in _UNTRUSTWORTHY:
            key = test.condition.key
            yield UNTRUSTWORTHY_CONDITION_KEY.at(key.span, test.path, key=key.text)


RULES = (
    names,
    in_variables,
    qualifiers,
    duplicates,
    supported_actions,
    needed_actions,
    partners,
    untrustworthy,
)
