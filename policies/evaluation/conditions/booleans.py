"""Bool.

Rules: reference_policies_elements_condition_operators (Boolean condition operators).
"""

from operator import eq

from policies.evaluation.conditions.comparison import Operator, typed

__all__ = ["OPERATORS", "boolean"]

_TRUTH = {"true": True, "false": False}


def boolean(text: str) -> bool | None:
    """Read `true` or `false` in any case, or answer None."""
    return _TRUTH.get(text.lower())


OPERATORS = {"Bool": Operator(typed(boolean, boolean, eq))}
