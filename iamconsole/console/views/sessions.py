"""Several people in one browser: one more signs in at a slot of its own."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from iamconsole.console.htmx import go_to, page
from iamconsole.console.places import crumbs
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.slots import SLOTS, free_slot, in_slot

__all__ = ["add"]


@require_safe
def add(request: ConsoleRequest) -> HttpResponse:
    """Go to the sign-in page of a free slot; where there is none, say so."""
    slot = free_slot(request)
    if slot is not None:
        return go_to(request, in_slot(reverse("signin"), slot))
    context = {"title": "Add session", "crumbs": crumbs("Add session"), "most": len(SLOTS)}
    return page(request, "console/sessions_full.html", context, status=409)
