"""Pages about users: list, detail, rename. Creating, deleting, credentials and groups have modules of their own."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.users import EditUserForm
from accounts.models import Group, User
from accounts.operations.access_keys import list_access_keys
from accounts.operations.groups import list_groups_for_user
from accounts.operations.login_profiles import get_login_profile
from accounts.operations.mfa_devices import list_mfa_devices
from accounts.operations.tags import list_user_tags
from accounts.operations.users import SORTS, get_user, list_users, update_user
from accounts.secrets import fingerprint
from accounts.views.user_facts import KeyFacts, UserFacts, profile_of, rotation_of
from iamconsole.aws import quotas
from iamconsole.aws.errors import AccessDenied, NoSuchEntity
from iamconsole.call import Call
from iamconsole.console.forms import attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.listing import read_listing
from iamconsole.console.panels import Panel, panel
from iamconsole.console.places import crumbs, page_address, sign_in_address
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.sessions import ActiveSession, active
from policies.operations.attachments import list_attached_group_policies
from policies.operations.inline_policies import list_group_policies
from policies.queries import gather_policies
from policies.views.entity_boundary import boundary_of
from policies.views.entity_history import history_of, history_parts
from policies.views.entity_permissions import KINDS, Permissions, PolicyRow, attached_row, inline_row, permissions_of
from policies.views.last_accessed import LAST_ACCESSED_PART, last_accessed_tab

__all__ = ["detail", "edit", "index", "key_facts"]

TABS = ("permissions", "groups", "tags", "credentials", "last-accessed", "history")


@require_safe
def index(request: ConsoleRequest) -> HttpResponse:
    """List the account's users."""
    filters = {"path": "Path", "group": "User group", "keys": "Access keys"}
    listing = read_listing(request, sorts=SORTS, default="user_name", filters=filters)
    users = list_users(request.call, page=listing.request)
    context = {
        "title": "Users",
        "crumbs": crumbs(of="user"),
        "listing": listing,
        "users": users,
        "rows": [UserFacts(user, request.call.time) for user in users],
        "paths": sorted({user.path for user in users} | {"/"}),
        "groups": sorted({name for user in users for name in user.group_names}, key=str.lower),
    }
    return page(request, "accounts/users/list.html", context, part={"list": "accounts/users/_table.html"})


@require_safe
def detail(request: ConsoleRequest, name: str) -> HttpResponse:
    """Show a user: the summary and one of the tabs."""
    user = get_user(request.call, user_name=name)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else TABS[0]
    keys = key_facts(request.call, user.user_name, user)
    context = {
        "title": user.user_name,
        "crumbs": crumbs(user.user_name, of="user"),
        "user": user,
        "profile": profile_of(user),
        "keys": keys,
        "rotation": rotation_of(keys.value or ()),
        "devices": panel(list_mfa_devices, request.call, user_name=user.user_name),
        "boundary": boundary_of(user),
        "tab": tab,
        **_tab(request, user, tab),
    }
    part = {
        "permissions": "policies/_permissions.html" if tab == "permissions" else None,
        "groups": "accounts/users/_groups.html" if tab == "groups" else None,
        **LAST_ACCESSED_PART,
        **(history_parts(request) if tab == "history" else {}),
    }
    return page(
        request, "accounts/users/detail.html", context, part={key: value for key, value in part.items() if value}
    )


@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, name: str) -> HttpResponse:
    """Rename a user, or move it to another path."""
    user = get_user(request.call, user_name=name)
    initial = {"new_user_name": user.user_name, "new_path": user.path}
    form = EditUserForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        changes = {field: form.cleaned_data[field] for field in form.changed_data}
        if changes:
            attempt(form, update_user, request.call, user_name=user.user_name, **changes)
        if not form.errors:
            messages.success(request, f"{form.cleaned_data['new_user_name']} updated.")
            return go_to(request, page_address("user", form.cleaned_data["new_user_name"]))
    context = {"title": "Edit user", "crumbs": crumbs(user.user_name, "Edit", of="user"), "user": user, "form": form}
    return page(request, "accounts/users/edit.html", context, status=form.status)


def key_facts(call: Call, name: str | None, user: User | None = None) -> Panel[tuple[KeyFacts, ...]]:
    """The access keys of a user, or of the caller for no name; a key's description is the user's tag of its id."""
    keys = panel(list_access_keys, call, user_name=name)
    if keys.value is None:
        return Panel(refusal=keys.refusal)
    said = {tag["key"]: tag["value"] for tag in user.tag_list} if user else {}
    return Panel(value=tuple(KeyFacts(key, call.time, said.get(key.access_key_id, "")) for key in keys.value))


def _tab(request: ConsoleRequest, user: User, tab: str) -> dict[str, Any]:
    """Read what the open tab shows, and nothing else."""
    call, name = request.call, user.user_name
    if tab == "tags":
        return {"tags": panel(list_user_tags, call, user_name=name), "tags_url": reverse("user-tags", args=[name])}
    if tab == "groups":
        return {"groups": panel(list_groups_for_user, call, user_name=name), "quota": quotas.GROUPS_PER_USER.value}
    if tab == "credentials":
        login = _login_panel(call, name)
        return {
            "sign_in_url": sign_in_address(request),
            "login": login,
            "sessions": _sessions(user, login),
            "owner": name,
            "key_quota": quotas.ACCESS_KEYS_PER_USER.value,
            "device_quota": quotas.MFA_DEVICES_PER_USER.value,
        }
    if tab == "last-accessed":
        return last_accessed_tab(request, user.arn)
    if tab == "history":
        return history_of(request, "user", name)
    return {"permissions": _permissions(call, user)}


def _login_panel(call: Call, name: str) -> Panel[Any]:
    try:
        return panel(get_login_profile, call, user_name=name)
    except NoSuchEntity:
        return Panel()


def _sessions(user: User, login: Panel[Any]) -> tuple[ActiveSession, ...]:
    """Where the user is signed in, for who may see the console password that it goes with."""
    if login.value is None:
        return ()
    return active(user.account_id, user.user_id, fingerprint(user.user_id, login.value.password))


def _permissions(call: Call, user: User) -> Permissions:
    """The policies of a user, its own and its groups'; each list is asked for, and may be refused, by itself."""
    groups = panel(list_groups_for_user, call, user_name=user.user_name)
    gather_policies(call, user, groups.value or ())
    inherited: list[PolicyRow] = []
    refusals: list[AccessDenied] = [groups.refusal] if groups.refusal else []
    for group in groups.value or ():
        rows, refused = _through(call, user, group)
        inherited += rows
        refusals += refused
    own = permissions_of(call, "user", user.user_name, inherited=inherited)
    return replace(own, refusals=(*own.refusals, *refusals))


def _through(call: Call, user: User, group: Group) -> tuple[list[PolicyRow], Sequence[AccessDenied]]:
    kind, name = KINDS["user"], group.group_name
    attached = panel(list_attached_group_policies, call, group_name=name)
    inline = panel(list_group_policies, call, group_name=name)
    rows = [attached_row(kind, user.user_name, each, group=name) for each in attached.value or ()]
    rows += [inline_row(kind, user.user_name, each, group=name) for each in inline.value or ()]
    return rows, [read.refusal for read in (attached, inline) if read.refusal]
