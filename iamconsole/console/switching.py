"""The role that a console session has switched to, and the roles it went to before.

The session keeps who signed in: switching to another role asks that one's permissions, and Switch back finds him again.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse

from accounts.sessions import Standing, recall_session
from iamconsole.call import Call
from iamconsole.console.sessions import FIRST_SLOT

__all__ = ["COLORS", "Switched", "leave", "recall", "recent", "remember", "take"]

COLORS = (
    ("", "None"),
    ("red", "Red"),
    ("orange", "Orange"),
    ("yellow", "Yellow"),
    ("green", "Green"),
    ("blue", "Blue"),
)
COOKIE = "iamconsole_roles"
_ROLE = "role"
_MOST = 5
_YEAR = 365 * 24 * 3600
_SALT = "iamconsole.console.switching"


@dataclass(frozen=True, slots=True)
class Switched:
    """A role that was switched to, as the top bar and the menu show it."""

    account: str
    role_name: str
    display_name: str
    color: str = ""

    @property
    def label(self) -> str:
        """What the badge reads: the display name, or `role @ account`."""
        return self.display_name or f"{self.role_name} @ {self.account}"


def take(request: HttpRequest, access_key_id: str, switched: Switched) -> None:
    """Let the session act with these credentials from its next request on."""
    request.session[_ROLE] = {"key": access_key_id, **asdict(switched)}


def recall(request: HttpRequest, base: Call) -> tuple[Standing, Switched, str] | None:
    """The role that the session acts as, with one query more; None where it acts as who signed in.

    A role's session that has run out, or was ended, leaves who signed in.
    """
    kept: Mapping[str, Any] | None = request.session.get(_ROLE)
    if not kept:
        return None
    standing = recall_session(kept["key"], base.time)
    if standing is None:
        leave(request)
        return None
    switched = Switched(kept["account"], kept["role_name"], kept["display_name"], kept["color"])
    return standing, switched, kept["key"]


def leave(request: HttpRequest) -> None:
    """Let the session act as who signed in again."""
    request.session.pop(_ROLE, None)


def recent(request: HttpRequest) -> tuple[Switched, ...]:
    """The roles last switched to in this slot, the latest first, five at most; what was tampered with is ignored."""
    try:
        kept = signing.loads(request.COOKIES.get(_cookie(request), ""), salt=_SALT)
        return tuple(Switched(**each) for each in kept[:_MOST])
    except (signing.BadSignature, TypeError, ValueError):
        return ()


def remember(request: HttpRequest, response: HttpResponse, switched: Switched) -> None:
    """Keep a role among those last switched to."""
    same = (switched.account, switched.role_name)
    others = [each for each in recent(request) if (each.account, each.role_name) != same]
    value = signing.dumps([asdict(each) for each in (switched, *others)[:_MOST]], salt=_SALT)
    response.set_cookie(
        _cookie(request), value, max_age=_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
    )


def _cookie(request: HttpRequest) -> str:
    """One list a slot: who else is signed in from this browser has roles of his own."""
    slot = int(getattr(request, "slot", FIRST_SLOT))
    return COOKIE if slot == FIRST_SLOT else f"{COOKIE}_{slot}"
