"""The reader's preferences, from the menus of the shell."""

from urllib.parse import urlsplit

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from iamconsole.console import preferences
from iamconsole.console.htmx import go_to
from iamconsole.console.links import safe_path
from iamconsole.console.request import ConsoleRequest

__all__ = ["change"]


@require_POST
def change(request: ConsoleRequest) -> HttpResponse:
    """Keep what was chosen, and show the same page again; a script that has changed the page already needs no page."""
    chosen = preferences.read(request).changed(request.POST.dict())
    response = HttpResponse(status=204) if _by_script(request) else go_to(request, _back(request))
    preferences.write(response, chosen, secure=request.is_secure())
    return response


def _by_script(request: ConsoleRequest) -> bool:
    return bool(request.htmx) or request.headers.get("X-Requested-With") == "fetch"


def _back(request: ConsoleRequest) -> str:
    referer = urlsplit(request.headers.get("Referer", ""))
    if referer.netloc != request.get_host():
        return reverse("dashboard")
    return safe_path(f"{referer.path}?{referer.query}" if referer.query else referer.path) or reverse("dashboard")
