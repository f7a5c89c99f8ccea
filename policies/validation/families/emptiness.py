"""Empty lists and objects, and conditions that come to the presence or absence of a key.

Rules: access-analyzer-reference-policy-checks (suggestions); reference_policies_multi-value-conditions.
"""

from collections.abc import Iterator

from policies.language.json_text import JsonArray, JsonObject
from policies.language.kinds import Need
from policies.language.operators import Qualifier
from policies.validation.checks import Check, Finding, Severity
from policies.validation.patterns import is_everything
from policies.validation.structure import member, statement_nodes
from policies.validation.subject import Subject, Test

__all__ = ["CHECKS", "RULES"]


def _suggestion(code: str, title: str, text: str, learn_more: str) -> Check:
    return Check(code, title, Severity.SUGGESTION, text, learn_more)


_EMPTY = "Say with Null whether the key must be there or not, or give it values."
EMPTY_ARRAY_CONDITION = _suggestion(
    "EMPTY_ARRAY_CONDITION",
    "Empty array condition",
    "{key} has no values, so the statement never takes effect.",
    "A key without values fits no request. " + _EMPTY,
)
EMPTY_ARRAY_CONDITION_FORALLVALUES = _suggestion(
    "EMPTY_ARRAY_CONDITION_FORALLVALUES",
    "Empty array condition ForAllValues",
    "ForAllValues with no values for {key} holds only where the request has none.",
    "Among no values there is none that fails. " + _EMPTY,
)
EMPTY_ARRAY_CONDITION_FORANYVALUE = _suggestion(
    "EMPTY_ARRAY_CONDITION_FORANYVALUE",
    "Empty array condition ForAnyValue",
    "ForAnyValue with no values for {key} never holds.",
    "Among no values there is none that fits. " + _EMPTY,
)
EMPTY_ARRAY_CONDITION_IFEXISTS = _suggestion(
    "EMPTY_ARRAY_CONDITION_IFEXISTS",
    "Empty array condition IfExists",
    "IfExists with no values for {key} holds only where the request has no such key.",
    "With the key there, nothing fits; without it, IfExists is content. " + _EMPTY,
)
EMPTY_ARRAY_PRINCIPAL = _suggestion(
    "EMPTY_ARRAY_PRINCIPAL",
    "Empty array principal",
    "{type} lists no principal.",
    "The statement speaks of nobody, so it allows and denies nothing.",
)
EMPTY_OBJECT_PRINCIPAL = _suggestion(
    "EMPTY_OBJECT_PRINCIPAL",
    "Empty object principal",
    "{element} is an empty object; it names nobody.",
    "The statement speaks of nobody, so it allows and denies nothing.",
)
EMPTY_OBJECT_CONDITION = _suggestion(
    "EMPTY_OBJECT_CONDITION",
    "Empty object condition",
    "{element} is an empty object; it asks nothing.",
    "A condition without keys always holds. Take it away, or say what it should ask.",
)
EQUIVALENT_TO_NULL_FALSE = _suggestion(
    "EQUIVALENT_TO_NULL_FALSE",
    "Equivalent to null false",
    'The condition only asks whether {key} is there; write "Null": {{"{key}": "false"}}.',
    "The pattern * fits every value, so that the comparison holds whenever the key is present.",
)
EQUIVALENT_TO_NULL_TRUE = _suggestion(
    "EQUIVALENT_TO_NULL_TRUE",
    "Equivalent to null true",
    'The condition only asks whether {key} is missing; write "Null": {{"{key}": "true"}}.',
    "The pattern * fits every value, so that its negation holds only where the key is absent.",
)
REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION = _suggestion(
    "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION",
    "Redundant key due to wildcard in condition",
    "With the pattern * the condition on {key} always holds.",
    "Whether the key is there or not, the condition is met. Take it away, or say which values are meant.",
)
REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION = _suggestion(
    "REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION",
    "Redundant statement due to wildcard in condition",
    "No value of {key} can meet this condition, so the statement never takes effect.",
    "The pattern * fits every value, and the operator asks for one that it does not fit.",
)
NULL_WITH_QUALIFIER = _suggestion(
    "NULL_WITH_QUALIFIER",
    "Null with qualifier",
    "Null takes no {qualifier}; with it the answer is always the same.",
    "Null asks for the key and not for its values: with ForAllValues it always holds, with ForAnyValue never.",
)
CHECKS = (
    EMPTY_ARRAY_CONDITION,
    EMPTY_ARRAY_CONDITION_FORALLVALUES,
    EMPTY_ARRAY_CONDITION_FORANYVALUE,
    EMPTY_ARRAY_CONDITION_IFEXISTS,
    EMPTY_ARRAY_PRINCIPAL,
    EMPTY_OBJECT_PRINCIPAL,
    EMPTY_OBJECT_CONDITION,
    EQUIVALENT_TO_NULL_FALSE,
    EQUIVALENT_TO_NULL_TRUE,
    REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION,
    REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION,
    NULL_WITH_QUALIFIER,
)


