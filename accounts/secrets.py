"""Secrets: those that are only compared are hashed, those that must be read again are sealed.

Sealing is AES-GCM under a key kept outside the database; the key's id stands beside the value, so that a value sealed
under another key is told apart from one that was tampered with.
"""

import base64
import binascii
import hashlib
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.utils.crypto import salted_hmac

__all__ = [
    "NO_PASSWORD",
    "UnreadableSecret",
    "fingerprint",
    "hash_password",
    "is_of_this_key",
    "password_matches",
    "seal",
    "unseal",
    "waste_a_check",
]

NO_PASSWORD = "!"  # noqa: S105 - no password, and none can be
"""In place of a hash: no password matches it."""
_VERSION = "1"
_NONCE_BYTES = 12


class UnreadableSecret(Exception):
    """A sealed value that this installation's key does not open."""


def seal(text: str, purpose: str = "") -> str:
    """Seal a text; it opens only for the same purpose (`access key AKIA...`), so that values cannot change places."""
    key: bytes = settings.IAMCONSOLE_SEALING_KEY
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), purpose.encode())
    return f"{_VERSION}.{_key_id(key)}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(sealed: str, purpose: str = "") -> str:
    """Open a sealed text, or raise UnreadableSecret."""
    key: bytes = settings.IAMCONSOLE_SEALING_KEY
    version, _, rest = sealed.partition(".")
    key_id, _, value = rest.partition(".")
    if version != _VERSION or key_id != _key_id(key):
        raise UnreadableSecret("This secret was sealed under another key: set IAMCONSOLE_SEALING_KEY to that one.")
    try:
        content = base64.urlsafe_b64decode(value)
        return AESGCM(key).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], purpose.encode()).decode()
    except (binascii.Error, InvalidTag, ValueError):
        raise UnreadableSecret("This secret was changed after it was sealed, or sealed for something else.") from None


def is_of_this_key(sealed: str) -> bool:
    """Whether a value was sealed under this installation's key; it is not opened."""
    return sealed.split(".")[1:2] == [_key_id(settings.IAMCONSOLE_SEALING_KEY)]


def hash_password(password: str) -> str:
    """Hash a password with the first of Django's hashers, argon2."""
    return make_password(password)


def password_matches(password: str, encoded: str) -> bool:
    """Tell whether a password is the one that was hashed."""
    return check_password(password, encoded)


def waste_a_check(password: str) -> None:
    """Take as long as a check of a password takes, so that an unknown name answers no faster than a known one."""
    check_password(password, _nobody())


def fingerprint(owner: str, encoded: str) -> str:
    """Mark a session with the password it began under, without telling that password's hash."""
    return salted_hmac("accounts.secrets.fingerprint", f"{owner}:{encoded}", algorithm="sha256").hexdigest()


@lru_cache(maxsize=1)
def _nobody() -> str:
    return make_password(secrets.token_urlsafe())


def _key_id(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:8]
