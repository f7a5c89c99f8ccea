"""The one time that a new password or a new secret access key is shown.

Between the form that made it and the page that shows it, the secret is sealed in a draft of its maker's; showing it
destroys the draft. No message, cookie or event ever holds it.
"""

import csv
import io
import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseBadRequest
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts.models import AccessKey
from accounts.views.user_draft import STEPS
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.console import drafts
from iamconsole.console.htmx import page
from iamconsole.console.places import Crumbs, crumbs, sign_in_address
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.wizard import wizard_step

__all__ = ["download", "hand_over_key", "hand_over_password", "show"]

KIND = "retrieve"
_GONE = "A password or secret access key is shown once, and this one was. Make a new one if it was lost."
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "credentials": ("User name", "Password", "Console sign-in URL"),
    "accessKeys": ("Access key ID", "Secret access key"),
}


def hand_over_password(
    request: ConsoleRequest, user_name: str, password: str, *, back: str, created: bool = False
) -> str:
    """Seal a new password for its one showing; answers the address of that page.

    `created` makes it the last step of creating a user.
    """
    data = {"what": "credentials", "user_name": user_name, "back": back, "created": created}
    return _hand_over(request, data, password)


def hand_over_key(request: ConsoleRequest, owner: str, key: AccessKey, secret: str, *, back: str) -> str:
    """Seal a new secret access key for its one showing; answers the address of that page."""
    data = {"what": "accessKeys", "user_name": owner, "access_key_id": key.access_key_id, "back": back}
    return _hand_over(request, data, secret)


@never_cache
@require_GET
def show(request: ConsoleRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Show what was sealed, once."""
    try:
        draft = drafts.load(request.call, draft_id, KIND)
    except NoSuchEntity:
        raise NoSuchEntity(_GONE) from None
    secret = drafts.secrets_of(draft).get("secret", "")
    drafts.discard(draft)
    data = draft.data
    context = {
        "title": "Retrieve password" if data["what"] == "credentials" else "Retrieve access key",
        "crumbs": _crumbs(data),
        "what": data["what"],
        "user_name": data["user_name"],
        "access_key_id": data.get("access_key_id", ""),
        "secret": secret,
        "sign_in_url": sign_in_address(request),
        "back": data["back"],
        "created": data.get("created", False),
        "steps": wizard_step(STEPS, len(STEPS), start="", address=None)["steps"],
    }
    return page(request, f"accounts/credentials/retrieve_{_template(data)}.html", context)


@never_cache
@sensitive_post_parameters()
@require_POST
def download(request: ConsoleRequest) -> HttpResponse:
    """Answer with the row that the page holds, as a CSV file; nothing is kept here."""
    what, cells = request.POST.get("what", ""), request.POST.getlist("cell")
    header = _HEADERS.get(what)
    if header is None or len(cells) != len(header):
        return HttpResponseBadRequest("The file cannot be made from this request.", content_type="text/plain")
    text = io.StringIO()
    csv.writer(text).writerows([header, cells])
    name = f"{request.POST.get('user_name', '')[:64] or 'user'}_{what}.csv"
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(
        text.getvalue(), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )


def _hand_over(request: ConsoleRequest, data: Mapping[str, Any], secret: str) -> str:
    draft = drafts.start(request.call, KIND, data, secrets={"secret": secret})
    # The page stands under the list it came from, so that the navigation shows where one is.
    route = "credentials-retrieve" if data["back"] == reverse("credentials") else "user-retrieve"
    return reverse(route, args=[draft.pk])


def _template(data: Mapping[str, Any]) -> str:
    return "password" if data["what"] == "credentials" else "key"


def _crumbs(data: Mapping[str, Any]) -> Crumbs:
    if data.get("created"):
        return crumbs("Create user", of="user")
    if data["back"] == reverse("credentials"):
        return crumbs("Retrieve access key", of="credentials")
    return crumbs(data["user_name"], "Retrieve", of="user")
