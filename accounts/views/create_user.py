"""The wizard that creates a user: details, permissions, review. What was entered is kept in a draft.

The fourth step, which shows the password, is `accounts.views.retrieve`.

Rules: id_users_create.
"""

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.forms.tag_rows import TagRows
from accounts.forms.users import UserDetailsForm, UserPermissionsForm
from accounts.operations.users import get_user
from accounts.passwords import policy_of
from accounts.views.pickers import group_picker, user_picker
from accounts.views.retrieve import hand_over_password
from accounts.views.user_draft import STEPS, copied_from, new_user, password_words, permission_rows
from accounts.views.user_steps import Created, NewUser, create_with_everything
from iamconsole.aws import quotas
from iamconsole.aws.errors import AccessDenied, IamError, NoSuchEntity
from iamconsole.console import drafts
from iamconsole.console.forms import ConsoleForm, place
from iamconsole.console.htmx import go_to, page
from iamconsole.console.models import Draft
from iamconsole.console.picker import is_step
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.wizard import wizard_step
from policies.views.policy_picker import policy_picker

__all__ = ["create"]

KIND = "user"
FORM_ID = "user-form"
PICKS = ("group_names", "copy_from", "policy_arns", "permissions_boundary")
_DETAILS = ("user_name", "path", "console_access", "password_kind", "password_reset_required")
_CHOICE, _BOUNDARY = "accounts/users/_permissions_choice.html", "accounts/users/_boundary_choice.html"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def create(request: ConsoleRequest) -> HttpResponse:
    """Show or take the step that the address names; a step whose forerunner is missing leads back to it."""
    draft_id, step = request.GET.get("draft", ""), request.GET.get("step", "1")
    if step == "3" and request.method == "POST" and not TagRows.read(request.POST).stepped:
        return _finish(request, draft_id)
    draft = drafts.load(request.call, draft_id, KIND) if draft_id else None
    if draft is None or step not in ("2", "3"):
        return _details_step(request, draft)
    return _permissions_step(request, draft) if step == "2" else _review_step(request, draft)


def _details_step(request: ConsoleRequest, draft: Draft | None, error: IamError | None = None) -> HttpResponse:
    kept = drafts.secrets_of(draft).get("password", "") if draft else ""
    initial = draft.data["details"] if draft else {"path": "/"}
    sent = request.POST if request.method == "POST" and error is None else None
    form = UserDetailsForm(sent, initial=initial, call=request.call, kept=kept)
    if form.is_bound and form.is_valid() and not _is_taken(request, form):
        return go_to(request, _address(_keep_details(request, draft, form), 2))
    if error is not None and draft:
        form = UserDetailsForm({**draft.data["details"]}, call=request.call, kept=kept)
        form.is_valid()
        place(form, error)
    context = {
        **_context(draft, 1),
        "form": form,
        "kept": bool(kept),
        "rules": policy_of(request.call.account).requirements(),
    }
    return page(request, "accounts/users/create_details.html", context, status=form.status)


def _is_taken(request: ConsoleRequest, form: UserDetailsForm) -> bool:
    """Say at the field that there is such a user; who may not look learns it at the end."""
    name = form.cleaned_data["user_name"]
    try:
        get_user(request.call, user_name=name)
    except (AccessDenied, NoSuchEntity):
        return False
    form.add_error("user_name", f"User with name {name} already exists.")
    return True


def _keep_details(request: ConsoleRequest, draft: Draft | None, form: UserDetailsForm) -> Draft:
    details = {name: form.cleaned_data[name] for name in _DETAILS}
    sealed = {"password": form.own_password} if details["console_access"] and form.own_password else {}
    if draft is None:
        return drafts.start(request.call, KIND, {"details": details, "token": str(uuid.uuid4())}, secrets=sealed)
    drafts.save(request.call, draft, {**draft.data, "details": details}, secrets=sealed)
    return draft


def _permissions_step(request: ConsoleRequest, draft: Draft) -> HttpResponse:
    kept: Mapping[str, Any] = draft.data.get("permissions") or {}
    stepping = is_step(request, *PICKS) or "choose" in request.POST or _not_shown_yet(request)
    if request.method == "GET" and kept:
        request.GET = _with(request.GET, kept)  # type: ignore[assignment]  # a copy that nobody changes
    sent = request.POST if request.method == "POST" else None
    form = UserPermissionsForm(sent if not stepping else None, initial=sent.dict() if sent and stepping else kept)
    if form.is_bound and form.is_valid():
        chosen = {name: list(form.cleaned_data[name]) for name in PICKS}
        ways = {"method": form.cleaned_data["method"], "bounded": form.cleaned_data["bounded"]}
        drafts.save(request.call, draft, {**draft.data, "permissions": {**chosen, **ways}})
        return go_to(request, _address(draft, 3))
    method, bounded = form["method"].value() or "group", bool(form["bounded"].value())
    data = request.POST if request.method == "POST" else request.GET
    context = {
        **_context(draft, 2),
        "form": form,
        "method": method,
        "bounded": bounded,
        "carried": [(name, value) for name in PICKS for value in data.getlist(name) if name != _FIELDS.get(method)],
        **_picker(request, form, method, _address(draft, 2)),
        "boundary_picker": policy_picker(
            request, action=_address(draft, 2), form=FORM_ID, name="permissions_boundary",
            errors=form["permissions_boundary"].errors, title="Boundary policy", single=True,
            hint="Choose one. The user can do only what both this policy and its permissions allow.",
        )
        if bounded
        else None,
    }  # fmt: skip
    parts = {
        "permissions-choice": _CHOICE,
        "boundary-choice": _BOUNDARY,
        "permissions_boundary-picker": _BOUNDARY_PICKER,
        "group_names-picker": "accounts/groups/_group_picker.html",
        "copy_from-picker": "accounts/users/_user_picker.html",
        "policy_arns-picker": "policies/_policy_picker.html",
    }
    return page(request, "accounts/users/create_permissions.html", context, part=parts, status=form.status)


