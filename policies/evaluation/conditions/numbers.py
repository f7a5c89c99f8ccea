"""NumericEquals and its kin; the request's value stands on the left.

Rules: reference_policies_elements_condition_operators (numeric condition operators).
"""

import re
from decimal import Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt

from policies.evaluation.conditions.comparison import Operator, typed

__all__ = ["OPERATORS", "number"]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)


@lru_cache(4096)
def number(text: str) -> Decimal | None:
    """Read an integer or decimal, or answer None."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


OPERATORS = {
    "NumericEquals": Operator(typed(number, number, eq)),
    "NumericNotEquals": Operator(typed(number, number, eq), negated=True),
    "NumericLessThan": Operator(typed(number, number, lt)),
    "NumericLessThanEquals": Operator(typed(number, number, le)),
    "NumericGreaterThan": Operator(typed(number, number, gt)),
    "NumericGreaterThanEquals": Operator(typed(number, number, ge)),
}
