"""Unique identifiers as IAM makes them: never reused, so a name given again is known to be someone else.

Rules: reference_identifiers, "Unique identifiers".
"""

import base64
import re
import secrets
from enum import StrEnum

__all__ = ["Prefix", "is_account_id", "new_account_id", "new_id", "new_secret_access_key"]

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ID_LENGTH = 21
_KEY_LENGTH = 20
_SECRET_BYTES = 30  # 30 bytes are exactly 40 characters of base64
_ACCOUNT_ID = re.compile(r"[0-9]{12}")


class Prefix(StrEnum):
    """The four letters that tell what an identifier stands for."""

    USER = "AIDA"
    ROLE = "AROA"
    GROUP = "AGPA"
    MANAGED_POLICY = "ANPA"
    MANAGED_POLICY_VERSION = "ANVA"
    INSTANCE_PROFILE = "AIPA"
    CERTIFICATE = "ASCA"
    PUBLIC_KEY = "APKA"
    ACCESS_KEY = "AKIA"
    TEMPORARY_KEY = "ASIA"
    BEARER_TOKEN = "ABIA"  # noqa: S105 - a prefix, not a token
    SERVICE_CREDENTIAL = "ACCA"


_KEYS = frozenset({Prefix.ACCESS_KEY, Prefix.TEMPORARY_KEY})


def new_id(prefix: Prefix) -> str:
    """Make a new identifier: 21 characters of upper-case base32 with the prefix, 20 for access keys."""
    length = _KEY_LENGTH if prefix in _KEYS else _ID_LENGTH
    return prefix + "".join(secrets.choice(_BASE32) for _ in range(length - len(prefix)))


def new_secret_access_key() -> str:
    """Make the 40 characters of a secret access key."""
    return base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def new_account_id() -> str:
    """Make the twelve digits of an account; the first is never zero, so that spreadsheets keep all twelve."""
    return str(10**11 + secrets.randbelow(9 * 10**11))


def is_account_id(text: str) -> bool:
    """Tell whether the text is twelve digits."""
    return _ACCOUNT_ID.fullmatch(text) is not None
