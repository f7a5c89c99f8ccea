"""Read the trail."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Left
from django.db.models.lookups import Exact

from accounts import arns
from iamconsole.audit.models import RESOURCE_PREFIX, Event, EventKind
from iamconsole.aws.errors import InvalidInput
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from iamconsole.gate import operation
from iamconsole.keyset import Arms, Filter, Sort, paginate

SORTS = {"time": Sort("event_time", tie=Sort("sequence"))}
REFUSED = "any"
"""The value of the error filter that stands for every error."""
DOWNLOADED = 200_000
"""Events in one file at most."""
DOWNLOADED_AT_ONCE = 1000

_REFUSED = {EventKind.REFUSED_CHANGE, EventKind.REFUSED_READ}
_READS = {EventKind.REFUSED_READ, EventKind.READ}
_NO_ID = uuid.UUID(int=0)


def _error(value: str) -> Q | None:
    return None if value == REFUSED else Q(error_code=value) & ~Q(error_code="")


def _resource(value: str) -> Q:
    prefix = Exact(Left(F("resource_name"), RESOURCE_PREFIX), Value(value[:RESOURCE_PREFIX]))
    return Q(prefix) & Q(resource_name=value) if len(value) >= RESOURCE_PREFIX else Q(prefix)


def _type(value: str) -> Q:
    return Q(resource_type=value if "::" in value else f"AWS::IAM::{value}")


def _event_id(value: str) -> Q:
    try:
        return Q(event_id=uuid.UUID(value))
    except ValueError:
        return Q(event_id=_NO_ID)


FILTERS: dict[str, Filter] = {
    "event": lambda value: Q(event_name=value),
    "user": lambda value: Q(user_name=value),
    "resource": _resource,
    "type": _type,
    "source": lambda value: Q(event_source=value),
    "key": lambda value: Q(access_key_id=value) & ~Q(access_key_id=""),
    "readonly": lambda _value: None,  # which kinds of events are read says it all
    "error": _error,
    "id": _event_id,
}
"""The attributes that events are looked up by; each has an index. Rules: cloudtrail API_LookupAttribute."""


@operation("cloudtrail:LookupEvents", resource=arns.any_resource, read_only=True)
def lookup_events(
    call: Call,
    *,
    reads: bool = False,
    start_time: datetime | None = None,
    end_time: datetime | None = None,
    page: PageRequest = PageRequest(),
) -> Page[Event]:
    """List the account's events, newest first, one page at a time.

    Successful reads are left out unless `reads` is set, or the lookup itself asks for them: by an event's id, or for
    those that only read. The filters of the page are those of FILTERS.

    Rules: cloudtrail API_LookupEvents.
    """
    return _page(_within(call, start_time, end_time), page, reads=reads)


@operation("cloudtrail:LookupEvents", resource=arns.any_resource, read_only=True, batch=True)
def download_events(
    call: Call,
    *,
    reads: bool = False,
    start_time: datetime | None = None,
    end_time: datetime | None = None,
    page: PageRequest = PageRequest(),
) -> Iterator[Event]:
    """Give the newest 200,000 events of a lookup, read from the database as they are asked for.

    Rules: view-cloudtrail-events-console.
    """
    return _all(_within(call, start_time, end_time), page, reads=reads)


@operation("cloudtrail:GetEvent", resource=arns.any_resource, read_only=True)
def get_event(call: Call, *, event_id: str) -> Event | None:
    """Read one event of the account; None where there is no such event, or the id is none."""
    return Event.objects.filter(account_id=call.account_id, event_id=event_id).first()


def _within(call: Call, start_time: datetime | None, end_time: datetime | None) -> QuerySet[Event]:
    rows = Event.objects.filter(account_id=call.account_id)
    if start_time and end_time and start_time > end_time:
        raise InvalidInput("The start time must not be after the end time.", field="startTime")
    if start_time is not None:
        rows = rows.filter(event_time__gte=start_time)
    if end_time is not None:
        rows = rows.filter(event_time__lte=end_time)
    return rows


def _page(rows: QuerySet[Event], page: PageRequest, *, reads: bool) -> Page[Event]:
    kinds = tuple(kind.value for kind in EventKind if kind in _kinds(dict(page.filters), reads=reads))
    if not kinds:
        return Page(items=(), matches=0)
    return paginate(rows, page, sorts=SORTS, default="-time", filters=FILTERS, arms=Arms("kind", kinds))


def _kinds(filters: dict[str, str], *, reads: bool) -> set[EventKind]:
    """The kinds of events that a lookup is about."""
    kinds = set(EventKind)
    if "readonly" in filters:
        kinds = _READS if filters["readonly"].lower() == "true" else kinds - _READS
    elif not reads and "id" not in filters:
        kinds = kinds - {EventKind.READ}
    return kinds & _REFUSED if "error" in filters else kinds


def _all(rows: QuerySet[Event], page: PageRequest, *, reads: bool) -> Iterator[Event]:
    page, left = replace(page, size=DOWNLOADED_AT_ONCE, after=None, before=None), DOWNLOADED
    while left > 0:
        found = _page(rows, page, reads=reads)
        yield from found.items[:left]
        left -= len(found)
        if found.after is None:
            return
        page = replace(page, after=found.after)
