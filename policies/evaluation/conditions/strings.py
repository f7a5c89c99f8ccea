"""StringEquals, StringEqualsIgnoreCase, StringLike and their negations.

Rules: reference_policies_elements_condition_operators (string condition operators).
"""

from collections.abc import Callable

from policies.evaluation.conditions.comparison import Comparison, Operator
from policies.language.variables import Lookup, Template, expand, parse_template
from policies.language.wildcards import compile_pattern

__all__ = ["OPERATORS"]


def _equals(texts: tuple[str, ...], *, variables: bool) -> Comparison:
    fixed, open_ones = _templates(texts, variables=variables, wildcards=False)
    wanted = frozenset(fixed)
    if not open_ones:
        return lambda text, _lookup: text in wanted
    return lambda text, lookup: text in wanted or any(expand(each, lookup) == text for each in open_ones)


def _equals_ignore_case(texts: tuple[str, ...], *, variables: bool) -> Comparison:
    fixed, open_ones = _templates(texts, variables=variables, wildcards=False)
    wanted = frozenset(text.casefold() for text in fixed)

    def compare(text: str, lookup: Lookup) -> bool:
        folded = text.casefold()
        if folded in wanted:
            return True
        values = (expand(each, lookup) for each in open_ones)
        return any(value is not None and value.casefold() == folded for value in values)

    return compare


def _like(texts: tuple[str, ...], *, variables: bool) -> Comparison:
    fixed, open_ones = _templates(texts, variables=variables, wildcards=True)
    matchers: tuple[Callable[[str], bool], ...] = tuple(compile_pattern(text) for text in fixed)

    def compare(text: str, lookup: Lookup) -> bool:
        for match in matchers:
            if match(text):
                return True
        patterns = (expand(each, lookup) for each in open_ones)
        return any(pattern is not None and compile_pattern(pattern)(text) for pattern in patterns)

    return compare


def _templates(
    texts: tuple[str, ...], *, variables: bool, wildcards: bool
) -> tuple[tuple[str, ...], tuple[Template, ...]]:
    """The values without variables, and those with; a malformed one matches nothing and is dropped."""
    fixed: list[str] = []
    open_ones: list[Template] = []
    for text in texts:
        template = parse_template(text, variables=variables, wildcards=wildcards)
        if template is None:
            continue
        if len(template) == 1 and isinstance(template[0], str):
            fixed.append(template[0])
        else:
            open_ones.append(template)
    return tuple(fixed), tuple(open_ones)


OPERATORS = {
    "StringEquals": Operator(_equals),
    "StringNotEquals": Operator(_equals, negated=True),
    "StringEqualsIgnoreCase": Operator(_equals_ignore_case),
    "StringNotEqualsIgnoreCase": Operator(_equals_ignore_case, negated=True),
    "StringLike": Operator(_like),
    "StringNotLike": Operator(_like, negated=True),
}
