"""Pages about roles: list, detail, edit, trust policy, delete."""

import hashlib
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.roles import EditRoleForm, TrustPolicyForm
from accounts.models import Role
from accounts.operations.instance_profiles import list_instance_profiles_for_role
from accounts.operations.roles import get_role, list_roles, update_assume_role_policy, update_role
from accounts.operations.tags import list_role_tags
from accounts.views.role_steps import delete_with_everything, hanging_on
from iamconsole.aws import quotas
from iamconsole.console.csp import editor_page
from iamconsole.console.forms import ConsoleForm, attempt
from iamconsole.console.highlight import json_lines
from iamconsole.console.htmx import go_to, page
from iamconsole.console.listing import read_listing
from iamconsole.console.panels import panel
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.steps import each, refusal_of, told
from policies.language.kinds import PolicyKind
from policies.summary.trusted_entities import trusted_entities
from policies.views.entity_boundary import boundary_of
from policies.views.entity_history import history_of, history_parts
from policies.views.entity_permissions import permissions_of
from policies.views.last_accessed import LAST_ACCESSED_PART, last_accessed_tab
from policies.views.policy_checks import check_asked, checks_context, editor_findings

__all__ = ["delete", "delete_several", "detail", "edit", "edit_trust_policy", "index"]

TABS = (
    ("permissions", "Permissions"),
    ("trust", "Trust relationships"),
    ("tags", "Tags"),
    ("last-accessed", "Last accessed"),
    ("sessions", "Revoke sessions"),
    ("history", "History"),
)
_QUIET = timedelta(days=90)


@require_safe
def index(request: ConsoleRequest) -> HttpResponse:
    """List the account's roles."""
    listing = read_listing(request, sorts=("role_name", "last_activity"), default="role_name")
    roles = list_roles(request.call, page=listing.request)
    context = {
        "title": "Roles",
        "crumbs": crumbs(of="role"),
        "listing": listing,
        "roles": roles,
        "trusted": {role.role_id: _trusted(role) for role in roles},
        "quiet_since": timezone.now() - _QUIET,
    }
    return page(request, "accounts/roles/list.html", context, part={"list": "accounts/roles/_table.html"})


@require_safe
def detail(request: ConsoleRequest, name: str) -> HttpResponse:
    """Show a role: its summary and one of its tabs."""
    role = get_role(request.call, role_name=name)
    tab = request.GET.get("tab", "")
    tab = tab if tab in dict(TABS) else TABS[0][0]
    trusted = _trusted(role)
    context = {
        "title": role.role_name,
        "crumbs": crumbs(role.role_name, of="role"),
        "role": role,
        "trusted": trusted,
        "duration": _duration(role.max_session_duration),
        "tab": tab,
        "tabs": [(label, page_address("role", role.role_name, key), key == tab) for key, label in TABS],
        "profiles": panel(list_instance_profiles_for_role, request.call, role_name=name)
        if "AWS Service: ec2" in trusted
        else None,
        **_tab(request, role, tab),
    }
    part = history_parts(request) if tab == "history" else LAST_ACCESSED_PART
    return page(request, "accounts/roles/detail.html", context, part=part)


@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, name: str) -> HttpResponse:
    """Change a role's description and maximum session duration."""
    role = get_role(request.call, role_name=name)
    form = EditRoleForm.begun(role.description, role.max_session_duration)
    if request.method == "POST":
        form = EditRoleForm(request.POST)
        if form.is_valid() and _saved(request, form, role):
            messages.success(request, f"{role.role_name} updated.")
            return go_to(request, page_address("role", role.role_name))
    context = {
        "title": f"Edit {role.role_name}",
        "crumbs": crumbs(role.role_name, "Edit", of="role"),
        "role": role,
        "form": form,
    }
    return page(request, "accounts/roles/edit.html", context, status=form.status)


@editor_page
@require_http_methods(["GET", "POST"])
def edit_trust_policy(request: ConsoleRequest, name: str) -> HttpResponse:
    """Replace a role's trust policy; where somebody else did so meanwhile, show both."""
    role = get_role(request.call, role_name=name)
    current = role.assume_role_policy_document
    form = TrustPolicyForm(initial={"document": current, "basis": _mark(current)})
    stale = False
    found = None
    if request.method == "POST":
        form = TrustPolicyForm(request.POST)
        valid = form.is_valid()
        text = request.POST.get("document", "").replace("\r\n", "\n")
        checked = check_asked(request, text, PolicyKind.TRUST)
        found = checked.findings if checked else editor_findings(text, PolicyKind.TRUST)
        if checked:
            form, valid = TrustPolicyForm(initial={**request.POST.dict(), "document": checked.text}), False
        stale = bool(request.POST.get("basis")) and request.POST["basis"] != _mark(current)
        if valid and not stale and _replaced(request, form, name):
            messages.success(request, f"Trust policy of {role.role_name} updated.")
            return go_to(request, page_address("role", role.role_name, "trust"))
    context = {
        "title": "Edit trust policy",
        "crumbs": crumbs(role.role_name, "Edit trust policy", of="role"),
        "role": role,
        "form": form,
        "limit": quotas.TRUST_POLICY_SIZE.value,
        "stale": stale,
        "basis": _mark(current),
        "trust_lines": json_lines(current),
        "validate_url": reverse("policy-validate"),
        **checks_context(found, "document"),
    }
    return page(request, "accounts/roles/edit_trust_policy.html", context, status=409 if stale else form.status)


