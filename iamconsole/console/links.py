"""Addresses that any page may want."""

from urllib.parse import unquote, urlencode, urlsplit

from django.urls import get_script_prefix, reverse

from iamconsole.aws.errors import AccessDenied
from policies.access import Judgement

SIMULATE = "iam:SimulatePrincipalPolicy"
TROUBLESHOOT = "iam:TroubleshootAccess"
_NEVER_ONWARD = ("//", "/sign", "/session/")

__all__ = ["explain", "safe_path", "simulator_address"]


def explain(refusal: AccessDenied) -> str:
    """Where a refusal is explained: by its own record for who may troubleshoot, by the simulator for who may simulate.

    Empty for everybody else. What was judged for the refusal tells both, without another query.
    """
    judgement = refusal.decision
    if isinstance(judgement, Judgement):
        if refusal.authorization_id and judgement.also_allows(TROUBLESHOOT, "*"):
            return reverse("access-detail", args=[refusal.authorization_id])
        if not judgement.also_allows(SIMULATE, refusal.principal_arn):
            return ""
    return simulator_address(principal=refusal.principal_arn, action=refusal.action, resource=refusal.resource)


def simulator_address(*, principal: str, action: str, resource: str) -> str:
    """The simulator's address with a request filled in."""
    asked = {"principal": principal, "action": action, "resource": resource}
    return f"{reverse('simulator')}?{urlencode(asked)}"


def safe_path(text: str) -> str:
    """A path of this site, and of this slot, to go on to after sign-in; empty where the text leads elsewhere."""
    prefix = get_script_prefix()
    rest = f"/{text.removeprefix(prefix)}"
    if not text.startswith(prefix) or rest.startswith(_NEVER_ONWARD):
        return ""
    if any(ord(character) < 0x20 or character == "\\" for character in text):
        return ""
    return "" if {".", ".."} & set(unquote(urlsplit(rest).path).split("/")) else text
