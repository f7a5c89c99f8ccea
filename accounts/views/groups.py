"""Pages about user groups: list, detail, create, rename; who is in them. Deleting: `accounts.views.group_deletion`."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.groups import AddUsersForm, CreateGroupForm, EditGroupForm
from accounts.operations.groups import (
    MEMBER_SORTS,
    SORTS,
    add_user_to_group,
    create_group,
    get_group,
    list_groups,
    remove_user_from_group,
    update_group,
)
from accounts.views.pickers import user_picker
from iamconsole.console.drafts import once
from iamconsole.console.forms import attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.listing import read_listing
from iamconsole.console.picker import is_step
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.steps import each, told
from policies.operations.attachments import attach_group_policy
from policies.views.entity_history import history_of, history_parts
from policies.views.entity_permissions import permissions_of
from policies.views.last_accessed import LAST_ACCESSED_PART, last_accessed_tab
from policies.views.policy_picker import policy_name, policy_picker

__all__ = ["add_users", "create", "detail", "edit", "index", "remove_users"]

TABS = ("users", "permissions", "last-accessed", "history")


@require_safe
def index(request: ConsoleRequest) -> HttpResponse:
    """List the account's user groups."""
    listing = read_listing(request, sorts=SORTS, default="group_name", filters={"permissions": "Permissions"})
    groups = list_groups(request.call, page=listing.request)
    context = {"title": "User groups", "crumbs": crumbs(of="group"), "listing": listing, "groups": groups}
    return page(request, "accounts/groups/list.html", context, part={"list": "accounts/groups/_table.html"})


