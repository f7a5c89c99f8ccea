"""Passkeys at the console: where a browser has them, and the challenge that a session waits to be answered.

The challenge is kept in the session of whoever is asked, and forgotten with the first answer.
"""

import base64
import ipaddress
from datetime import datetime
from urllib.parse import urlsplit

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from accounts.passkeys import Answer, Challenge, RelyingParty, new_challenge
from iamconsole.console.forms import ConsoleForm

__all__ = ["PasskeyForm", "answer_of", "challenge_for", "party_of", "unavailable"]

NOTHING = "Nothing came from your passkey. Use the button, and follow your browser."
NEEDS_HTTPS = "Passkeys and security keys need https, or the console opened at localhost."
NEEDS_NAME = (
    "A browser ties passkeys and security keys to a host name, and this address is a number. They work where the"
    " console is opened by a name: on its own machine, at localhost."
)
_CHALLENGE = "passkey"


class PasskeyForm(ConsoleForm):
    """What the browser answered; the page's script fills it in and sends it."""

    credential = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> None:
        """Refuse a form that was sent without the script's doing; the sentence stands above the form."""
        super().clean()
        if not self.cleaned_data.get("credential"):
            raise forms.ValidationError(NOTHING)


def party_of(request: HttpRequest) -> RelyingParty:
    """The console as the browser of this request knows it."""
    return RelyingParty(_host(request), f"{request.scheme}://{request.get_host()}")


def unavailable(request: HttpRequest) -> str:
    """Why there are no passkeys at this address, in one sentence; empty where there are."""
    host = _host(request)
    if _is_number(host):
        return NEEDS_NAME if request.is_secure() or ipaddress.ip_address(host).is_loopback else NEEDS_HTTPS
    return "" if request.is_secure() or f".{host}".endswith(".localhost") else NEEDS_HTTPS


def challenge_for(request: HttpRequest, purpose: str) -> Challenge:
    """Set a challenge for the session, in place of an earlier one."""
    challenge = new_challenge(party_of(request), timezone.now())
    request.session[_CHALLENGE] = {
        "purpose": purpose,
        "value": base64.b64encode(challenge.value).decode(),
        "issued": challenge.issued.isoformat(),
        "host": challenge.party.host,
        "origin": challenge.party.origin,
    }
    return challenge


def answer_of(request: HttpRequest, purpose: str, credential: str) -> Answer | None:
    """Put an answer beside the challenge it is for, which is forgotten; None where the session waits for none."""
    kept = request.session.pop(_CHALLENGE, None)
    if not kept or kept["purpose"] != purpose:
        return None
    party = RelyingParty(kept["host"], kept["origin"])
    challenge = Challenge(base64.b64decode(kept["value"]), datetime.fromisoformat(kept["issued"]), party)
    return Answer(challenge, credential)


def _host(request: HttpRequest) -> str:
    return urlsplit(f"//{request.get_host()}").hostname or ""


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
