"""Read the trail."""

from datetime import datetime

from django.db.models import Q

from accounts import arns
from iamconsole.audit.models import Event, EventKind
from iamconsole.aws.errors import InvalidInput
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from iamconsole.gate import operation
from iamconsole.keyset import Filter, Sort, paginate

SORTS = {"time": Sort("sequence")}
REFUSED = "any"
"""The value of the error filter that stands for every error."""


def _error(value: str) -> Q:
    return ~Q(error_code="") if value == REFUSED else Q(error_code=value)


FILTERS: dict[str, Filter] = {
    "event": lambda value: Q(event_name=value),
    "user": lambda value: Q(user_name=value),
    "error": _error,
    "resource": lambda value: Q(resource_name=value),
    "source": lambda value: Q(event_source=value),
    "key": lambda value: Q(access_key_id=value),
}


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

    Successful reads are left out unless `reads` is set. The filters of the page are those of FILTERS.

    Rules: cloudtrail API_LookupEvents.
    """
    rows = Event.objects.filter(account_id=call.account_id)
    if not reads:
        rows = rows.exclude(kind=EventKind.READ)
    if start_time is not None:
        rows = rows.filter(event_time__gte=start_time)
    if end_time is not None:
        rows = rows.filter(event_time__lte=end_time)
    if start_time and end_time and start_time > end_time:
        raise InvalidInput("The start time must not be after the end time.", field="startTime")
    return paginate(rows, page, sorts=SORTS, default="-time", search=("event_name", "user_name"), filters=FILTERS)


@operation("cloudtrail:GetEvent", resource=arns.any_resource, read_only=True)
def get_event(call: Call, *, event_id: str) -> Event | None:
    """Read one event of the account; None where there is no such event, or the id is none."""
    return Event.objects.filter(account_id=call.account_id, event_id=event_id).first()
