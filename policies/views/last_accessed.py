"""The tab "Last accessed" of a user, a user group, a role or a policy: which of its services were tried, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.urls import reverse

from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from iamconsole.console.listing import Listing, read_listing
from iamconsole.console.panels import Panel, panel
from iamconsole.console.request import ConsoleRequest
from policies.last_accessed import Access, ServiceLastAccessed
from policies.operations.last_accessed import (
    Granularity,
    ServiceLastAccessedDetails,
    generate_service_last_accessed_details,
    get_service_last_accessed_details,
    list_policies_granting_service_access,
)

__all__ = ["LAST_ACCESSED_PART", "cut", "last_accessed_tab"]

T = TypeVar("T")

LAST_ACCESSED_PART = {"last-accessed": "policies/_last_accessed.html"}
ACCESSED, NOT_ACCESSED = "accessed", "not accessed"
_SORTS = ("name", "accessed")


@dataclass(frozen=True, slots=True)
class Row:
    """A service or an action: its name, its short name, its newest attempt, and the policies that grant it."""

    name: str
    short: str
    access: Access | None
    entities: int = 0
    policies: tuple[tuple[str, str], ...] = ()
    """Each policy's name with the address of its page, which an inline policy has none of."""

    @property
    def entity(self) -> str:
        """The name of who tried last."""
        return self.access.entity_arn.rpartition("/")[2] if self.access else ""


def last_accessed_tab(request: ConsoleRequest, arn: str, *, of_policy: bool = False) -> dict[str, Any]:
    """Read what the tab shows; `?service=` opens the actions of one service."""
    chosen = request.GET.get("service", "")
    listing = read_listing(
        request, sorts=_SORTS, default="-accessed", filters={"last": "Last accessed"}, keep=("tab", "service")
    )
    report = _report(request.call, arn, chosen)
    rows: Page[Row] = _rows(report.value, listing, chosen) if report.value else Page(())
    granting = None
    if not chosen and not of_policy and rows.items:
        namespaces = [row.short for row in rows]
        granting = panel(
            list_policies_granting_service_access, request.call, arn=arn, service_namespaces=namespaces
        )  # fmt: skip
        rows = _with_policies(rows, granting)
    opened = report.value.services_last_accessed if report.value else ()
    return {
        "report": report,
        "rows": rows,
        "granting": granting,
        "listing": listing,
        "shared": of_policy or ":group/" in arn,
        "chosen": opened[0] if chosen and opened else None,
        "back": listing.href(service="", f="last:", q="") if chosen else "",
        "choices": (
            ("last:", "All actions" if chosen else "All services"),
            (f"last:{ACCESSED}", "Accessed"),
            (f"last:{NOT_ACCESSED}", "Not accessed"),
        ),
    }


def cut(rows: Sequence[T], asked: PageRequest, *, total: int | None = None) -> Page[T]:
    """Cut a page out of rows that are all at hand; its cursors are their numbers."""
    cursor = asked.after or asked.before or "0"
    start = min(int(cursor), len(rows)) if cursor.isascii() and cursor.isdigit() and len(cursor) < 7 else 0
    end = start + asked.size
    return Page(
        items=tuple(rows[start:end]),
        after=str(end) if end < len(rows) else None,
        before=str(max(start - asked.size, 0)) if start else None,
        matches=len(rows) if asked.is_filtered else None,
        total=len(rows) if total is None else total,
    )


def _report(call: Call, arn: str, chosen: str) -> Panel[ServiceLastAccessedDetails]:
    granularity = Granularity.ACTION_LEVEL if chosen else Granularity.SERVICE_LEVEL
    job = panel(generate_service_last_accessed_details, call, arn=arn, granularity=granularity.value)
    if job.value is None:
        return Panel(refusal=job.refusal)
    return panel(get_service_last_accessed_details, call, job_id=job.value, service=chosen)


def _rows(details: ServiceLastAccessedDetails, listing: Listing, chosen: str) -> Page[Row]:
    services = details.services_last_accessed
    every = _of_actions(services) if chosen else [_of_service(each) for each in services]
    asked = listing.request
    query, wanted = asked.query.lower(), listing.value("last")
    found = [
        row
        for row in every
        if (not query or query in row.name.lower() or query in row.short.lower())
        and (wanted not in _WANTED or _WANTED[wanted] is (row.access is not None))
    ]
    if asked.sort == "accessed":
        found.sort(key=lambda row: row.access.time.timestamp() if row.access else 0.0, reverse=asked.descending)
    elif asked.descending:
        found.reverse()
    return cut(found, asked, total=len(every))


def _of_service(each: ServiceLastAccessed) -> Row:
    return Row(each.service_name, each.service_namespace, each.last_authenticated, each.total_authenticated_entities)


def _of_actions(services: Sequence[ServiceLastAccessed]) -> list[Row]:
    tracked = [action for each in services for action in each.tracked_actions_last_accessed]
    rows = [Row(action.action_name, "", action.last_accessed) for action in tracked]
    return sorted(rows, key=lambda row: row.name.lower())


def _with_policies(rows: Page[Row], granting: Panel[Any]) -> Page[Row]:
    named: Mapping[str, tuple[tuple[str, str], ...]] = {
        each.service_namespace: tuple((policy.name, _address(policy.source)) for policy in each.policies)
        for each in granting.value or ()
    }
    items = tuple(Row(row.name, row.short, row.access, row.entities, named.get(row.short, ())) for row in rows)
    return Page(items, rows.after, rows.before, rows.matches, rows.total)


def _address(policy_arn: str) -> str:
    return reverse("policy-detail", args=[policy_arn]) if policy_arn else ""


_WANTED = {ACCESSED: True, NOT_ACCESSED: False}
