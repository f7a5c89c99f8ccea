"""The names of the condition operators and how a compound name is read.

Rules: reference_policies_elements_condition_operators;
reference_policies_condition-single-vs-multi-valued-context-keys.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache

__all__ = ["BASE_OPERATORS", "OperatorName", "Qualifier", "operator_name", "suggested_operator"]

NUMERIC = (
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
)
DATE = (
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
)
BASE_OPERATORS = (
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    *NUMERIC,
    *DATE,
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnNotEquals",
    "ArnLike",
    "ArnNotLike",
    "Null",
)
_IF_EXISTS = "IfExists"


class Qualifier(StrEnum):
    """A set operator in front of an operator."""

    FOR_ALL_VALUES = "ForAllValues"
    FOR_ANY_VALUE = "ForAnyValue"


@dataclass(frozen=True, slots=True)
class OperatorName:
    """A condition operator taken apart."""

    qualifier: Qualifier | None
    base: str
    if_exists: bool

    @property
    def takes_variables(self) -> bool:
        """Whether `${...}` in the value is a variable: only under String and Arn operators."""
        return self.base.startswith(("String", "Arn"))


def operator_name(text: str) -> OperatorName | None:
    """Take an operator's name apart, or answer None for a name that IAM does not know."""
    return _NAMES.get(text)


def suggested_operator(text: str) -> str:
    """A sentence that names the operator probably meant, or nothing."""
    if text.endswith("Null" + _IF_EXISTS):
        return " Null already asks whether the key is there, so it takes no IfExists."
    near = get_close_matches(text, tuple(_NAMES), 1) if len(text) <= 60 else []
    return f' Did you mean "{near[0]}"?' if near else ""


@cache
def _every_name() -> dict[str, OperatorName]:
    names: dict[str, OperatorName] = {}
    for qualifier in (None, *Qualifier):
        prefix = f"{qualifier}:" if qualifier else ""
        for base in BASE_OPERATORS:
            names[prefix + base] = OperatorName(qualifier, base, if_exists=False)
            if base != "Null":
                names[prefix + base + _IF_EXISTS] = OperatorName(qualifier, base, if_exists=True)
    return names


_NAMES = _every_name()
