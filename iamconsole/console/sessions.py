"""Console sessions: where they are kept, which of them somebody has, and how they end.

The engine is Django's, on rows of our own that say whose a session is. The database holds a digest of a session's key,
never the key; the slot of the browser is part of it, so that a key is worth nothing in another slot.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib.sessions.backends import db
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from iamconsole.console.models import ConsoleSession

__all__ = [
    "FIRST_SLOT",
    "ActiveSession",
    "SessionStore",
    "active",
    "digest",
    "end_others",
    "mark_in",
    "mark_seen",
    "mine",
    "note_origin",
]

FIRST_SLOT = 1
SHOWN = 50
_SEEN_AGAIN = timedelta(minutes=5)
_PRINCIPAL, _MARK, _ISSUED, _MFA = "principal", "mark", "issued", "mfa"  # what begin_session writes
_ACCOUNT, _SOURCE_IP, _USER_AGENT = "account", "source_ip", "user_agent"
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


class SessionStore(db.SessionStore):
    """A session whose row tells whose it is; `slot` is the place in the browser that it belongs to."""

    slot = FIRST_SLOT
    seen: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[ConsoleSession]:  # type: ignore[override]  # the engine asks for no more than its fields
        """The model of the rows."""
        return ConsoleSession

    def create_model_instance(self, data: Mapping[str, Any]) -> ConsoleSession:  # type: ignore[override]
        """Make the row: what was kept, and whose it is in columns of their own."""
        return ConsoleSession(
            session_key=digest(self.slot, self._get_or_create_session_key()),  # type: ignore[attr-defined]  # not in the stubs
            session_data=self.encode(dict(data)),
            expire_date=self.get_expiry_date(),
            account_id=data.get(_ACCOUNT),
            principal_id=data.get(_PRINCIPAL, ""),
            issued=_time(data.get(_ISSUED)),
            mfa_authenticated=bool(data.get(_MFA)),
            source_ip=data.get(_SOURCE_IP, ""),
            user_agent=data.get(_USER_AGENT, ""),
        )

    def exists(self, session_key: str) -> bool:
        """Tell whether there is a session of this key in the slot."""
        return ConsoleSession.objects.filter(pk=digest(self.slot, session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        """End the session of this key, or this one."""
        key = session_key or self.session_key
        if key is not None:
            ConsoleSession.objects.filter(pk=digest(self.slot, key)).delete()

    def _get_session_from_db(self) -> ConsoleSession | None:
        key = digest(self.slot, self.session_key or "")
        row = ConsoleSession.objects.filter(pk=key, expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
            return None
        self.seen = row.last_seen
        return row


@dataclass(frozen=True, slots=True)
class ActiveSession:
    """A session as its owner sees it."""

    row: ConsoleSession
    is_this: bool = False

    @property
    def browser(self) -> str:
        """Reads `Chrome on Linux`."""
        agent = self.row.user_agent
        browser = next((name for word, name in _BROWSERS if word in agent), "")
        system = next((name for word, name in _SYSTEMS if word in agent), "")
        return " on ".join(filter(None, (browser or ("Another browser" if agent else "Unknown"), system)))


def digest(slot: int, key: str) -> str:
    """What the database knows a session by."""
    return hashlib.sha256(f"{slot}:{key}".encode()).hexdigest()


def note_origin(request: HttpRequest, account_id: str) -> None:
    """Note in a session that begins whose account it is of and where it comes from; drop those that ran out."""
    request.session[_ACCOUNT] = account_id
    request.session[_SOURCE_IP] = request.META.get("REMOTE_ADDR", "")[:45]
    request.session[_USER_AGENT] = request.headers.get("User-Agent", "")[:256]
    SessionStore.clear_expired()


def mark_seen(session: SessionStore) -> None:
    """Note that a session is in use, at most once in some minutes."""
    now = timezone.now()
    if session.session_key and session.seen and now - session.seen >= _SEEN_AGAIN:
        ConsoleSession.objects.filter(pk=_digest_of(session)).update(last_seen=now)


def active(account_id: str, principal_id: str, mark: str) -> tuple[ActiveSession, ...]:
    """The sessions of a user or a root user, the latest first; one under an earlier password has another `mark`."""
    rows = _of(account_id, principal_id).order_by("-issued")[:SHOWN]
    return tuple(ActiveSession(row) for row in rows if mark_in(row) == mark)


def mine(request: HttpRequest) -> tuple[ActiveSession, ...]:
    """The sessions of whoever signed in to the one that asks, which comes first and is marked."""
    this = _digest_of(cast("SessionStore", request.session))
    found = active(*_signed_in(request), request.session.get(_MARK, ""))
    own = [replace(each, is_this=True) for each in found if each.row.pk == this]
    return (*own, *(each for each in found if each.row.pk != this))


def mark_in(row: ConsoleSession) -> str:
    """The mark of the password under which a session began."""
    return str(SessionStore().decode(row.session_data).get(_MARK, ""))


def end_others(request: HttpRequest, key: str = "") -> int:
    """End the other sessions of whoever signed in, or the one of them that is named; answers how many ended."""
    others = _of(*_signed_in(request)).exclude(pk=_digest_of(cast("SessionStore", request.session)))
    ended, _ = (others.filter(pk=key) if key else others).delete()
    return ended


def _of(account_id: str, principal_id: str) -> QuerySet[ConsoleSession]:
    return ConsoleSession.objects.filter(
        account_id=account_id, principal_id=principal_id, expire_date__gt=timezone.now()
    )


def _signed_in(request: HttpRequest) -> tuple[str, str]:
    """Account and principal of the sign-in, whatever role the session has taken since."""
    return request.session.get(_ACCOUNT, ""), request.session.get(_PRINCIPAL, "")


def _digest_of(session: SessionStore) -> str:
    return digest(session.slot, session.session_key or "")


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
