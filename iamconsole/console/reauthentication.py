"""Asking again who it is, before an act that would hurt most in the wrong hands.

Where the sign-in is older than ten minutes, the password is asked for once more, and an MFA device where there is one.
What was asked for waits in a draft, sealed, and is done as soon as the reader has proven who they are. Asked for again
before: the root user's password change and new access key, the removal of one's own MFA device, and the deletion of the
account alias by which others sign in.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.http import HttpResponse, QueryDict
from django.urls import get_script_prefix, resolve, reverse
from django.utils import timezone

from iamconsole.call import Call
from iamconsole.console import drafts
from iamconsole.console.htmx import go_to
from iamconsole.console.models import Draft
from iamconsole.console.request import ConsoleRequest

__all__ = [
    "address_of",
    "always",
    "asks_again",
    "by_root_for_itself",
    "confirm",
    "for_oneself",
    "go_on",
    "halfway",
    "is_halfway",
    "is_recent",
    "signed_in",
    "waiting",
]

P = ParamSpec("P")
View = Callable[Concatenate[ConsoleRequest, P], HttpResponse]
Condition = Callable[[ConsoleRequest, Mapping[str, Any]], bool]

RECENT = timedelta(minutes=10)
KIND = "confirm-identity"
_HALFWAY_HOLDS = timedelta(minutes=5)
_VERIFIED, _HALFWAY, _ISSUED = "verified", "confirming", "issued"


def always(request: ConsoleRequest, given: Mapping[str, Any]) -> bool:
    """Whoever asks, and about whom."""
    return True


def by_root_for_itself(request: ConsoleRequest, given: Mapping[str, Any]) -> bool:
    """The root user, about what is its own."""
    return request.call.principal.identity_type == "Root" and not given.get("name")


def for_oneself(request: ConsoleRequest, given: Mapping[str, Any]) -> bool:
    """Somebody, about what is their own, by whichever address."""
    principal, name = request.call.principal, str(given.get("name") or "")
    return not name or (principal.identity_type == "IAMUser" and name.lower() == principal.name.lower())


def asks_again(when: Condition) -> Callable[[View[P]], View[P]]:
    """Let a view answer only to a recent sign-in, where the condition holds; it is asked for first otherwise."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def asked(request: ConsoleRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if is_recent(request) or not when(request, kwargs):
                return view(request, *args, **kwargs)
            return go_to(request, "confirm-identity", _hold(request).pk)

        return cast("View[P]", asked)

    return decorate


def is_recent(request: ConsoleRequest) -> bool:
    """Tell whether the reader proved who they are within the last ten minutes."""
    proven = request.session.get(_VERIFIED) or request.session.get(_ISSUED)
    return proven is not None and timedelta(0) <= timezone.now() - datetime.fromisoformat(proven) < RECENT


def signed_in(request: ConsoleRequest) -> Call:
    """The call of whoever signed in, whatever role they have switched to since."""
    return request.base


def waiting(request: ConsoleRequest, draft_id: object) -> Draft:
    """What waits for the reader to prove who they are; raises NoSuchEntity where nothing does."""
    return drafts.load(signed_in(request), str(draft_id), KIND)


def halfway(request: ConsoleRequest, draft: Draft) -> None:
    """Note that the password was right and an MFA device is still to be shown."""
    request.session[_HALFWAY] = {"draft": str(draft.pk), "since": timezone.now().isoformat()}


def is_halfway(request: ConsoleRequest, draft: Draft) -> bool:
    """Tell whether only the MFA device is missing, for this act and since not long ago."""
    noted = request.session.get(_HALFWAY)
    if not noted or noted["draft"] != str(draft.pk):
        return False
    return timedelta(0) <= timezone.now() - datetime.fromisoformat(noted["since"]) < _HALFWAY_HOLDS


def confirm(request: ConsoleRequest) -> None:
    """Note that the reader has proven who they are, under a new key of the session."""
    request.session.pop(_HALFWAY, None)
    request.session[_VERIFIED] = timezone.now().isoformat()
    request.session.cycle_key()


def go_on(request: ConsoleRequest, draft: Draft) -> HttpResponse:
    """Do what was waiting: go to the page that was asked for, or send the form as it was sent then."""
    path, query = draft.data["path"], draft.data["query"]
    body = drafts.secrets_of(draft).get("body")
    drafts.discard(draft)
    address = f"{get_script_prefix().rstrip('/')}{path}"
    if body is None:
        return go_to(request, f"{address}?{query}" if query else address)
    request.call = replace(request.call, time=timezone.now())  # the act comes after the sign-in, for the trail too
    request.path_info, request.path = path, address
    request.GET, request.POST = QueryDict(query), QueryDict(body)
    request.resolver_match = match = resolve(path)
    return cast("HttpResponse", match.func(request, *match.args, **match.kwargs))


def _hold(request: ConsoleRequest) -> Draft:
    """Keep what was asked for: its address, and what was entered, sealed."""
    data = {"path": request.path_info, "query": request.META.get("QUERY_STRING", "")}
    secrets = {"body": request.POST.urlencode()} if request.method == "POST" else {}
    return drafts.start(signed_in(request), KIND, data, secrets=secrets)


def address_of(draft: Draft, step: str = "") -> str:
    """Where the reader proves who they are for this act."""
    return reverse(f"confirm-identity-{step}" if step else "confirm-identity", args=[draft.pk])
