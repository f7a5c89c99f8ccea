"""The class: its student accounts, one of them, its reset, and the cards."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.operations.organization_accounts import ACCESS_ROLE
from iamconsole.classroom.cards import printed
from iamconsole.classroom.models import StudentAccount
from iamconsole.classroom.operations.states import list_account_states, reset_account
from iamconsole.classroom.operations.students import get_student, list_cards, list_students, seat_of
from iamconsole.console.htmx import go_to, page
from iamconsole.console.listing import read_listing
from iamconsole.console.places import Crumbs
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.steps import refusal_of

TAKEN = "Another account has taken its alias. Print its card anew: it tells the account ID {account_id}."

__all__ = ["account", "cards", "class_crumbs", "index", "reset"]


def class_crumbs(*places: str) -> Crumbs:
    """The way from the class to a page of it."""
    way: Crumbs = [("Student accounts", reverse("class")), *((place, None) for place in places)]
    return [*way[:-1], (way[-1][0], None)]


@require_safe
def index(request: ConsoleRequest) -> HttpResponse:
    """List the student accounts."""
    listing = read_listing(request, sorts=("name", "student_id"), default="name")
    context = {
        "title": "Student accounts",
        "crumbs": class_crumbs(),
        "own": seat_of(request.call),
        "listing": listing,
        "students": list_students(request.call, page=listing.request),
        "enter": _enter,
    }
    return page(request, "classroom/students.html", context, part={"list": "classroom/_students.html"})


@require_safe
def account(request: ConsoleRequest, account_id: str) -> HttpResponse:
    """Show a student account with what was kept of it."""
    student = get_student(request.call, account_id=account_id)
    context = {
        "title": student.student_name,
        "crumbs": class_crumbs(student.student_name),
        "student": student,
        "states": list_account_states(request.call, account_id=account_id),
        "enter": _enter(student),
    }
    return page(request, "classroom/student.html", context)


@require_POST
def reset(request: ConsoleRequest, account_id: str) -> HttpResponse:
    """Put a student account back to its start, or to the kept state of `state`; what it was is kept."""
    number = request.POST.get("state", "")
    state_id = int(number) if number.isascii() and number.isdigit() and len(number) < 18 else None
    reason = request.POST.get("reason", "")

    def act() -> None:
        member = reset_account(request.call, account_id=account_id, state_id=state_id, reason=reason).member
        where = "that state" if state_id else "its start"
        messages.success(request, f"The account of {member.name} is back at {where}. What it was is kept.")
        if not member.alias:
            messages.warning(request, TAKEN.format(account_id=account_id))

    errors = refusal_of(act)
    for error in errors:
        messages.error(request, error)
    return go_to(request, "class-account", account_id)


@never_cache
@require_safe
def cards(request: ConsoleRequest) -> HttpResponse:
    """Show the sign-in cards, to be printed."""
    found = list_cards(request.call, account_id=request.GET.get("account", ""))
    context = {
        "title": "Sign-in cards",
        "crumbs": class_crumbs("Sign-in cards"),
        "cards": printed(found, request.build_absolute_uri("/")),
    }
    return page(request, "classroom/cards.html", context)


def _enter(student: StudentAccount) -> str:
    """The address at which the class's administrators switch into a student account."""
    asked = {"account": student.member_id, "roleName": ACCESS_ROLE, "displayName": student.student_name}
    return f"{reverse('role-switch')}?{urlencode(asked)}"