@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, name: str) -> HttpResponse:
    """Ask for the role's name, then delete the role and what hangs on it."""
    role = get_role(request.call, role_name=name)
    errors: list[str] = []
    if request.method == "POST":
        errors = [] if request.POST.get("confirm", "").strip() == role.role_name else [f"Enter {role.role_name}."]
        errors = errors or refusal_of(partial(delete_with_everything, request.call, role.role_name))
        if not errors:
            messages.success(request, f"{role.role_name} deleted.")
            return go_to(request, "role-list")
    context = {
        "title": f"Delete {role.role_name}",
        "crumbs": crumbs(role.role_name, "Delete", of="role"),
        "role": role,
        "trusted": _trusted(role),
        "hanging": hanging_on(request.call, role.role_name),
        "errors": errors,
    }
    return _dialog(request, "accounts/roles/delete.html", "accounts/roles/_delete.html", context)


@require_http_methods(["GET", "POST"])
def delete_several(request: ConsoleRequest) -> HttpResponse:
    """Ask for the word "delete", then delete the ticked roles one after the other, each with what hangs on it."""
    names = list(dict.fromkeys((request.POST if request.method == "POST" else request.GET).getlist("name")))
    if len(names) < 2 and request.method == "GET":
        return go_to(request, "role-delete", names[0]) if names else go_to(request, "role-list")
    errors: list[str] = []
    if request.method == "POST":
        if request.POST.get("confirm", "").strip() != "delete":
            errors = ["Enter the word delete."]
        else:
            return _delete_each(request, names)
    context = {
        "title": "Delete roles",
        "crumbs": crumbs("Delete", of="role"),
        "names": names,
        "hidden": [("name", name) for name in names],
        "errors": errors,
    }
    return _dialog(request, "accounts/roles/delete_several.html", "accounts/roles/_delete_several.html", context)


def _delete_each(request: ConsoleRequest, names: list[str]) -> HttpResponse:
    deleted = each(
        names,
        partial(delete_with_everything, request.call),
        lambda name, why: messages.error(request, f"{name}: {why}"),
        begun=False,
    )
    if deleted:
        messages.success(request, f"{told(deleted, 'roles')} deleted.")
    return go_to(request, "role-list")


def _tab(request: ConsoleRequest, role: Role, tab: str) -> dict[str, Any]:
    """Read what the open tab shows, and nothing else."""
    if tab == "tags":
        address = reverse("role-tags", args=[role.role_name])
        return {"tags": panel(list_role_tags, request.call, role_name=role.role_name), "tags_url": address}
    if tab == "sessions":
        return {}
    if tab == "trust":
        return {"trust_lines": json_lines(role.assume_role_policy_document)}
    if tab == "last-accessed":
        return last_accessed_tab(request, role.arn)
    if tab == "history":
        return history_of(request, "role", role.role_name)
    editable = not role.is_service_linked
    return {
        "permissions": permissions_of(request.call, "role", role.role_name, editable=editable),
        "boundary": boundary_of(role),
    }


def _saved(request: ConsoleRequest, form: EditRoleForm, role: Role) -> bool:
    attempt(
        form, update_role, request.call, role_name=role.role_name, description=form.cleaned_data["description"],
        max_session_duration=form.max_session_duration,
    )  # fmt: skip
    return not form.errors


def _replaced(request: ConsoleRequest, form: ConsoleForm, name: str) -> bool:
    document = form.cleaned_data["document"]
    attempt(form, update_assume_role_policy, request.call, role_name=name, policy_document=document)
    return not form.errors


def _dialog(request: ConsoleRequest, template: str, part: str, context: dict[str, Any]) -> HttpResponse:
    status = 422 if context["errors"] else 200
    return page(request, template, context, part={"dialog": part, "dialog-part": part}, status=status)


def _trusted(role: Role) -> tuple[str, ...]:
    entities = trusted_entities(role.assume_role_policy_document)
    return tuple(f"{entity} (Service-Linked Role)" for entity in entities) if role.is_service_linked else entities


def _duration(seconds: int) -> str:
    """Say a session's length in hours and minutes, or in seconds where it is no whole minutes."""
    if seconds % 60:
        return f"{seconds:,} seconds"
    hours, minutes = divmod(seconds // 60, 60)
    said = f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{said} {minutes} minute{'' if minutes == 1 else 's'}" if minutes else said


def _mark(document: str) -> str:
    """A short name of a text, to see whether it is still the one that an edit began with."""
    return hashlib.sha256(document.encode()).hexdigest()[:16]
