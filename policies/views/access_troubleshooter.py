"""The access troubleshooter: why a request was decided as it was, and how it would be decided now."""

import re
import uuid
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from iamconsole.audit.operations import REFUSED
from iamconsole.call import Call
from iamconsole.console.highlight import json_lines
from iamconsole.console.htmx import page
from iamconsole.console.links import SIMULATE, simulator_address
from iamconsole.console.places import crumbs
from iamconsole.console.request import ConsoleRequest
from policies import access
from policies.operations.troubleshooting import Investigation, troubleshoot_access

_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HISTORY = ("cloudtrail:LookupEvents", "cloudtrail:GetEvent")
_TITLE = "Access troubleshooter"


@require_GET
def index(request: ConsoleRequest) -> HttpResponse:
    """Ask for an authorization id, and go to its page; the id may stand anywhere in what is entered."""
    text = request.GET.get("id", "").strip()
    found = _ID.search(text)
    if found:
        return HttpResponseRedirect(reverse("access-detail", args=[found.group().lower()]))
    context = {
        "title": _TITLE,
        "crumbs": crumbs(_TITLE),
        "text": text,
        "error": "Enter the authorization ID of a refusal." if "id" in request.GET else "",
        "history": f"{reverse('event-list')}?{urlencode({'f': f'error:{REFUSED}'})}",
    }
    return page(request, "policies/access/index.html", context, status=422 if context["error"] else 200)


@require_GET
def detail(request: ConsoleRequest, event_id: uuid.UUID) -> HttpResponse:
    """Show one authorization."""
    found = troubleshoot_access(request.call, authorization_id=str(event_id))
    context = {
        "title": _title(found),
        "crumbs": [*crumbs(_TITLE)[:-1], (_TITLE, reverse("access")), (str(event_id), None)],
        "found": found,
        "sentence": found.event.record.get("errorMessage", ""),
        "who": found.event.record["userIdentity"].get("arn") or found.event.user_name,
        "lines_of": json_lines,
        "living": found.living,
        "history": _history(request.call, str(event_id)),
        "simulate": _simulate(request.call, found),
    }
    return page(request, "policies/access/detail.html", context)


def _title(found: Investigation) -> str:
    event = found.event
    what = found.recording.request.action if found.recording else event.event_name
    who = event.user_name or "the caller"
    if found.refused:
        return f"Why {who} was refused {what}"
    return f"Why {who} was allowed {what}" if found.recording else f"{what} of {who}"


def _history(call: Call, event_id: str) -> str:
    may = all(access.may(call, action) for action in _HISTORY)
    return f"{reverse('event-list')}?{urlencode({'reads': '1', 'event': event_id})}" if may else ""


def _simulate(call: Call, found: Investigation) -> str:
    """The simulator's address with the request filled in, where the principal is one that it knows."""
    if found.recording is None or not found.simulated or not access.may(call, SIMULATE, found.simulated):
        return ""
    request = found.recording.request
    return simulator_address(principal=found.simulated, action=request.action, resource=request.resource)
