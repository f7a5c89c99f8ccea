"""Reads a page of a History tab: one query over the row histories, one over the events of their requests."""

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F

from iamconsole.audit.models import Event
from iamconsole.aws import arn
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from policies.history.records import NOTHING, Change, Recorded, Thing, Via
from policies.history.statements import query

__all__ = ["read_change", "read_history"]


class _Place(NamedTuple):
    """Where a change stands in the one order of all of them."""

    at: datetime
    tie: int


def read_history(call: Call, noun: str, entity_id: str, page: PageRequest) -> Page[Change]:
    """Read the changes of what a user, group, role or policy may do, newest first."""
    before, after = _place(page.before), _place(page.after)
    if before is not None:
        rows = _rows(call, noun, entity_id, "ASC", before, page.size + 1)
        if len(rows) >= page.size:
            shown = rows[: page.size][::-1]
            return _page(call, shown, more_before=len(rows) > page.size, more_after=True)
    elif after is not None:
        rows = _rows(call, noun, entity_id, "DESC", after, page.size + 1)
        if rows:
            return _page(call, rows[: page.size], more_before=True, more_after=len(rows) > page.size)
    rows = _rows(call, noun, entity_id, "DESC", None, page.size + 1)
    return _page(call, rows[: page.size], more_before=False, more_after=len(rows) > page.size)


def read_change(call: Call, noun: str, entity_id: str, key: str) -> Change | None:
    """Read one change by its key, with the documents before and after; None where the entity has no such change."""
    place = _place(key)
    rows = _rows(call, noun, entity_id, "ONE", place, 1, documents=True) if place else []
    return _changes(call, rows)[0] if rows else None


def _rows(
    call: Call, noun: str, entity_id: str, order: str, place: _Place | None, limit: int, *, documents: bool = False
) -> list[dict[str, Any]]:
    given: dict[str, Any] = {
        "account": call.account_id, "entity": entity_id, "limit": limit, "documents": documents,
        "at": place and place.at, "tie": place and place.tie,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(query(noun, order), given)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _page(call: Call, rows: list[dict[str, Any]], *, more_before: bool, more_after: bool) -> Page[Change]:
    changes = _changes(call, rows)
    return Page(
        tuple(changes),
        before=changes[0].key if changes and more_before else None,
        after=changes[-1].key if changes and more_after else None,
    )


def _changes(call: Call, rows: list[dict[str, Any]]) -> list[Change]:
    decoded = [{name: _decoded(name, value) for name, value in row.items()} for row in rows]
    events = _Events(call, [(row["image"] or {}).get("pgh_context") or {} for row in decoded])
    return [_change(row, events) for row in decoded]


_JSON = frozenset(
    {"image", "was", "user_names", "group_names", "role_names", "policy", "policy_was", "vias", "asking", "carried"}
)


def _decoded(name: str, value: Any) -> Any:
    """JSON comes as text from a plain cursor."""
    return json.loads(value) if name in _JSON and isinstance(value, str) else value


def _change(row: Mapping[str, Any], events: "_Events") -> Change:
    image, was = row["image"], row["was"] or NOTHING
    before, after = _documents(row, image, was)
    return Change(
        key=_key(_Place(row["at"], row["tie"])),
        at=row["at"],
        kind=row["kind"],
        label=row["label"],
        row=image,
        was=was,
        things=_things(row),
        indirect=row["indirect"],
        vias=tuple(Via(via["through"], _named("group", via) if via["group"] else None) for via in row["vias"] or ()),
        asking=tuple(row["asking"] or ()),
        carried=tuple(row["carried"] or ()),
        before=before,
        after=after,
        recorded=events.of(image.get("pgh_context") or {}),
    )


_TEXTS = {"inline": "document", "version": "document", "role": "assume_role_policy_document"}


def _documents(row: Mapping[str, Any], image: Mapping[str, Any], was: Mapping[str, Any]) -> tuple[str, str]:
    """The document before and after a change; empty where there was none, or where the change is of none."""
    deleted = row["label"] == "delete"
    name = _TEXTS.get(row["kind"])
    if name is None:
        held = row["held"] or ""
        return (held, "") if deleted else (row["held_before"] or "", held)
    if deleted:
        return image[name], ""
    return was.get(name) or "", image[name]


def _things(row: Mapping[str, Any]) -> dict[str, Thing]:
    things = {noun: _named(noun, row[f"{noun}_names"]) for noun in ("user", "group", "role") if row[f"{noun}_names"]}
    policies = {name: _policy(row[name]) for name in ("policy", "policy_was") if row[name]}
    return {**things, **policies}


def _named(noun: str, names: Mapping[str, Any]) -> Thing:
    now = names["now"] or ""
    return Thing(noun, names["then"] or now, address=now, name_now=now)


def _policy(named: Mapping[str, Any]) -> Thing:
    address = arn.policy_arn(named["account"], named["path"], named["name"]) if named["kept"] else ""
    return Thing("policy", named["name"], address, named["name"] if named["kept"] else "")


class _Events:
    """The events of the requests that some rows were written by."""

    def __init__(self, call: Call, contexts: Iterable[Mapping[str, Any]]) -> None:
        asked = {context["request_id"] for context in contexts if context.get("request_id")}
        rows = Event.objects.filter(account_id=call.account_id, request_id__in=asked, read_only=False, error_code="")
        self._found: dict[str, list[Recorded]] = {}
        if asked:
            columns = ("request_id", "event_id", "event_name", "event_time", "identity")
            read = rows.annotate(identity=F("record__userIdentity")).order_by("sequence").values_list(*columns)
            for request_id, event_id, name, time, identity in read:
                recorded = Recorded(str(event_id), name, time, identity or NOTHING)
                self._found.setdefault(str(request_id), []).append(recorded)

    def of(self, context: Mapping[str, Any]) -> Recorded | None:
        """The event of a change; of several in one request, that of the same operation."""
        events = self._found.get(context.get("request_id", ""), [])
        operation = context.get("action", "").partition(":")[2]
        exact = [event for event in events if event.event_id == context.get("event_id")]
        same = [event for event in events if event.name == operation]
        return next(iter((*exact, *same)), None)


def _key(place: _Place) -> str:
    text = json.dumps([place.at.isoformat(), place.tie])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _place(key: str | None) -> _Place | None:
    """Read a place from an address, where anything may stand; None for what is none."""
    if not key:
        return None
    try:
        at, tie = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
        moment = datetime.fromisoformat(at)
        return _Place(moment, tie) if moment.tzinfo and type(tie) is int and abs(tie) < 1 << 62 else None
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None
