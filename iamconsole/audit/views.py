"""Event history: what was done in the account, and what was refused."""

import csv
import json
import uuid
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_GET

from iamconsole.audit.models import Event
from iamconsole.audit.operations import REFUSED, get_event, lookup_events
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.console.highlight import json_lines, pretty
from iamconsole.console.htmx import focus, page, wants_part
from iamconsole.console.links import simulator_address
from iamconsole.console.listing import Listing, read_listing
from iamconsole.console.places import crumbs
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.spreadsheet import harmless

LABELS = {
    "event": "Event name",
    "user": "User name",
    "error": "Error code",
    "resource": "Resource name",
    "source": "Event source",
    "key": "Access key ID",
}
NEWEST_FIRST: tuple[str, ...] = ()
"""The history has one order, as AWS's has: an address that asks for another gets this one."""
RANGES = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "7d": timedelta(days=7)}
RANGE_CHOICES = (("", "All times"), ("1h", "Last hour"), ("1d", "Last day"), ("7d", "Last 7 days"))
COLUMNS = ("Event name", "Event time", "User name", "Event source", "Resource type", "Resource name", "Error code")
DOWNLOAD_ROWS = 1000


@require_GET
def history(request: ConsoleRequest) -> HttpResponse:
    """List the events, newest first; `?event=` opens one beside the list."""
    request.GET = _lookup(request.GET)  # type: ignore[assignment]  # a copy that nobody changes any more
    listing = _listing(request)
    chosen = _chosen(request)
    if wants_part(request) and request.htmx.target == "split":
        response = page(request, "audit/history.html", {"event": chosen}, part={"split": "audit/_event.html"})
        return focus(response, "#split-title") if chosen else response
    context = {
        "title": "Event history",
        "crumbs": crumbs("Event history"),
        "listing": listing,
        "events": _events(request, listing),
        "event": chosen,
        "reads": _reads(request),
        "range": request.GET.get("range", ""),
        "ranges": RANGE_CHOICES,
        "labels": LABELS,
        "attribute": next(iter(dict(listing.request.filters)), "user"),
        "refused_only": listing.value("error") == REFUSED,
        "downloads": {kind: f"{reverse('event-download')}?{_query(request, kind)}" for kind in ("csv", "json")},
    }
    response = page(request, "audit/history.html", context, part={"list": "audit/_list.html"})
    if wants_part(request):
        response["HX-Push-Url"] = listing.href()
    return response


@require_GET
def download(request: ConsoleRequest) -> HttpResponse:
    """Give the newest 1,000 events of the lookup as CSV, or as JSON lines of their records."""
    request.GET = _lookup(request.GET)  # type: ignore[assignment]  # a copy that nobody changes any more
    found = lookup_events(
        request.call, reads=_reads(request), **_since(request), page=_listing(request, DOWNLOAD_ROWS).request
    )
    if request.GET.get("as") == "json":
        lines = "".join(json.dumps(event.record) + "\n" for event in found)
        return _attachment(lines, "application/x-ndjson", "event_history.jsonl")
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([harmless(cell) for cell in _row(event)] for event in found)
    return _attachment(text.getvalue(), "text/csv", "event_history.csv")


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


def _listing(request: ConsoleRequest, size: int | None = None) -> Listing:
    listing = read_listing(
        request, sorts=NEWEST_FIRST, default="-time", filters=LABELS, keep=("reads", "range", "event")
    )
    return listing if size is None else Listing(listing.path, _resized(listing, size))


def _resized(listing: Listing, size: int) -> PageRequest:
    return replace(listing.request, size=size, after=None, before=None)


def _events(request: ConsoleRequest, listing: Listing) -> Page[Event]:
    return lookup_events(request.call, reads=_reads(request), **_since(request), page=listing.request)


def _reads(request: ConsoleRequest) -> bool:
    return request.GET.get("reads") == "1"


def _since(request: ConsoleRequest) -> dict[str, Any]:
    span = RANGES.get(request.GET.get("range", ""))
    return {"start_time": request.call.time - span} if span else {}


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
        "explain": _explain(event),
        "decided": event.decision,
    }


def _explain(event: Event) -> str:
    if not event.decision:
        return ""
    return simulator_address(
        principal=event.record["userIdentity"].get("arn", ""),
        action=event.decision["action"],
        resource=event.decision["resource"],
    )


def _query(request: ConsoleRequest, kind: str) -> str:
    asked = request.GET.copy()
    for name in ("after", "before", "event", "size"):
        asked.pop(name, None)
    asked["as"] = kind
    return asked.urlencode()


def _row(event: Event) -> tuple[str, ...]:
    return (
        event.event_name,
        event.record["eventTime"],
        event.user_name,
        event.event_source,
        event.resource_type,
        event.resource_name,
        event.error_code,
    )


def _attachment(text: str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
