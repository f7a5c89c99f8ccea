"""Create, activate, deactivate and delete access keys: a user's, or one's own (where no name is given)."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access_keys import AccessKeyMetadata
from accounts.forms.credentials import USE_CASES, AccessKeyForm
from accounts.operations.access_keys import (
    create_access_key,
    delete_access_key,
    list_access_keys,
    update_access_key,
)
from accounts.operations.tags import tag_user, untag_user
from accounts.views.retrieve import hand_over_key
from iamconsole.aws.errors import IamError, NoSuchEntity
from iamconsole.console.drafts import once
from iamconsole.console.forms import ConsoleForm, attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.places import Crumbs, crumbs, page_address
from iamconsole.console.reauthentication import asks_again, by_root_for_itself
from iamconsole.console.request import ConsoleRequest

__all__ = ["VERBS", "activate", "create", "deactivate", "delete"]


@never_cache
@require_http_methods(["GET", "POST"])
@asks_again(by_root_for_itself)
def create(request: ConsoleRequest, name: str = "") -> HttpResponse:
    """Ask what the key is for and name something better, then make it; its secret is shown once."""
    form = AccessKeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with once(request.call, form.cleaned_data["token"]) as attempted:
            address = attempted.address or _created(request, form, name)
            if address:
                return go_to(request, attempted.address or attempted.lead_to(address))
    context = {
        "title": "Create access key",
        "crumbs": _crumbs(name, "Create access key"),
        "form": form,
        "use_cases": USE_CASES,
        "action": key_address("create", name),
        "owner": _owner(request, name),
        "root": _is_root(request, name),
        "back": list_address(name),
    }
    return page(request, "accounts/credentials/create_access_key.html", context, status=form.status)


@require_http_methods(["GET", "POST"])
def deactivate(request: ConsoleRequest, key_id: str, name: str = "") -> HttpResponse:
    """Deactivate an access key, after a question."""
    key = _key(request, key_id, name)
    return _change(request, key, name, status="Inactive", verb="deactivate")


@require_http_methods(["GET", "POST"])
def activate(request: ConsoleRequest, key_id: str, name: str = "") -> HttpResponse:
    """Activate an access key; asked by its address alone, it asks first."""
    key = _key(request, key_id, name)
    return _change(request, key, name, status="Active", verb="activate")


@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, key_id: str, name: str = "") -> HttpResponse:
    """Delete an inactive access key, once its id was typed."""
    key = _key(request, key_id, name)
    form = ConsoleForm(request.POST if request.method == "POST" else None)
    errors: list[str] = []
    if request.method == "POST":
        if key.is_active:
            errors = ["The access key is active. Deactivate it first."]
        elif request.POST.get("confirm", "").strip() != key.access_key_id:
            errors = [f"Enter {key.access_key_id} to confirm."]
        else:
            attempt(form, delete_access_key, request.call, user_name=name or None, access_key_id=key.access_key_id)
            if form.refusal:
                raise form.refusal
            errors = [str(error) for error in form.non_field_errors()]
        if not errors:
            _forget_description(request, key, name)
            messages.success(request, f"Access key {key.access_key_id} deleted.")
            return go_to(request, list_address(name))
    context = {**_context(request, key, name, "delete"), "errors": errors}
    part = dict.fromkeys(("dialog", "dialog-part"), "accounts/credentials/_delete_key.html")
    return page(
        request, "accounts/credentials/delete_key.html", context, part=part, status=422 if errors else 200
    )  # fmt: skip


def key_address(verb: str, name: str, key_id: str = "") -> str:
    """The address of one of these pages, of a user's keys or of one's own."""
    if name:
        return reverse(f"user-{verb}-access-key", args=[key_id, name] if key_id else [name])
    return reverse(f"credentials-{verb}-access-key", args=[key_id] if key_id else [])


def list_address(name: str) -> str:
    """Where the keys are listed."""
    return page_address("user", name, "credentials") if name else reverse("credentials")


def _created(request: ConsoleRequest, form: AccessKeyForm, name: str) -> str:
    """Make the key, and tag its user with the description; the address of its one showing, or nothing."""
    created = attempt(form, create_access_key, request.call, user_name=name or None)
    if created is None:
        return ""
    description, owner = form.cleaned_data["description"], _owner(request, name)
    if description and not _is_root(request, name):
        try:
            tag_user(request.call, user_name=owner, tags=[(created.key.access_key_id, description)])
        except IamError as error:
            messages.error(request, f"The description was not kept: {error.message}")
    messages.success(request, f"Access key {created.key.access_key_id} created.")
    return hand_over_key(request, owner, created.key, created.secret_access_key, back=list_address(name))


def _change(request: ConsoleRequest, key: AccessKeyMetadata, name: str, *, status: str, verb: str) -> HttpResponse:
    form = ConsoleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        attempt(
            form, update_access_key, request.call, user_name=name or None, access_key_id=key.access_key_id,
            status=status,
        )  # fmt: skip
        if form.is_valid():
            messages.success(request, f"Access key {key.access_key_id} {verb}d.")
            return go_to(request, list_address(name))
        if form.refusal:
            raise form.refusal
    context = {**_context(request, key, name, verb), "errors": list(form.non_field_errors())}
    part = dict.fromkeys(("dialog", "dialog-part"), "accounts/credentials/_change_key.html")
    return page(request, "accounts/credentials/change_key.html", context, part=part, status=form.status)


def _key(request: ConsoleRequest, key_id: str, name: str) -> AccessKeyMetadata:
    for key in list_access_keys(request.call, user_name=name or None):
        if key.access_key_id == key_id:
            return key
    raise NoSuchEntity(f"The Access Key with id {key_id} cannot be found")


def _forget_description(request: ConsoleRequest, key: AccessKeyMetadata, name: str) -> None:
    """The description goes with its key, where the caller may take tags away."""
    if _is_root(request, name):
        return
    try:
        untag_user(request.call, user_name=_owner(request, name), tag_keys=[key.access_key_id])
    except IamError as error:
        messages.warning(request, f"The key's description stays among the user's tags: {error.message}")


def _context(request: ConsoleRequest, key: AccessKeyMetadata, name: str, verb: str) -> dict[str, object]:
    title = f"{verb.capitalize()} access key"
    return {
        "title": title,
        "crumbs": _crumbs(name, title),
        "key": key,
        "verb": verb,
        "owner": _owner(request, name),
        "action": key_address(verb, name, key.access_key_id),
        "deactivate": key_address("deactivate", name, key.access_key_id),
        "back": list_address(name),
    }


def _owner(request: ConsoleRequest, name: str) -> str:
    return name or request.call.principal.name


def _is_root(request: ConsoleRequest, name: str) -> bool:
    return not name and request.call.principal.identity_type == "Root"


def _crumbs(name: str, title: str) -> Crumbs:
    return crumbs(name, title, of="user", tab="credentials") if name else crumbs(title, of="credentials")


VERBS = {"activate": activate, "deactivate": deactivate, "delete": delete}
"""The pages that change one key, by their place in the address."""
