"""Time-based one-time passwords: six digits for every thirty seconds, worked out from a shared seed.

Rules: RFC 6238; id_credentials_mfa_enable_virtual.
"""

import hmac
from collections.abc import Iterable
from datetime import datetime

import pyotp

__all__ = ["code_of", "new_seed", "provisioning_uri", "step_of", "step_of_code", "step_of_pair"]

STEP_SECONDS = 30
ISSUER = "iamconsole"
_SIGN_IN_WINDOW = 1
_ENROLLING_WINDOW = 120
"""How far the clock of a device may be off when it is enabled or synchronized: an hour."""


def new_seed() -> str:
    """Make a seed of 160 bits, in base 32."""
    return pyotp.random_base32()


def provisioning_uri(seed: str, label: str) -> str:
    """What an authenticator app reads from a QR code."""
    return pyotp.TOTP(seed).provisioning_uri(name=label, issuer_name=ISSUER)


def step_of(moment: datetime) -> int:
    """The number of the thirty seconds that a moment lies in."""
    return int(moment.timestamp()) // STEP_SECONDS


def code_of(seed: str, step: int) -> str:
    """The six digits of a step."""
    return pyotp.HOTP(seed).at(step)


def step_of_code(seed: str, code: str, moment: datetime, *, drift: int = 0) -> int | None:
    """Find the step whose code this is: the device's own, or one beside it; None for a wrong code."""
    now = step_of(moment) + drift
    found = [step for step in _near(now, _SIGN_IN_WINDOW) if _is_code(seed, code, step)]
    return found[0] if found else None


def step_of_pair(seed: str, first: str, second: str, moment: datetime) -> int | None:
    """Find the step of the second of two codes that follow each other, however wrong the device's clock may be."""
    for step in _near(step_of(moment), _ENROLLING_WINDOW):
        if _is_code(seed, second, step) and _is_code(seed, first, step - 1):
            return step
    return None


def _near(now: int, window: int) -> Iterable[int]:
    """The steps around this one, the nearest first."""
    return sorted(range(now - window, now + window + 1), key=lambda step: abs(step - now))


def _is_code(seed: str, code: str, step: int) -> bool:
    return hmac.compare_digest(code_of(seed, step).encode(), code.encode("utf-8", "replace"))
