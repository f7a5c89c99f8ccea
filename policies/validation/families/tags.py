"""Conditions on tags with services that do not look at tags, and set operators on keys of one value.

Rules: access-analyzer-reference-policy-checks; access_iam-tags; reference_policies_multi-value-conditions.
"""

from collections.abc import Iterator
from functools import lru_cache

from policies.catalog import actions, is_service, service
from policies.evaluation.conditions.booleans import boolean
from policies.language.document import Effect, Statement
from policies.language.operators import Qualifier
from policies.validation.checks import Check, Finding, Severity, quoted
from policies.validation.patterns import is_everything
from policies.validation.subject import Subject, Test

__all__ = ["CHECKS", "RULES"]

_WHY = (
    "Not every service hands tags to the policies. Where one does not, the key is never there and a comparison fails."
)
DENY = Check(
    "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    "Deny with unsupported tag condition key for service",
    Severity.SECURITY_WARNING,
    "{services} never looks at {key}, so this denies nothing there.",
    _WHY + " Deny those actions without the condition, or by another key.",
)
DENY_NOT_ACTION = Check(
    "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    "Deny NotAction with unsupported tag condition key for service",
    Severity.SECURITY_WARNING,
    "NotAction reaches services that never look at {key}; nothing is denied there.",
    _WHY + " List with Action the services that do.",
)
ALLOW = Check(
    "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    "Allow with unsupported tag condition key for service",
    Severity.SUGGESTION,
    "{services} never looks at {key}, so this allows nothing there.",
    _WHY + " Allow those actions in a statement without the condition.",
)
ALLOW_NOT_ACTION = Check(
    "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    "Allow NotAction with unsupported tag condition key for service",
    Severity.SUGGESTION,
    "NotAction reaches services that never look at {key}; nothing is allowed there.",
    _WHY + " List with Action the services that do.",
)
FORALLVALUES_WITH_SINGLE_VALUED_KEY = Check(
    "FORALLVALUES_WITH_SINGLE_VALUED_KEY",
    "ForAllValues with single valued key",
    Severity.SECURITY_WARNING,
    "{key} has one value; with ForAllValues the condition also holds where the request has none.",
    "ForAllValues holds when no value fails, and among no values none fails. Leave it out, or keep it to keys of "
    "several values and test with Null that the key is there.",
)
CHECKS = (DENY, DENY_NOT_ACTION, ALLOW, ALLOW_NOT_ACTION, FORALLVALUES_WITH_SINGLE_VALUED_KEY)
_BY_EFFECT = {Effect.DENY: (DENY, DENY_NOT_ACTION), Effect.ALLOW: (ALLOW, ALLOW_NOT_ACTION)}
_PUBLISHED = {
    "aws:resourcetag": "aws:resourcetag/${tagkey}",
    "aws:requesttag": "aws:requesttag/${tagkey}",
    "aws:tagkeys": "aws:tagkeys",
}


def unsupported(subject: Subject) -> Iterator[Finding]:
    """A condition on tags speaks of services that look at tags."""
    for test in subject.tests:
        key = _PUBLISHED.get(test.key.partition("/")[0])
        if key is None or not _fails_without_key(test):
            continue
        checks = _BY_EFFECT[test.statement.effect]
        span, written = test.condition.key.span, test.condition.key.text
        if test.statement.not_action is not None:
            yield checks[1].at(span, test.path, key=written)
            continue
        blind = [prefix for prefix in _services(test.statement) if not _looks_at(prefix, key)]
        if blind:
            names = [known.name if (known := service(prefix)) else prefix for prefix in blind]
            yield checks[0].at(span, test.path, key=written, services=quoted(names))


def _fails_without_key(test: Test) -> bool:
    if test.operator is None or test.negated or test.operator.if_exists:
        return False
    if test.base == "Null":
        return {boolean(text) for text in test.texts} == {False}
    return test.operator.qualifier is not Qualifier.FOR_ALL_VALUES


def _services(statement: Statement) -> list[str]:
    texts = statement.action.texts if statement.action else ()
    prefixes = dict.fromkeys(text.lower().partition(":")[0] for text in texts if not is_everything(text))
    return [prefix for prefix in prefixes if is_service(prefix)]


@lru_cache(maxsize=2048)
def _looks_at(prefix: str, key: str) -> bool:
    return any(key in map(str.lower, each.all_condition_keys) for each in actions(prefix).values())


def single_values(subject: Subject) -> Iterator[Finding]:
    """ForAllValues is for keys of several values."""
    for test in subject.tests:
        operator = test.operator
        if operator is None or operator.qualifier is not Qualifier.FOR_ALL_VALUES or operator.base == "Null":
            continue
        if test.known is not None and not test.known.multivalued:
            key = test.condition.key.text
            yield FORALLVALUES_WITH_SINGLE_VALUED_KEY.at(test.condition.operator.span, test.path, key=key)


RULES = (unsupported, single_values)
