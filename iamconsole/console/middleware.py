"""Who asks, before the view; what was read and what went wrong, after it."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from accounts.authentication import Identity, recall
from accounts.operations.signin import Visit
from iamconsole.audit.recorders import PageRecorder
from iamconsole.aws import quotas
from iamconsole.aws.errors import AccessDenied, NoSuchEntity
from iamconsole.aws.organization_errors import AccessDeniedException
from iamconsole.call import Session
from iamconsole.console import errors, preferences, switching
from iamconsole.console.links import safe_path
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.sessions import note_origin

__all__ = ["LONGEST_SESSION", "ConsoleMiddleware", "begin_session", "visit_of"]

LONGEST_SESSION = timedelta(seconds=quotas.CONSOLE_SESSION_SECONDS)

_SIGNED_IN = ("/iam/", "/class/")
_WITHOUT_SESSION = ("/static/", "/healthz", "/readyz", "/api")
_PRINCIPAL, _MARK, _ISSUED, _MFA = "principal", "mark", "issued", "mfa"
_USER_AGENT_LENGTH = 1024
_DATABASE_DOWN = (OperationalError, InterfaceError)

_log = logging.getLogger("iamconsole.console")


class ConsoleMiddleware:
    """Builds `request.call` for those who are signed in, sends everybody else to sign in, and answers for what escapes.

    A session is bound to the password it began under, and lasts twelve hours.
    """

    def __init__(self, get_response: Callable[[ConsoleRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ConsoleRequest) -> HttpResponse:
        """Answer one request."""
        if request.path_info.startswith(_WITHOUT_SESSION):
            return self.get_response(request)
        request.prefs = preferences.read(request)
        recorder = PageRecorder()
        try:
            _recognize(request, recorder)
            response = self._answer(request)
            recorder.flush()
        except _DATABASE_DOWN:
            _log.warning("The database does not answer", exc_info=True)
            response = errors.unavailable(request)
        if "Cache-Control" not in response:
            # Whoever is signed in leaves nothing behind: after signing out, Back asks the server again.
            kept = "no_store" if hasattr(request, "call") else "no_cache"
            patch_cache_control(response, private=True, **{kept: True})
        return response

    def process_exception(self, request: ConsoleRequest, exception: Exception) -> HttpResponse | None:
        """Turn what a view lets escape into a page; None leaves it to the page for faults of ours."""
        if isinstance(exception, AccessDenied):
            return errors.refused(request, exception)
        if isinstance(exception, AccessDeniedException):
            return errors.permission_denied(request, message=exception.message)
        if isinstance(exception, NoSuchEntity):
            return errors.not_found(request, message=exception.message)
        if isinstance(exception, _DATABASE_DOWN):
            _log.warning("The database does not answer", exc_info=exception)
            return errors.unavailable(request)
        return None

    def _answer(self, request: ConsoleRequest) -> HttpResponse:
        if _holds_nul(request):
            return errors.bad_request(
                request, message="The request holds a NUL character, which nothing here can keep."
            )
        if request.path_info.startswith(_SIGNED_IN) and not hasattr(request, "call"):
            return _to_sign_in(request)
        return self.get_response(request)


def begin_session(request: HttpRequest, identity: Identity, *, mfa_time: datetime | None = None) -> None:
    """Begin a session for somebody who has proven who they are; its key is a new one.

    `mfa_time` is when a second factor was given, None without one.
    """
    request.session.flush()
    note_origin(request, identity.account.account_id)
    request.session[_PRINCIPAL] = identity.principal.principal_id
    request.session[_MARK] = identity.mark
    request.session[_ISSUED] = timezone.now().isoformat()
    if mfa_time is not None:
        request.session[_MFA] = mfa_time.isoformat()
    request.session.set_expiry(LONGEST_SESSION)


def visit_of(request: HttpRequest) -> Visit:
    """Read from a request where it came from."""
    return Visit(
        time=timezone.now(),
        source_ip=request.META.get("REMOTE_ADDR", ""),
        user_agent=request.headers.get("User-Agent", "")[:_USER_AGENT_LENGTH],
        secure_transport=request.is_secure(),
        referer=request.headers.get("Referer", ""),
        address=request.build_absolute_uri(request.path),
    )


def _recognize(request: ConsoleRequest, recorder: PageRecorder) -> None:
    """Set `request.call` where the session still holds: one query for the session, one for whose it is."""
    principal_id, issued = request.session.get(_PRINCIPAL), _time(request.session.get(_ISSUED))
    if not principal_id or issued is None:
        return
    fresh = timedelta(0) <= timezone.now() - issued < LONGEST_SESSION
    identity = recall(principal_id, request.session.get(_MARK, "")) if fresh else None
    if identity is None:
        request.session.flush()
        return
    session = Session(issued, mfa_time=_time(request.session.get(_MFA)))
    visit = visit_of(request)
    request.base = visit.call(identity.principal, identity.account, session=session, recorder=recorder)
    request.call, request.switched = request.base, None
    request.password_expires = identity.password_expires
    if role := switching.recall(request, request.base):
        standing, request.switched, key = role
        request.call = visit.call(
            standing.principal, standing.account, session=standing.session, access_key_id=key, recorder=recorder
        )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _holds_nul(request: HttpRequest) -> bool:
    """Look for NUL where PostgreSQL would refuse it: addresses and form fields."""
    fields = [*request.GET.lists(), *(request.POST.lists() if request.method == "POST" else ())]
    return "\0" in request.path or any("\0" in text for name, values in fields for text in (name, *values))


def _to_sign_in(request: ConsoleRequest) -> HttpResponse:
    if request.htmx:
        current = urlsplit(request.htmx.current_url_abs_path or "")
        response = HttpResponse("Sign in to go on.", status=401, content_type="text/plain")
        response["HX-Redirect"] = _sign_in_address(f"{current.path}?{current.query}" if current.query else current.path)
        return response
    if request.method != "GET":
        return errors.session_ended(request) or HttpResponseRedirect(_sign_in_address(request.path))
    return HttpResponseRedirect(_sign_in_address(request.get_full_path()))


def _sign_in_address(path: str) -> str:
    onward = safe_path(path)
    return f"{reverse('signin')}?{urlencode({'next': onward})}" if onward else reverse("signin")
