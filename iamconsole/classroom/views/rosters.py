"""Import a roster: read it, show what it would change, then make the accounts, some at a time."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from iamconsole.classroom.forms import RosterForm
from iamconsole.classroom.roster import Student, read_roster
from iamconsole.classroom.seating import Change, plan, seat
from iamconsole.classroom.views.students import class_crumbs
from iamconsole.console import drafts
from iamconsole.console.forms import ConsoleForm, attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.models import Draft
from iamconsole.console.request import ConsoleRequest

__all__ = ["roster", "seating"]

KIND = "roster"
_SECONDS_AT_A_TIME = 1.5


@require_http_methods(["GET", "POST"])
def roster(request: ConsoleRequest) -> HttpResponse:
    """Take a roster; the next page shows what it would change."""
    form = RosterForm(request.POST, request.FILES) if request.method == "POST" else RosterForm()
    if request.method == "POST" and form.is_valid():
        read = read_roster(form.content)
        for complaint in read.complaints:
            form.add_error("students", f"Line {complaint.line}: {complaint.sentence}")
        if not read.complaints:
            rows = [asdict(student) for student in read.students]
            draft = drafts.start(request.call, KIND, {"students": rows, "demo": form.cleaned_data["demo"]})
            return go_to(request, "class-seating", draft.draft_id)
    context = {"title": "Import roster", "crumbs": class_crumbs("Import roster"), "form": form}
    return page(request, "classroom/roster.html", context, status=form.status)


@require_http_methods(["GET", "POST"])
def seating(request: ConsoleRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Show what is to be done; each POST does some of it, and the page goes on by itself where a script runs."""
    draft = drafts.load(request.call, draft_id, KIND)
    form = ConsoleForm(request.POST if request.method == "POST" else None)
    students = tuple(Student(**row) for row in draft.data["students"])
    if request.method == "POST":
        attempt(form, _go_on, request, draft, students)
    planned = plan(request.call, students)
    left = [each for each in planned if each.change is not Change.SAME]
    if request.method == "POST" and not left and not form.errors:
        drafts.discard(draft)
        messages.success(request, f"{len(students)} students have their accounts.")
        return go_to(request, "class")
    context: Mapping[str, Any] = {
        "title": "Make accounts",
        "crumbs": class_crumbs("Make accounts"),
        "form": form,
        "planned": planned,
        "left": len(left),
        "done": len(planned) - len(left),
        "going_on": request.method == "POST" and not form.errors,
        "demo": draft.data["demo"],
        "address": reverse("class-seating", args=[draft_id]),
    }
    return page(
        request, "classroom/seating.html", context, part={"seating": "classroom/_seating.html"}, status=form.status
    )


def _go_on(request: ConsoleRequest, draft: Draft, students: tuple[Student, ...]) -> None:
    """Make accounts for a moment, so that the page can tell how far it is."""
    begun = time.monotonic()
    left = [each.student for each in plan(request.call, students) if each.change is not Change.SAME]
    for _ in seat(request.call, left, demo=draft.data["demo"]):
        if time.monotonic() - begun > _SECONDS_AT_A_TIME:
            return
