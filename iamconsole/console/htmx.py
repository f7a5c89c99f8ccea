"""Answers for both kinds of request: a whole page, or the part of it that htmx asked for."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from iamconsole.console.request import ConsoleRequest

__all__ = ["focus", "go_to", "page", "wants_part"]

VARY = ("HX-Request", "HX-History-Restore-Request", "HX-Target")
FLASH = "console/_flash.html"


def page(
    request: ConsoleRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    part: str | Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the part to htmx, with the whole page to everyone else and to a restored history entry.

    `part` is one template, or a template for each id that htmx may want to fill (`{"list": "...", "dialog": "..."}`);
    a target without a template gets the whole page. Notices that are waiting travel with a part out of band.
    """
    chosen = _chosen(request, part)
    if chosen and status == HTTPStatus.FORBIDDEN:
        status = HTTPStatus.UNPROCESSABLE_ENTITY  # htmx puts a refused form in its place, and drops every other 403
    response = render(request, chosen or template, dict(context or {}), status=status)
    if chosen and len(get_messages(request)):
        response.write(render_to_string(FLASH, {}, request=request))
    patch_vary_headers(response, VARY)
    return response


def go_to(request: ConsoleRequest, to: str, *args: Any, **kwargs: Any) -> HttpResponse:
    """Send the reader to an address or to a named route, by whichever means the request understands."""
    address = resolve_url(to, *args, **kwargs)
    if wants_part(request):
        return HttpResponseClientRedirect(address)
    return HttpResponseRedirect(address)


def focus(response: HttpResponse, selector: str) -> HttpResponse:
    """Tell the page's script where the focus goes once the answer is in place."""
    response["HX-Trigger-After-Settle"] = json.dumps({"focus": selector})
    return response


def wants_part(request: ConsoleRequest) -> bool:
    """Tell whether htmx asked, for something other than a whole page to restore."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def _chosen(request: ConsoleRequest, part: str | Mapping[str, str] | None) -> str | None:
    if part is None or not wants_part(request):
        return None
    if isinstance(part, str):
        return part
    return part.get(request.htmx.target or "")
