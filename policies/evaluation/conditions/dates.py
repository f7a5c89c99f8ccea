"""DateEquals and its kin; the request's value stands on the left.

Rules: reference_policies_elements_condition_operators (date condition operators).
"""

from operator import eq, ge, gt, le, lt

from policies.evaluation.conditions.comparison import Operator, typed
from policies.language.instants import instant

__all__ = ["OPERATORS"]

OPERATORS = {
    "DateEquals": Operator(typed(instant, instant, eq)),
    "DateNotEquals": Operator(typed(instant, instant, eq), negated=True),
    "DateLessThan": Operator(typed(instant, instant, lt)),
    "DateLessThanEquals": Operator(typed(instant, instant, le)),
    "DateGreaterThan": Operator(typed(instant, instant, gt)),
    "DateGreaterThanEquals": Operator(typed(instant, instant, ge)),
}
