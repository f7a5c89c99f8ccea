"""Every base operator by its AWS name, Null apart: Null asks for the key, not for its value."""

from policies.evaluation.conditions import addresses, arns, binary, booleans, dates, numbers, strings
from policies.evaluation.conditions.comparison import Operator

__all__ = ["OPERATORS"]

OPERATORS: dict[str, Operator] = {
    **strings.OPERATORS,
    **numbers.OPERATORS,
    **dates.OPERATORS,
    **booleans.OPERATORS,
    **binary.OPERATORS,
    **addresses.OPERATORS,
    **arns.OPERATORS,
}