def _not_shown_yet(request: ConsoleRequest) -> bool:
    """Whether a page without script was sent with a way chosen whose table did not stand on it."""
    sent = request.POST
    bounded = "on" if "bounded" in sent else ""
    other_way = sent.get("shown", sent.get("method")) != sent.get("method")
    return other_way or (bounded != "" and sent.get("shown-bounded", bounded) != bounded)


_FIELDS = {"group": "group_names", "copy": "copy_from", "attach": "policy_arns"}
_BOUNDARY_PICKER = "accounts/users/_boundary_picker.html"


def _picker(request: ConsoleRequest, form: ConsoleForm, method: str, action: str) -> dict[str, Any]:
    """The one table that the chosen way needs."""
    if method == "copy":
        return {
            "user_picker": user_picker(
                request, action=action, form=FORM_ID, name="copy_from", errors=form["copy_from"].errors, single=True,
                hint="Choose one user. Groups, attached policies, inline policies and the boundary are copied.",
            )
        }  # fmt: skip
    if method == "attach":
        return {
            "policy_picker": policy_picker(
                request, action=action, form=FORM_ID, errors=form["policy_arns"].errors,
                hint=f"Choose up to {quotas.POLICIES_PER_USER.value}.",
            )
        }  # fmt: skip
    return {
        "group_picker": group_picker(
            request, action=action, form=FORM_ID, errors=form["group_names"].errors,
            hint=f"Choose up to {quotas.GROUPS_PER_USER.value}.",
        )
    }  # fmt: skip


def _review_step(
    request: ConsoleRequest, draft: Draft, tags: TagRows | None = None, refusal: AccessDenied | None = None
) -> HttpResponse:
    if tags is None:
        tags = TagRows((key, value) for key, value in draft.data.get("tags", []))
        if request.method == "POST":
            tags = TagRows.read(request.POST)
    details, permissions = draft.data["details"], draft.data.get("permissions") or {}
    copied = copied_from(request.call, permissions)
    context = {
        **_context(draft, 3),
        "details": details,
        "password": password_words(details),
        "rows": permission_rows(permissions, copied),
        "copied": copied,
        "copy_from": next(iter(permissions.get("copy_from", ())), ""),
        "grants_nothing": not (permissions.get("group_names") or permissions.get("policy_arns"))
        and (copied is None or copied.grants_nothing),
        "must_change": details["console_access"]
        and details["password_reset_required"]
        and not policy_of(request.call.account).allow_users_to_change_password,
        "refusal": refusal,
        "token": draft.data["token"],
        "tags": tags,
        "tag_limit": quotas.TAGS_PER_RESOURCE.value,
        "edit_details": _address(draft, 1),
        "edit_permissions": _address(draft, 2),
    }
    part = {"tags": "accounts/users/_new_tags.html"}
    status = 403 if refusal else tags.status
    return page(request, "accounts/users/create_review.html", context, part=part, status=status)


def _finish(request: ConsoleRequest, draft_id: str) -> HttpResponse:
    """Create the user, once for all copies of the form; where it cannot be created, show the step at fault."""
    with drafts.once(request.call, _token(request.POST.get("token", ""))) as attempted:
        if attempted.address:
            return go_to(request, attempted.address)
        draft = drafts.load(request.call, draft_id, KIND)
        tags = TagRows.read(request.POST)
        drafts.save(request.call, draft, {**draft.data, "tags": tags.rows})
        if not tags.check():
            return _review_step(request, draft, tags)
        new = new_user(request.call, draft)
        try:
            created = create_with_everything(request.call, new)
        except AccessDenied as refusal:
            return _review_step(request, draft, tags, refusal)
        except IamError as error:
            if error.field in ("userName", "path", "password"):
                return _details_step(request, draft, error)
            tags.loose.append(error.message)
            return _review_step(request, draft, tags)
        drafts.discard(draft)
        return go_to(request, attempted.lead_to(_onward(request, new, created)))


def _onward(request: ConsoleRequest, new: NewUser, created: Created) -> str:
    name = created.user.user_name
    for sentence in created.failed:
        messages.error(request, sentence)
    messages.success(request, f"User {name} created.")
    if created.has_password:
        return hand_over_password(request, name, new.password, back=reverse("user-list"), created=True)
    return page_address("user", name)


def _token(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _with(query: QueryDict, kept: Mapping[str, Any]) -> QueryDict:
    """The address as if it ticked what the draft holds."""
    filled = query.copy()
    for name in PICKS:
        filled.setlist(name, kept.get(name, []))
    return filled


def _address(draft: Draft, step: int) -> str:
    return f"{reverse('user-create')}?{urlencode([('draft', str(draft.pk)), ('step', step)])}"


def _context(draft: Draft | None, step: int) -> dict[str, Any]:
    """What every step shows."""
    address = partial(_address, draft) if draft else None
    wizard = wizard_step(STEPS, step, start=reverse("user-create"), address=address)
    return {**wizard, "crumbs": crumbs("Create user", of="user"), "form_id": FORM_ID}
