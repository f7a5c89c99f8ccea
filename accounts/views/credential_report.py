"""The credential report: generate it, look at it, take it along."""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import UTC
from io import StringIO

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_http_methods

from accounts.models import CredentialReport
from accounts.operations.credential_report import (
    COLUMNS,
    LIFETIME,
    ReportState,
    generate_credential_report,
    get_credential_report,
)
from iamconsole.aws.errors import AccessDenied, IamError, ReportExpired, ReportInProgress, ReportNotPresent
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.console.htmx import go_to, page
from iamconsole.console.listing import read_listing
from iamconsole.console.places import crumbs
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.spreadsheet import harmless

__all__ = ["show"]

_SAID = {
    ReportState.STARTED: "Credential report generated.",
    ReportState.INPROGRESS: "The credential report is being generated.",
    ReportState.COMPLETE: "The last credential report is younger than four hours; it stays until then.",
}
_NUMBER = re.compile(r"[0-9]{1,6}")
_WAITING = (ReportNotPresent, ReportExpired, ReportInProgress)


@require_http_methods(["GET", "POST"])
def show(request: ConsoleRequest) -> HttpResponse | StreamingHttpResponse:
    """Show the report page by page, give it as a file (`?as=csv`), or generate it."""
    errors: list[str] = []
    if request.method == "POST":
        try:
            task = generate_credential_report(request.call)
        except AccessDenied:
            raise
        except IamError as error:
            errors = [error.message]
        else:
            say = messages.success if task.state is ReportState.STARTED else messages.info
            say(request, _SAID[task.state])
            return go_to(request, "credential-report")
    report, waiting = _report(request)
    if report and request.GET.get("as") == "csv":
        return _file(report)
    listing = read_listing(request, sorts=(), default="", keep=())
    context = {
        "title": "Credential report",
        "crumbs": crumbs("Credential report"),
        "report": report,
        "waiting": waiting,
        "next_time": report.generated_time + LIFETIME if report else None,
        "columns": COLUMNS,
        "listing": listing,
        "rows": _page(report, listing.request) if report else None,
        "errors": errors,
    }
    part = {"list": "accounts/credential_report/_table.html"} if report else None
    return page(request, "accounts/credential_report/report.html", context, part, status=422 if errors else 200)


def _report(request: ConsoleRequest) -> tuple[CredentialReport | None, str]:
    """The report, or why there is none to show."""
    try:
        return get_credential_report(request.call), ""
    except _WAITING as state:
        return None, state.message


def _page(report: CredentialReport, asked: PageRequest) -> Page[list[str]]:
    """Cut a page out of the report; its cursors are the numbers of the rows."""
    every = list(csv.reader(StringIO(report.content)))[1:]
    found = [row for row in every if asked.query.lower() in row[0].lower()] if asked.query else every
    cursor = asked.after or asked.before or "0"
    start = min(int(cursor), len(found)) if _NUMBER.fullmatch(cursor) else 0
    end = start + asked.size
    return Page(
        items=tuple(found[start:end]),
        after=str(end) if end < len(found) else None,
        before=str(max(start - asked.size, 0)) if start else None,
        matches=len(found) if asked.query else None,
        total=len(every),
    )


def _file(report: CredentialReport) -> StreamingHttpResponse:
    made = report.generated_time.astimezone(UTC)
    response = StreamingHttpResponse(_lines(StringIO(report.content)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="status_reports_{made:%Y-%m-%dT%H-%M-%S}.csv"'
    return response


def _lines(content: Iterable[str]) -> Iterator[str]:
    """The report again line by line, without a cell that a spreadsheet would run."""
    for row in csv.reader(content):
        line = StringIO()
        csv.writer(line, lineterminator="\r\n").writerow([harmless(cell) for cell in row])
        yield line.getvalue()
