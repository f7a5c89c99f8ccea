"""Pages that set and remove the permissions boundary of a user or role; one for both nouns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from accounts.models import Role, User
from accounts.operations.roles import get_role
from accounts.operations.users import get_user
from iamconsole.console.forms import ConsoleForm, attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.picker import PickField, is_step
from iamconsole.console.places import crumbs
from iamconsole.console.request import ConsoleRequest
from policies.operations import boundaries
from policies.views.entity_boundary import BoundaryOf, boundary_of
from policies.views.policy_picker import policy_picker

__all__ = ["remove_boundary", "routes", "set_boundary"]

FIELD = "permissions_boundary"
FORM_ID = "boundary-form"


@dataclass(frozen=True, slots=True)
class _Noun:
    """The operations on one kind of entity."""

    plural: str
    get: Callable[..., User | Role]
    put: Callable[..., None]
    delete: Callable[..., None]


_NOUNS: Mapping[str, _Noun] = {
    "user": _Noun(
        "Users", get_user, boundaries.put_user_permissions_boundary, boundaries.delete_user_permissions_boundary
    ),
    "role": _Noun(
        "Roles", get_role, boundaries.put_role_permissions_boundary, boundaries.delete_role_permissions_boundary
    ),
}


class BoundaryForm(ConsoleForm):
    """The one policy that is to be the boundary."""

    permissions_boundary = PickField(limit=1, noun="policy", required=True)


def routes() -> list[URLPattern]:
    """The addresses of these pages under `/iam/` for both nouns."""
    views = (("boundary", set_boundary), ("remove-boundary", remove_boundary))
    return [
        path(f"{known.plural.lower()}/{verb}/<path:name>", view, {"noun": noun}, name=f"{noun}-{verb}")
        for noun, known in _NOUNS.items()
        for verb, view in views
    ]


@require_http_methods(["GET", "POST"])
def set_boundary(request: ConsoleRequest, noun: str, name: str) -> HttpResponse:
    """Choose the policy that bounds a user or role; an earlier boundary is replaced."""
    entity = _NOUNS[noun].get(request.call, **{f"{noun}_name": name})
    boundary = boundary_of(entity)
    form = BoundaryForm()
    if request.method == "POST" and not is_step(request, FIELD):
        form = BoundaryForm(request.POST)
        if form.is_valid() and _put(request, form, boundary):
            messages.success(request, f"Permissions boundary of {entity.name} set.")
            return go_to(request, boundary.page_address)
    picker = policy_picker(
        request,
        action=boundary.set_address,
        form=FORM_ID,
        name=FIELD,
        errors=form[FIELD].errors,
        title="Policies",
        single=True,
        hint="Choose one. The entity can do only what both this policy and its permissions policies allow.",
    )
    context = {**_context(noun, boundary, "Set permissions boundary"), "form": form, "policy_picker": picker}
    parts = {picker.id: "policies/_policy_picker.html"}
    return page(request, "policies/boundary.html", context, part=parts, status=form.status)


@require_http_methods(["GET", "POST"])
def remove_boundary(request: ConsoleRequest, noun: str, name: str) -> HttpResponse:
    """Ask, then remove the boundary of a user or role."""
    known = _NOUNS[noun]
    boundary = boundary_of(known.get(request.call, **{f"{noun}_name": name}))
    form = ConsoleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        attempt(form, known.delete, request.call, **{f"{noun}_name": boundary.name})
        if form.is_valid():
            messages.success(request, f"Permissions boundary of {boundary.name} removed.")
            return go_to(request, boundary.page_address)
        if form.refusal:
            raise form.refusal
    context = {**_context(noun, boundary, "Remove permissions boundary"), "errors": form.non_field_errors()}
    part = "policies/_remove_boundary.html"
    parts = {"dialog": part, "dialog-part": part}
    return page(request, "policies/remove_boundary.html", context, part=parts, status=form.status)


def _put(request: ConsoleRequest, form: BoundaryForm, boundary: BoundaryOf) -> bool:
    chosen = form.cleaned_data[FIELD][0]
    named = {f"{boundary.noun}_name": boundary.name}
    attempt(form, _NOUNS[boundary.noun].put, request.call, permissions_boundary=chosen, **named)
    return not form.errors


def _context(noun: str, boundary: BoundaryOf, title: str) -> dict[str, Any]:
    way = crumbs(boundary.name, title, of=noun, tab="permissions")
    return {"title": title, "crumbs": way, "boundary": boundary, "form_id": FORM_ID}
