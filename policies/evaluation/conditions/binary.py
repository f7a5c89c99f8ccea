"""BinaryEquals: base64 text compared byte for byte.

Rules: reference_policies_elements_condition_operators (binary condition operators).
"""

import binascii
from base64 import b64decode
from operator import eq

from policies.evaluation.conditions.comparison import Operator, typed

__all__ = ["OPERATORS", "octets"]


def octets(text: str) -> bytes | None:
    """Read base64, or answer None."""
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


OPERATORS = {"BinaryEquals": Operator(typed(octets, octets, eq))}
