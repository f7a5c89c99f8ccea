"""What every template is given besides its page's own context."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.urls import reverse

from iamconsole.aws import quotas
from iamconsole.call import Call
from iamconsole.console import preferences, slots, switching
from iamconsole.console.navigation import navigation

__all__ = ["ShownIdentity", "shell"]


@dataclass(frozen=True, slots=True)
class ShownIdentity:
    """Who is signed in, as the top bar shows it."""

    name: str
    account_id: str
    alias: str
    arn: str
    is_root: bool

    @property
    def label(self) -> str:
        """Reads `alice @ class-lab`."""
        return f"{self.name} @ {self.alias or self.account_id}"


def shell(request: HttpRequest) -> Mapping[str, Any]:
    """Give the shell's names: prefs, identity, navigation, messages, csp_nonce, plain_http, password_days, links.

    `base` is who signed in, `switched` the role that was switched to, `recent_roles` those before it.
    `others` is called for who else is signed in from this browser, where a page shows it.
    """
    call: Call | None = getattr(request, "call", None)
    return {
        "prefs": getattr(request, "prefs", None) or preferences.read(request),
        "identity": _identity(call) if call else None,
        "navigation": navigation(request.path) if call else [],
        "messages": get_messages(request),
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "plain_http": bool(getattr(settings, "IAMCONSOLE_PLAIN_HTTP", False)) and not request.is_secure(),
        "slot": slots.slot_of(request),
        "others": partial(slots.others, request),
        "switched": getattr(request, "switched", None),
        "base": _identity(getattr(request, "base", call)) if call else None,
        "recent_roles": switching.recent(request) if call else (),
        "preferences_url": reverse("preferences"),
        "credentials_url": reverse("credentials"),
        "search_url": reverse("search"),
        "password_days": _days_left(call, getattr(request, "password_expires", None)) if call else None,
    }


def _days_left(call: Call, expires: datetime | None) -> int | None:
    """The days until the reader's password expires, once they are few enough to warn of; negative afterwards."""
    if expires is None:
        return None
    days = (expires - call.time).days
    return days if days < quotas.PASSWORD_EXPIRY_WARNING_DAYS else None


def _identity(call: Call) -> ShownIdentity:
    account, principal = call.account, call.principal
    return ShownIdentity(
        name=principal.name,
        account_id=account.account_id,
        alias=account.alias or "",
        arn=principal.arn,
        is_root=principal.identity_type == "Root",
    )
