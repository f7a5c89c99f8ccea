"""Slots: up to five people signed in from one browser at once, each at addresses of their own.

The first has the plain addresses; the others stand under `/session/2` to `/session/5`, each with a session cookie of
its own. The prefix is Django's script prefix while such a request lasts, so every address that a page makes carries it,
and a tab stays with whom it began. No subdomains and no script: it works at any address of a classroom's network.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import InterfaceError, OperationalError
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils import timezone

from accounts.models import LoginProfile, User
from accounts.secrets import fingerprint
from iamconsole.console.models import ConsoleSession
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.sessions import FIRST_SLOT, SessionStore, digest, mark_in, mark_seen

__all__ = [
    "SLOTS",
    "SignedIn",
    "SlotMessages",
    "SlotSessions",
    "end_all",
    "free_slot",
    "in_slot",
    "make_room",
    "others",
    "slot_of",
]

SLOTS = range(FIRST_SLOT, FIRST_SLOT + 5)
_PREFIX = re.compile(r"/session/([2-5])(?=/|$)")
_UNPREFIXED = ("//", "/session/", "/static/", "/healthz", "/readyz", "/api")
"""What never stands under a prefix: there is nothing at such an address."""


class SlotSessions(SessionMiddleware):
    """Take the slot's prefix off the address, and give the request the slot's session."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request in its slot."""
        before = get_script_prefix()
        try:
            _enter(cast("ConsoleRequest", request))
            return cast("HttpResponse", super().__call__(request))
        finally:
            set_script_prefix(before)

    def process_request(self, request: HttpRequest) -> None:
        """Open the session of the slot's cookie."""
        slot = slot_of(request)
        session = SessionStore(request.COOKIES.get(_cookie(slot)))
        session.slot = slot
        request.session = session

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Keep the session, under the slot's cookie; Django's own code knows the first one's name only."""
        name, first, cookies = _cookie(slot_of(request)), _cookie(FIRST_SLOT), request.COOKIES
        ended = response.cookies.pop(first, None)  # where everybody signs out
        request.COOKIES = {first: cookies[name]} if name in cookies else {}
        response = super().process_response(request, response)
        request.COOKIES = cookies
        if name != first and first in response.cookies:
            morsel = response.cookies.pop(first)
            morsel.set(name, morsel.value, morsel.coded_value)
            response.cookies[name] = morsel
        if ended is not None:
            response.cookies.setdefault(first, ended)
        if response.status_code < 500:  # the database may be what failed
            mark_seen(cast("SessionStore", request.session))
        return response


class SlotMessages(CookieStorage):
    """Notices in a cookie of the slot's own: what one has done is nothing to another's pages."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        slot = slot_of(request)
        if slot != FIRST_SLOT:
            self.cookie_name = f"{self.cookie_name}_{slot}"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody else who is signed in from this browser."""

    slot: int
    label: str
    address: str


def slot_of(request: HttpRequest) -> int:
    """The slot of a request; the first where nothing was said."""
    return int(getattr(request, "slot", FIRST_SLOT))


def in_slot(address: str, slot: int) -> str:
    """The same page of this site in another slot; `address` is one that `reverse` made."""
    own = get_script_prefix()
    base = re.sub(r"session/[2-5]/$", "", own)
    return f"{base}{'' if slot == FIRST_SLOT else f'session/{slot}/'}{address.removeprefix(own)}"


def others(request: HttpRequest) -> tuple[SignedIn, ...]:
    """Who else is signed in from this browser: one query, and none where there is no other cookie."""
    keys = {key: slot for slot, key in _keys(request).items() if slot != slot_of(request)}
    if not keys:
        return ()
    try:
        found = {keys[row.pk]: row for row in _rows(keys)}
    except (OperationalError, InterfaceError):  # a page that says so is about to be shown
        return ()
    home = reverse("dashboard")
    return tuple(SignedIn(slot, _label(found[slot]), in_slot(home, slot)) for slot in sorted(found))


def free_slot(request: HttpRequest) -> int | None:
    """The first slot that nobody is signed in to; None where all are taken."""
    taken = {each.slot for each in others(request)}
    if hasattr(request, "call"):
        taken.add(slot_of(request))
    return next((slot for slot in SLOTS if slot not in taken), None)


def make_room(request: ConsoleRequest, principal_id: str) -> bool:
    """Move a sign-in to a free slot where somebody else is signed in to its own; tells whether there was one.

    So of two tabs that were both about to fill a slot, the second does not take the first one's place.
    """
    if not hasattr(request, "call") or request.base.principal.principal_id == principal_id:
        return True
    slot = free_slot(request)
    if slot is None:
        return False
    set_script_prefix(in_slot(get_script_prefix(), slot))
    request.slot = slot
    request.session = SessionStore()
    request.session.slot = slot
    return True


def end_all(request: HttpRequest, response: HttpResponse) -> None:
    """End every session of this browser, and take its cookies away."""
    ConsoleSession.objects.filter(pk__in=_keys(request).values()).delete()
    request.session.flush()
    for slot in _keys(request):
        if slot != slot_of(request):
            response.delete_cookie(_cookie(slot), samesite="Lax")


def _enter(request: ConsoleRequest) -> None:
    """Read the slot from the address. A number that is no slot's is left where it is, and nothing is found there."""
    request.slot = FIRST_SLOT
    prefix = _PREFIX.match(request.path_info)
    rest = request.path_info[prefix.end() :] if prefix else ""
    if prefix and not rest.startswith(_UNPREFIXED):
        request.slot = int(prefix[1])
        request.path_info = rest or "/"
        set_script_prefix(f"{get_script_prefix().rstrip('/')}{prefix[0]}/")


def _cookie(slot: int) -> str:
    return settings.SESSION_COOKIE_NAME if slot == FIRST_SLOT else f"{settings.SESSION_COOKIE_NAME}_{slot}"


def _keys(request: HttpRequest) -> dict[int, str]:
    """The slots that have a cookie, with what the database would know its session by."""
    cookies = {slot: request.COOKIES.get(_cookie(slot), "") for slot in SLOTS}
    return {slot: digest(slot, cookie) for slot, cookie in cookies.items() if cookie}


def _rows(keys: Mapping[str, int]) -> list[ConsoleSession]:
    """The sessions of these keys that still hold: not expired, and under the present password."""
    user = User.objects.filter(pk=OuterRef("principal_id")).values("user_name")[:1]
    password = LoginProfile.objects.filter(user_id=OuterRef("principal_id")).values("password")[:1]
    rows = ConsoleSession.objects.filter(pk__in=list(keys), expire_date__gt=timezone.now(), account__isnull=False)
    found = rows.select_related("account").annotate(user_name=Subquery(user), user_password=Subquery(password))
    return [row for row in found if _holds(row)]


def _holds(row: Any) -> bool:
    is_root = row.principal_id == row.account_id
    encoded = row.account.root_password if is_root else row.user_password
    return bool(encoded) and mark_in(row) == fingerprint(row.principal_id, encoded)


def _label(row: Any) -> str:
    return f"{row.user_name or 'root'} @ {row.account.label}"
