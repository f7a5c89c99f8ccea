"""Addresses that any page may want, of pages that may not be built yet."""

from functools import lru_cache
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from iamconsole.aws.errors import AccessDenied

__all__ = ["address_of", "explain", "safe_path"]


@lru_cache(maxsize=64)
def address_of(name: str) -> str:
    """The address of a route without arguments; empty where there is no such route."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def explain(refusal: AccessDenied) -> str:
    """The simulator's address with the refused request filled in; empty where there is no simulator."""
    simulator = address_of("simulator")
    if not simulator:
        return ""
    asked = {"principal": refusal.principal_arn, "action": refusal.action, "resource": refusal.resource}
    return f"{simulator}?{urlencode(asked)}"


def safe_path(text: str) -> str:
    """A path on this site to go on to after sign-in; empty where the text leads elsewhere."""
    if not text.startswith("/") or text.startswith(("//", "/\\", "/sign")):
        return ""
    return "" if any(ord(character) < 0x20 or character == "\\" for character in text) else text
