"""Event history: what was done in the account, and what was refused."""

import csv
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from iamconsole.audit.models import Event
from iamconsole.audit.operations import DOWNLOADED, REFUSED, download_events, get_event, lookup_events
from iamconsole.aws.paging import Page
from iamconsole.call import Call
from iamconsole.console.highlight import json_lines, pretty
from iamconsole.console.htmx import focus, page, wants_part
from iamconsole.console.links import SIMULATE, TROUBLESHOOT, simulator_address
from iamconsole.console.listing import Listing, read_listing
from iamconsole.console.places import crumbs
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.spreadsheet import harmless
from policies import access

LABELS = {
    "event": "Event name",
    "user": "User name",
    "resource": "Resource name",
    "type": "Resource type",
    "source": "Event source",
    "key": "Access key ID",
    "readonly": "Read-only",
    "error": "Error code",
    "id": "Event ID",
}
NEWEST_FIRST: tuple[str, ...] = ()
"""The history has one order, as AWS's has: an address that asks for another gets this one."""
RANGES = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "7d": timedelta(days=7), "90d": timedelta(days=90)}
CUSTOM = "custom"
RANGE_CHOICES = (
    ("", "All times"),
    ("1h", "Last hour"),
    ("1d", "Last day"),
    ("7d", "Last 7 days"),
    ("90d", "Last 90 days"),
    (CUSTOM, "From ... to ... (UTC)"),
)
KEPT = ("reads", "range", "from", "to", "event")
COLUMNS = {
    "Event name": "eventName",
    "Event time": "eventTime",
    "User name": "",
    "Event source": "eventSource",
    "Resource type": "",
    "Resource name": "",
    "Error code": "errorCode",
    "AWS access key": "",
    "Read-only": "",
    "Source IP address": "sourceIPAddress",
    "AWS region": "awsRegion",
    "Request ID": "requestID",
    "Event ID": "eventID",
}
"""The columns of the CSV, with the element of the record where the cell is one."""


@dataclass(frozen=True, slots=True)
class Span:
    """The time that a lookup is about; `problem` says what is wrong with the one that was asked for."""

    start: datetime | None = None
    end: datetime | None = None
    problem: str = ""

    @property
    def times(self) -> dict[str, datetime | None]:
        """What the operations take."""
        return {"start_time": self.start, "end_time": self.end}


@require_GET
def history(request: ConsoleRequest) -> HttpResponse:
    """List the events, newest first; `?event=` opens one beside the list."""
    request.GET = _lookup(request.GET)  # type: ignore[assignment]  # a copy that nobody changes any more
    listing = _listing(request)
    chosen = _chosen(request)
    if wants_part(request) and request.htmx.target == "split":
        response = page(request, "audit/history.html", {"event": chosen}, part={"split": "audit/_event.html"})
        return focus(response, "#split-title") if chosen else response
    span = _span(request)
    context = {
        "title": "Event history",
        "crumbs": crumbs("Event history"),
        "listing": listing,
        "events": _events(request, listing, span),
        "event": chosen,
        "reads": _reads(request),
        "range": request.GET.get("range", ""),
        "ranges": RANGE_CHOICES,
        "span": {"from": request.GET.get("from", ""), "to": request.GET.get("to", ""), "problem": span.problem}
        if request.GET.get("range") == CUSTOM
        else None,
        "labels": LABELS,
        "attribute": next(iter(dict(listing.request.filters)), "user"),
        "refused_only": listing.value("error") == REFUSED,
        "downloads": {kind: f"{reverse('event-download')}?{_query(request, kind)}" for kind in ("csv", "json")},
        "downloaded": DOWNLOADED,
        "troubleshoots": access.may(request.call, TROUBLESHOOT),
    }
    response = page(request, "audit/history.html", context, part={"list": "audit/_list.html"})
    if wants_part(request):
        response["HX-Push-Url"] = listing.href()
    return response


@require_GET
def download(request: ConsoleRequest) -> HttpResponseBase:
    """Give the newest 200,000 events of the lookup as CSV, or as JSON in the form of CloudTrail's log files.

    Rules: cloudtrail-log-file-examples.
    """
    request.GET = _lookup(request.GET)  # type: ignore[assignment]  # a copy that nobody changes any more
    span = _span(request)
    found: Iterable[Event] = (
        ()
        if span.problem
        else download_events(request.call, reads=_reads(request), **span.times, page=_listing(request).request)
    )
    if request.GET.get("as") == "json":
        return _attachment(_json(found), "application/json", "event_history.json")
    return _attachment(_csv(found), "text/csv", "event_history.csv")


