"""The practice authenticator: what an app on a phone shows, for rooms without phones.

It is off unless a class turns it on, and it is no second factor: whoever uses the browser sees the codes. The server
keeps nothing of it and looks nothing up: a person types in the secret key that was shown while a device was set up, and
the key goes back to the browser, sealed, in a cookie that ends with it.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import totp
from accounts.secrets import UnreadableSecret, seal, unseal
from iamconsole.console.forms import ConsoleForm
from iamconsole.console.htmx import go_to, page
from iamconsole.console.request import ConsoleRequest

__all__ = ["authenticator"]

COOKIE = "iamconsole_practice"
MOST = 8
_PURPOSE = "practice authenticator"
_SHORTEST, _LONGEST = 16, 128
_FULL = f"It holds {MOST} devices, which is the most. Remove one first."
_NO_KEY = "Enter the secret key as the console shows it: letters and the digits 2 to 7."


@dataclass(frozen=True, slots=True)
class Shown:
    """A device as the page shows it: the code of now, and the one after it."""

    name: str
    code: str
    following: str


class SecretKeyForm(ConsoleForm):
    """A device's secret key, and what to call it here."""

    name = forms.CharField(label="Name", max_length=64, help_text="For you alone, such as the name of your user.")
    secret_key = forms.CharField(
        label="Secret key",
        max_length=4 * _LONGEST,
        help_text="Setting up an MFA device shows it under its QR code.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )

    def clean_secret_key(self) -> str:
        """Leave spaces out; refuse what no codes can be worked out from."""
        key = "".join(str(self.cleaned_data["secret_key"]).split()).upper().rstrip("=")
        try:
            base64.b32decode(key + "=" * (-len(key) % 8))
        except (binascii.Error, ValueError):
            raise forms.ValidationError(_NO_KEY) from None
        if not _SHORTEST <= len(key) <= _LONGEST:
            raise forms.ValidationError(_NO_KEY)
        return key


@never_cache
@sensitive_post_parameters("secret_key")
@require_http_methods(["GET", "POST"])
def authenticator(request: ConsoleRequest) -> HttpResponse:
    """Show the codes of the devices that this browser's cookie holds; add one, or remove one."""
    if not settings.IAMCONSOLE_PRACTICE_AUTHENTICATOR:
        raise Http404
    held = _held(request)
    if request.method == "POST" and "remove" in request.POST:
        return _kept(request, [each for number, each in enumerate(held) if str(number) != request.POST["remove"]])
    form = SecretKeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and len(held) >= MOST:
        form.add_error(None, _FULL)
    if form.is_valid():
        return _kept(request, [*held, (form.cleaned_data["name"], form.cleaned_data["secret_key"])])
    now = timezone.now()
    step = totp.step_of(now)
    context = {
        "form": form,
        "devices": [Shown(name, totp.code_of(key, step), totp.code_of(key, step + 1)) for name, key in held],
        "left": (step + 1) * totp.STEP_SECONDS - int(now.timestamp()),
        "until": datetime.fromtimestamp((step + 1) * totp.STEP_SECONDS, UTC),
        "full": len(held) >= MOST,
    }
    part = "console/signin/_practice_codes.html"
    return page(request, "console/signin/practice.html", context, part={"codes": part}, status=form.status)


def _held(request: ConsoleRequest) -> list[tuple[str, str]]:
    """The names and secret keys in the browser's cookie; none where it cannot be opened."""
    try:
        held: list[tuple[str, str]] = json.loads(unseal(request.COOKIES.get(COOKIE, ""), _PURPOSE))
    except (UnreadableSecret, ValueError):
        return []
    return held


def _kept(request: ConsoleRequest, held: list[Any]) -> HttpResponse:
    """Give the browser its devices back, and show them."""
    response = go_to(request, "practice-authenticator")
    if held:
        sealed = seal(json.dumps(held), _PURPOSE)
        response.set_cookie(COOKIE, sealed, httponly=True, samesite="Strict", secure=request.is_secure())
    else:
        response.delete_cookie(COOKIE, samesite="Strict")
    return response
