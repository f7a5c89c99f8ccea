"""Addresses that any page may want."""

from urllib.parse import urlencode

from django.urls import reverse

from iamconsole.aws.errors import AccessDenied
from policies.access import Judgement

SIMULATE = "iam:SimulatePrincipalPolicy"

__all__ = ["explain", "safe_path", "simulator_address"]


def explain(refusal: AccessDenied) -> str:
    """The simulator's address with the refused request filled in; empty for who may not simulate."""
    judgement = refusal.decision
    if isinstance(judgement, Judgement) and not judgement.also_allows(SIMULATE, refusal.principal_arn):
        return ""
    return simulator_address(principal=refusal.principal_arn, action=refusal.action, resource=refusal.resource)


def simulator_address(*, principal: str, action: str, resource: str) -> str:
    """The simulator's address with a request filled in."""
    asked = {"principal": principal, "action": action, "resource": resource}
    return f"{reverse('simulator')}?{urlencode(asked)}"


def safe_path(text: str) -> str:
    """A path on this site to go on to after sign-in; empty where the text leads elsewhere."""
    if not text.startswith("/") or text.startswith(("//", "/\\", "/sign")):
        return ""
    return "" if any(ord(character) < 0x20 or character == "\\" for character in text) else text