def conditions(subject: Subject) -> Iterator[Finding]:
    """Every key has values."""
    for test in subject.tests:
        if not test.condition.values and test.operator is not None:
            yield _empty(test).at(test.condition.span, test.path, key=test.condition.key.text)


def _empty(test: Test) -> Check:
    operator = test.operator
    if operator is not None and operator.if_exists and operator.qualifier is not Qualifier.FOR_ALL_VALUES:
        return EMPTY_ARRAY_CONDITION_IFEXISTS
    match operator.qualifier if operator else None:
        case Qualifier.FOR_ALL_VALUES:
            return EMPTY_ARRAY_CONDITION_FORALLVALUES
        case Qualifier.FOR_ANY_VALUE:
            return EMPTY_ARRAY_CONDITION_FORANYVALUE
        case _:
            return EMPTY_ARRAY_CONDITION


def empty_objects(subject: Subject) -> Iterator[Finding]:
    """Condition and each operator hold something."""
    by_index = {statement.index: statement for statement in subject.statements}
    for index, node in statement_nodes(subject):
        condition = member(node, "Condition")
        statement = by_index.get(index)
        if not isinstance(condition, JsonObject) or statement is None or statement.condition_span is None:
            continue
        span, path = statement.condition_span, ("Statement", index, "Condition")
        if not condition.members:
            yield EMPTY_OBJECT_CONDITION.at(span, path, element="Condition")
        for each in condition.members:
            if isinstance(each.value, JsonObject) and not each.value.members:
                yield EMPTY_OBJECT_CONDITION.at(span, (*path, each.name.value), element=each.name.value)


def principals(subject: Subject) -> Iterator[Finding]:
    """Principal names somebody."""
    if subject.kind.principal is Need.FORBIDDEN:
        return
    by_index = {statement.index: statement for statement in subject.statements}
    for index, node in statement_nodes(subject):
        statement = by_index.get(index)
        element = (statement.principal or statement.not_principal) if statement else None
        written = member(node, element.name) if element else None
        if element is None or not isinstance(written, JsonObject):
            continue
        path = ("Statement", index, element.name)
        if not written.members:
            yield EMPTY_OBJECT_PRINCIPAL.at(element.span, path, element=element.name)
        for each in written.members:
            if isinstance(each.value, JsonArray) and not each.value.items:
                yield EMPTY_ARRAY_PRINCIPAL.at(element.span, (*path, each.name.value), type=each.name.value)


def presence(subject: Subject) -> Iterator[Finding]:
    """A pattern that fits everything is no comparison."""
    for test in subject.tests:
        operator = test.operator
        if operator is None or operator.base not in ("StringLike", "StringNotLike"):
            continue
        if any(is_everything(text) for text in test.texts):
            yield _outcome(test).at(test.condition.span, test.path, key=test.condition.key.text)


def _outcome(test: Test) -> Check:
    operator = test.operator
    vacuous = operator is not None and (operator.if_exists or operator.qualifier is Qualifier.FOR_ALL_VALUES)
    if not test.negated:
        return REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION if vacuous else EQUIVALENT_TO_NULL_FALSE
    if operator is not None and operator.qualifier is Qualifier.FOR_ANY_VALUE and not operator.if_exists:
        return REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION
    return EQUIVALENT_TO_NULL_TRUE


def qualified_null(subject: Subject) -> Iterator[Finding]:
    """Null stands without a set operator."""
    for test in subject.tests:
        if test.base == "Null" and test.operator is not None and test.operator.qualifier is not None:
            qualifier = test.operator.qualifier.value
            yield NULL_WITH_QUALIFIER.at(test.condition.operator.span, test.path[:-1], qualifier=qualifier)


RULES = (conditions, empty_objects, principals, presence, qualified_null)
