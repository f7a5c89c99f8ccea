"""ArnEquals, ArnLike and their negations: the six parts of an ARN compared one by one.

Rules: reference_policies_elements_condition_operators (ARN condition operators).
"""

from policies.evaluation.conditions.comparison import Comparison, Operator
from policies.language.variables import Lookup, Template, expand, parse_template, split_arn
from policies.language.wildcards import Matcher, compile_pattern

__all__ = ["OPERATORS"]

_PARTS = 6


def _like(texts: tuple[str, ...], *, variables: bool) -> Comparison:
    patterns = [pattern for text in texts if (pattern := _pattern(text, variables=variables))]

    def compare(text: str, lookup: Lookup) -> bool:
        parts = text.split(":", _PARTS - 1)
        return len(parts) == _PARTS and any(_fits(pattern, parts, lookup) for pattern in patterns)

    return compare


def _pattern(text: str, *, variables: bool) -> tuple[Matcher | Template, ...] | None:
    """The parts of an ARN pattern, or None for one that matches nothing."""
    parts = split_arn(text, variables=variables)
    templates = [parse_template(part, variables=variables, wildcards=True) for part in parts]
    if len(parts) != _PARTS or None in templates:
        return None
    return tuple(_compiled(template) for template in templates if template is not None)


def _compiled(template: Template) -> Matcher | Template:
    only = template[0]
    return compile_pattern(only) if len(template) == 1 and isinstance(only, str) else template


def _fits(pattern: tuple[Matcher | Template, ...], parts: list[str], lookup: Lookup) -> bool:
    for wanted, part in zip(pattern, parts, strict=True):
        if isinstance(wanted, tuple):
            text = expand(wanted, lookup)
            if text is None or not compile_pattern(text)(part):
                return False
        elif not wanted(part):
            return False
    return True


OPERATORS = {
    "ArnEquals": Operator(_like),
    "ArnLike": Operator(_like),
    "ArnNotEquals": Operator(_like, negated=True),
    "ArnNotLike": Operator(_like, negated=True),
}
