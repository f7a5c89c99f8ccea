"""How an operator meets the values of a key: missing keys, IfExists, set operators, empty lists, Null.

Rules: reference_policies_condition-logic-multiple-context-keys-or-values;
reference_policies_condition-single-vs-multi-valued-context-keys.
"""

from collections.abc import Callable
from typing import Protocol

from policies.evaluation.conditions.booleans import boolean
from policies.evaluation.conditions.comparison import Comparison
from policies.evaluation.conditions.table import OPERATORS
from policies.language.operators import OperatorName, Qualifier

__all__ = ["ConditionTest", "ContextValues", "compile_condition"]


class ContextValues(Protocol):
    """The request's context as conditions read it."""

    def values(self, key: str) -> tuple[str, ...]:
        """All values of a lower-case key; none when it is missing."""

    def variable(self, key: str) -> str | None:
        """The one value of a lower-case key."""


ConditionTest = Callable[[ContextValues], bool]


def compile_condition(operator: OperatorName, key: str, texts: tuple[str, ...], *, variables: bool) -> ConditionTest:
    """The test of one key under one operator."""
    key = key.lower()
    if operator.base == "Null":
        return _null(operator, key, texts)
    base = OPERATORS[operator.base]
    compare = base.prepare(texts, variables=variables and operator.takes_variables)
    # A comparison answers True, False, or None for unreadable values; only a real False satisfies a negated operator.
    good = not base.negated
    if operator.qualifier is Qualifier.FOR_ALL_VALUES:
        return _for_all_values(key, compare, good=good, empty=not texts)
    if operator.qualifier is Qualifier.FOR_ANY_VALUE:
        return _for_any_value(key, compare, good=good, empty=not texts, missing=operator.if_exists)
    if not texts:
        return _nothing_listed(key, missing=operator.if_exists)
    return _plain(key, compare, good=good, missing=operator.if_exists or base.negated)


def _plain(key: str, compare: Comparison, *, good: bool, missing: bool) -> ConditionTest:
    def test(context: ContextValues) -> bool:
        values = context.values(key)
        if len(values) == 1:
            return compare(values[0], context.variable) is good
        # Several values without a set operator are compared with nothing, under negated operators too.
        return missing if not values else False

    return test


def _nothing_listed(key: str, *, missing: bool) -> ConditionTest:
    """`[]` under a plain operator: true only where IfExists meets a missing key."""
    return lambda context: missing and not context.values(key)


def _for_all_values(key: str, compare: Comparison, *, good: bool, empty: bool) -> ConditionTest:
    def test(context: ContextValues) -> bool:
        values = context.values(key)
        if not any(values):
            return True  # missing, or nothing but empty strings
        return not empty and all(compare(value, context.variable) is good for value in values)

    return test


def _for_any_value(key: str, compare: Comparison, *, good: bool, empty: bool, missing: bool) -> ConditionTest:
    def test(context: ContextValues) -> bool:
        values = context.values(key)
        if not values:
            return missing
        return not empty and any(compare(value, context.variable) is good for value in values)

    return test


def _null(operator: OperatorName, key: str, texts: tuple[str, ...]) -> ConditionTest:
    if operator.qualifier is not None:
        constant = operator.qualifier is Qualifier.FOR_ALL_VALUES
        return lambda _context: constant
    absent_wanted = {boolean(text) for text in texts}
    return lambda context: (not context.values(key)) in absent_wanted
