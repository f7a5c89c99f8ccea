"""Sessions: one more in this browser, at a slot of its own; and fewer of one's own elsewhere."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from iamconsole.console.htmx import go_to, page
from iamconsole.console.places import crumbs
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.sessions import end_others
from iamconsole.console.slots import SLOTS, free_slot, in_slot

__all__ = ["add", "end"]


@require_safe
def add(request: ConsoleRequest) -> HttpResponse:
    """Go to the sign-in page of a free slot; where there is none, say so."""
    slot = free_slot(request)
    if slot is not None:
        return go_to(request, in_slot(reverse("signin"), slot))
    context = {"title": "Add session", "crumbs": crumbs("Add session"), "most": len(SLOTS)}
    return page(request, "console/sessions_full.html", context, status=409)


@require_POST
def end(request: ConsoleRequest) -> HttpResponse:
    """Sign out of one's other sessions, or of one of them; each is over with its next request."""
    ended = end_others(request, request.POST.get("session", ""))
    if ended:
        messages.success(request, "1 session was ended." if ended == 1 else f"{ended} sessions were ended.")
    else:
        messages.info(request, "There was no other session to end.")
    return go_to(request, "credentials")