def _lookup(asked: QueryDict) -> QueryDict:
    """Read the lookup form (`by`, `value`, `refused`) as the filters it stands for; other addresses stay."""
    if "by" not in asked:
        return asked
    asked = asked.copy()
    (by,), (value,) = asked.pop("by")[-1:], (asked.pop("value", None) or [""])[-1:]
    filters = [f"{by}:{value}"] if value.strip() else []
    if asked.pop("refused", None) and by != "error":
        filters.append(f"error:{REFUSED}")
    asked.setlist("f", filters)
    return asked


def _listing(request: ConsoleRequest) -> Listing:
    return read_listing(request, sorts=NEWEST_FIRST, default="-time", filters=LABELS, keep=KEPT)


def _events(request: ConsoleRequest, listing: Listing, span: Span) -> Page[Event]:
    if span.problem:
        return Page(items=())
    return lookup_events(request.call, reads=_reads(request), **span.times, page=listing.request)


def _reads(request: ConsoleRequest) -> bool:
    return request.GET.get("reads") == "1"


def _span(request: ConsoleRequest) -> Span:
    asked = request.GET.get("range", "")
    if asked != CUSTOM:
        return Span(request.call.time - RANGES[asked]) if asked in RANGES else Span()
    try:
        start, end = (_moment(request.GET.get(name, "")) for name in ("from", "to"))
    except ValueError:
        return Span(problem="Write times as 2026-11-25T10:30, in UTC.")
    if start and end and start > end:
        return Span(problem="The start must not be after the end.")
    return Span(start, end)


def _moment(text: str) -> datetime | None:
    """Read a time of the form; an empty one bounds nothing. Raises ValueError."""
    if not text.strip():
        return None
    moment = parse_datetime(text.strip())
    if moment is None:
        raise ValueError(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _chosen(request: ConsoleRequest) -> dict[str, Any] | None:
    """What the panel shows of the event in the address; None where there is none of that id."""
    try:
        event_id = str(uuid.UUID(request.GET.get("event", "")))
    except ValueError:
        return None
    event = get_event(request.call, event_id=event_id)
    if event is None:
        return None
    text = pretty(event.record)
    lines = text.splitlines()
    return {
        "event": event,
        "text": text,
        "lines": json_lines(text),
        "wrong": [number for number, line in enumerate(lines, 1) if line.startswith('    "errorCode"')],
        "explain": _explain(request.call, event),
        "decided": event.decision,
    }


def _explain(call: Call, event: Event) -> str:
    """Where a decision is explained, by its own record or by the simulator; empty for who may open neither."""
    if not event.decision:
        return ""
    if access.may(call, TROUBLESHOOT):
        return reverse("access-detail", args=[event.event_id])
    principal = event.record["userIdentity"].get("arn", "")
    if not access.may(call, SIMULATE, principal):
        return ""
    return simulator_address(principal=principal, action=event.decision["action"], resource=event.decision["resource"])


def _query(request: ConsoleRequest, kind: str) -> str:
    asked = request.GET.copy()
    for name in ("after", "before", "event", "size"):
        asked.pop(name, None)
    asked["as"] = kind
    return asked.urlencode()


class _Echo:
    """Gives back what is written to it."""

    def write(self, text: str) -> str:
        """Give it back."""
        return text


def _csv(events: Iterable[Event]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for event in events:
        yield writer.writerow([harmless(cell) for cell in _row(event)])


def _json(events: Iterable[Event]) -> Iterator[str]:
    between = '{"Records": [\n'
    for event in events:
        yield between + json.dumps(event.record)
        between = ",\n"
    yield "\n]}\n" if between == ",\n" else between + "]}\n"


def _row(event: Event) -> Iterator[str]:
    own = {
        "User name": event.user_name,
        "Resource type": event.resource_type,
        "Resource name": event.resource_name,
        "AWS access key": event.access_key_id,
        "Read-only": "true" if event.read_only else "false",
    }
    for column, element in COLUMNS.items():
        yield str(event.record.get(element, "")) if element else own[column]


def _attachment(lines: Iterable[str], kind: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