@require_safe
def detail(request: ConsoleRequest, name: str) -> HttpResponse:
    """Show a group: its summary, and its users or its permissions."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else TABS[0]
    listing = read_listing(request, sorts=MEMBER_SORTS, default="user_name")
    read = get_group(request.call, group_name=name, page=listing.request if tab == "users" else None)
    context = {
        "title": read.group.group_name,
        "crumbs": crumbs(read.group.group_name, of="group"),
        "group": read.group,
        "tab": tab,
        "listing": listing,
        "users": read.users,
        "permissions": permissions_of(request.call, "group", read.group.group_name) if tab == "permissions" else None,
        **(last_accessed_tab(request, read.group.arn) if tab == "last-accessed" else {}),
        **(history_of(request, "group", read.group.group_name) if tab == "history" else {}),
    }
    part = {"list": "accounts/groups/_users.html", "permissions": "policies/_permissions.html", **LAST_ACCESSED_PART}
    part = dict(history_parts(request)) if tab == "history" else part
    return page(request, "accounts/groups/detail.html", context, part=part)


@require_http_methods(["GET", "POST"])
def create(request: ConsoleRequest) -> HttpResponse:
    """Create a group, with its first users and policies where some were chosen."""
    step = is_step(request, "user_names", "policy_arns")
    form = CreateGroupForm(request.POST if request.method == "POST" else None)
    if form.is_bound and not step and form.is_valid():
        with once(request.call, form.cleaned_data["token"]) as first:
            address = first.address or _created(request, form)
            if address:
                return go_to(request, first.address or first.lead_to(address))
    errors = form.errors if form.is_bound and not step else {}
    action = reverse("group-create")
    context = {
        "title": "Create user group",
        "crumbs": crumbs("Create user group", of="group"),
        "form": form,
        "errors": errors,
        "user_picker": user_picker(
            request, action=action, form="create-form", errors=errors.get("user_names", ()), title="Add users",
            hint="A user may be in up to 10 user groups, or in none.", optional=True,
        ),
        "policy_picker": policy_picker(
            request, action=action, form="create-form", errors=errors.get("policy_arns", ()),
            title="Attach permissions policies", hint="You can attach up to 10 policies.", optional=True,
        ),
    }  # fmt: skip
    part = {
        "user_names-picker": "accounts/users/_user_picker.html",
        "policy_arns-picker": "policies/_policy_picker.html",
    }
    return page(request, "accounts/groups/create.html", context, part=part, status=200 if step else form.status)


def _created(request: ConsoleRequest, form: CreateGroupForm) -> str:
    """Create the group, then add and attach one by one; what was refused is told, the rest stays. Empty: no group."""
    entered = form.cleaned_data
    group = attempt(form, create_group, request.call, group_name=entered["group_name"])
    if group is None:
        return ""
    messages.success(request, f"{group.group_name} created.")
    _add_each(request, group.group_name, entered["user_names"])
    each(
        entered["policy_arns"],
        lambda policy_arn: attach_group_policy(request.call, group_name=group.group_name, policy_arn=policy_arn),
        lambda policy_arn, why: messages.error(request, f"{policy_name(policy_arn)} was not attached: {why}"),
    )
    return page_address("group", group.group_name)


@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, name: str) -> HttpResponse:
    """Rename a group."""
    group = get_group(request.call, group_name=name, page=None).group
    form = EditGroupForm(
        request.POST if request.method == "POST" else None, initial={"new_group_name": group.group_name}
    )  # fmt: skip
    if form.is_valid():
        new_name = form.cleaned_data["new_group_name"]
        attempt(form, update_group, request.call, group_name=name, new_group_name=new_name)
        if not form.errors:
            messages.success(request, f"{group.group_name} is now called {new_name}.")
            return go_to(request, page_address("group", new_name))
    context = {
        "title": "Edit user group",
        "crumbs": crumbs(group.group_name, "Edit", of="group"),
        "group": group,
        "form": form,
    }
    return page(request, "accounts/groups/edit.html", context, status=form.status)


@require_http_methods(["GET", "POST"])
def add_users(request: ConsoleRequest, name: str) -> HttpResponse:
    """Add users to a group."""
    group = get_group(request.call, group_name=name, page=None).group
    step = is_step(request, "user_names")
    form = AddUsersForm(request.POST if request.method == "POST" and not step else None)
    if form.is_valid():
        added = _add_each(request, group.group_name, form.cleaned_data["user_names"], begun=False)
        if added:
            messages.success(request, f"{told(added, 'users')} added to {group.group_name}.")
        return go_to(request, page_address("group", group.group_name))
    picker = user_picker(
        request,
        action=reverse("group-add-users", args=[group.group_name]),
        form="add-form",
        errors=form.errors.get("user_names", ()),
        title="Other users",
        hint="A user may be in up to 10 user groups.",
    )
    context = {
        "title": "Add users",
        "crumbs": crumbs(group.group_name, "Add users", of="group"),
        "group": group,
        "form": form,
        "user_picker": picker,
    }
    part = {picker.id: "accounts/users/_user_picker.html"}
    return page(request, "accounts/groups/add_users.html", context, part=part, status=form.status)


def _add_each(request: ConsoleRequest, group_name: str, user_names: Iterable[str], *, begun: bool = True) -> list[str]:
    """Add users one by one; says who could not be added, and answers who was."""
    return each(
        user_names,
        lambda user_name: add_user_to_group(request.call, group_name=group_name, user_name=user_name),
        lambda user_name, why: messages.error(request, f"{user_name} was not added to {group_name}: {why}"),
        begun=begun,
    )


@require_http_methods(["GET", "POST"])
def remove_users(request: ConsoleRequest, name: str) -> HttpResponse:
    """Remove the ticked users from a group, after a question."""
    asked = request.POST if request.method == "POST" else request.GET
    user_names = list(dict.fromkeys(asked.getlist("name")))
    back = page_address("group", name)
    if not user_names:
        return go_to(request, back)
    if request.method == "POST":
        _remove_each(request, name, user_names)
        return go_to(request, back)
    context = {
        "title": "Remove users",
        "crumbs": crumbs(name, "Remove users", of="group"),
        "group_name": name,
        "user_names": user_names,
        "back": back,
        "hidden": [("name", user_name) for user_name in user_names],
    }
    part = {"dialog": "accounts/groups/_remove_users.html"}
    return page(request, "accounts/groups/remove_users.html", context, part=part)


def _remove_each(request: ConsoleRequest, group_name: str, user_names: list[str]) -> None:
    removed = each(
        user_names,
        lambda user_name: remove_user_from_group(request.call, group_name=group_name, user_name=user_name),
        lambda user_name, why: messages.error(request, f"{user_name} was not removed from {group_name}: {why}"),
        begun=False,
    )
    if removed:
        messages.success(request, f"{told(removed, 'users')} removed from {group_name}.")
