"""The error pages. Each is a page of the shell where somebody is signed in, and none needs the database."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from iamconsole.aws.errors import AccessDenied
from iamconsole.console.links import explain
from iamconsole.console.places import crumbs
from iamconsole.console.resend import is_ours, kept

__all__ = [
    "bad_request",
    "csrf_failure",
    "not_found",
    "permission_denied",
    "refused",
    "server_error",
    "session_ended",
    "unavailable",
]


def bad_request(request: HttpRequest, exception: Exception | None = None, message: str = "") -> HttpResponse:
    """400: the request could not be read."""
    return _error(request, 400, "Bad request", message=message or None)


def permission_denied(request: HttpRequest, exception: Exception | None = None, message: str = "") -> HttpResponse:
    """403 for a reason other than a policy."""
    return _error(request, 403, "Not allowed", message=message or None)


def refused(request: HttpRequest, refusal: AccessDenied) -> HttpResponse:
    """403: the caller's policies do not allow it; the page names the missing action and links to the explanation."""
    return _error(request, 403, "Not allowed", part="errors/_refused.html", refusal=refusal, explain=explain(refusal))


def not_found(request: HttpRequest, exception: Exception | None = None, message: str = "") -> HttpResponse:
    """404: nothing is at this address."""
    return _error(request, 404, "Not found", message=message or None)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours, with the id under which the log holds it."""
    return _error(request, 500, "Something went wrong", request_id=_request_id(request))


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database does not answer."""
    response = _error(request, 503, "Not available", request_id=_request_id(request))
    response["Retry-After"] = "5"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was not ours; one of ours that is only older than the sign-in can be sent again."""
    if request.method == "POST" and is_ours(request) and (fields := kept(request)):
        return resend(request, fields, status=403, ended=False)
    return permission_denied(request)


def session_ended(request: HttpRequest) -> HttpResponse | None:
    """401: a form of ours met an ended session and can be sent again; None where nothing was entered."""
    fields = kept(request) if request.method == "POST" and is_ours(request) else []
    return resend(request, fields, status=401, ended=True) if fields else None


def resend(request: HttpRequest, fields: list[tuple[str, str]], *, status: int, ended: bool) -> HttpResponse:
    """Show what was posted as a form that only waits to be sent."""
    shown = {"title": "Send again", "crumbs": crumbs("Send again"), "fields": fields, "path": request.get_full_path()}
    response = render(request, "errors/resend.html", {**shown, "ended": ended}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _error(request: HttpRequest, status: int, title: str, *, part: str = "", **context: Any) -> HttpResponse:
    if getattr(request, "htmx", None):
        # htmx does not swap an error: the page's script shows the part, or the text, and keeps what was typed.
        if part:
            return render(request, part, context, status=status)
        return HttpResponse(context.get("message") or title, status=status, content_type="text/plain")
    shown = {"title": title, "crumbs": crumbs(title), **context}
    return render(request, f"errors/{status}.html", shown, status=status)


def _request_id(request: HttpRequest) -> str:
    call = getattr(request, "call", None)
    return str(call.request_id) if call else ""
