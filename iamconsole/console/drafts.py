"""Drafts: what was typed into a wizard or an editor, kept on the server for a day, for its owner alone."""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet

from accounts.secrets import UnreadableSecret, seal, unseal
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.call import Call
from iamconsole.console.models import Draft

__all__ = ["Once", "discard", "load", "once", "save", "secrets_of", "start", "unfinished"]

LIFETIME = timedelta(days=1)
_DONE = "done"


def start(
    call: Call, kind: str, data: Mapping[str, Any] | None = None, *, secrets: Mapping[str, str] | None = None
) -> Draft:
    """Begin a draft of the caller's, and drop what the caller left lying for longer than a day."""
    _own(call).filter(update_date__lt=call.time - LIFETIME).delete()
    draft = Draft(
        account_id=call.account_id, owner_id=call.principal.principal_id, kind=kind, data=dict(data or {}),
        update_date=call.time,
    )  # fmt: skip
    draft.sealed = _sealed(draft, secrets or {})
    draft.save(force_insert=True)
    return draft


def load(call: Call, draft_id: str | uuid.UUID, kind: str) -> Draft:
    """Find a draft of the caller's, or raise NoSuchEntity: another's does not exist, nor does one from yesterday."""
    try:
        found = _own(call).filter(pk=draft_id, kind=kind, update_date__gte=call.time - LIFETIME).first()
    except (ValidationError, ValueError):
        found = None
    if found is None:
        raise NoSuchEntity("This draft was finished, discarded, or left for more than a day. Start again.")
    return found


def save(call: Call, draft: Draft, data: Mapping[str, Any], *, secrets: Mapping[str, str] | None = None) -> None:
    """Keep the form as it is now; without `secrets` those that were kept stay."""
    draft.data, draft.update_date = dict(data), call.time
    if secrets is not None:
        draft.sealed = _sealed(draft, secrets)
    draft.save(update_fields=["data", "sealed", "update_date"])


def secrets_of(draft: Draft) -> dict[str, str]:
    """Open what was sealed in a draft; nothing, where it was sealed under another key."""
    try:
        return dict(json.loads(unseal(draft.sealed, _purpose(draft)))) if draft.sealed else {}
    except UnreadableSecret:
        return {}


def unfinished(call: Call, kind: str) -> tuple[Draft, ...]:
    """The drafts of this kind that the caller began and left."""
    return tuple(_own(call).filter(kind=kind))


def discard(draft: Draft) -> None:
    """Forget a draft, and what was sealed in it."""
    draft.delete()


@dataclass(slots=True)
class Once:
    """One creating form on its way: `address` is where its first copy led, empty for the first copy itself."""

    address: str = ""

    def lead_to(self, address: str) -> str:
        """Say where the form led, so that its second copy can be sent there; answers the address."""
        self.address = address
        return address


@contextmanager
def once(call: Call, token: uuid.UUID | None) -> Iterator[Once]:
    """Let the second copy of a form wait for the first and learn where it led.

    The caller looks at `address` first, and calls `lead_to` once the thing is made; a copy whose first one failed is
    tried like a first one. Without a token nothing is promised.
    """
    if token is None:
        yield Once()
        return
    with _waiting_for(token):
        done = _own(call).filter(pk=token, kind=_DONE).first()
        attempt = Once(str(done.data["address"]) if done else "")
        yield attempt
        if attempt.address and not done:
            Draft.objects.bulk_create(
                [
                    Draft(
                        draft_id=token, account_id=call.account_id, owner_id=call.principal.principal_id, kind=_DONE,
                        data={"address": attempt.address}, update_date=call.time,
                    )
                ],
                ignore_conflicts=True,
            )  # fmt: skip


@contextmanager
def _waiting_for(token: uuid.UUID) -> Iterator[None]:
    """Hold the database's lock of this name; a second holder waits."""
    number = int.from_bytes(token.bytes[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [number])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def _own(call: Call) -> QuerySet[Draft]:
    return Draft.objects.filter(account_id=call.account_id, owner_id=call.principal.principal_id)


def _sealed(draft: Draft, secrets: Mapping[str, str]) -> str:
    return seal(json.dumps(dict(secrets)), _purpose(draft)) if secrets else ""


def _purpose(draft: Draft) -> str:
    return f"draft {draft.draft_id}"
