"""Addresses that any page may want."""

import re
from urllib.parse import unquote, urlencode, urlsplit

from django.conf import settings
from django.urls import get_script_prefix, reverse

from iamconsole.aws.errors import AccessDenied, IamError
from policies.access import Judgement

SIMULATE = "iam:SimulatePrincipalPolicy"
TROUBLESHOOT = "iam:TroubleshootAccess"
EXPLAINED = re.compile(r"Explain: (/(?:session/[2-5]/)?iam/access/[0-9a-f-]{36})")
"""Where a sentence leads to the explanation of the refusal that it tells of."""
_NEVER_ONWARD = ("//", "/sign", "/session/")

__all__ = ["EXPLAINED", "explain", "practice_authenticator", "safe_path", "sentence_of", "simulator_address"]


def practice_authenticator() -> str:
    """The page that shows MFA codes in a class; empty where it is off."""
    return reverse("practice-authenticator") if settings.IAMCONSOLE_PRACTICE_AUTHENTICATOR else ""


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


def sentence_of(error: IamError) -> str:
    """The sentence of an error where there is room for one: of a refusal with its id, and the way to its explanation.

    The link is drawn where the sentence is (the filter `linked`).
    """
    if not isinstance(error, AccessDenied) or not error.authorization_id:
        return error.message
    address = explain(error)
    way = f" Explain: {address}" if EXPLAINED.fullmatch(f"Explain: {address}") else ""
    return f"{error.message} (authorization ID {error.authorization_id}).{way}"


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
