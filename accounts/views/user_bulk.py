"""Changes to several users at once: each user is a call by itself, and failures are told one by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.forms.users import AddToGroupsForm
from accounts.operations.groups import add_user_to_group, list_groups_for_user, remove_user_from_group
from accounts.operations.login_profiles import delete_login_profile
from accounts.views.pickers import group_picker
from accounts.views.user_steps import deactivate_keys
from iamconsole.call import Call
from iamconsole.console.htmx import go_to, page
from iamconsole.console.panels import panel
from iamconsole.console.picker import is_step
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.steps import each, perform, told

__all__ = ["add_to_groups", "deactivate_access_keys", "disable_console_access", "remove_from_groups"]

FORM_ID = "groups-form"


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked before ticked users are changed, and how one of them is changed."""

    title: str
    text: str
    button: str
    done: str
    route: str
    change: Callable[[Call, str], None]


def _disable(call: Call, name: str) -> None:
    delete_login_profile(call, user_name=name)


_DEACTIVATE = _Question(
    "Deactivate access keys",
    "Everything that uses the access keys of these users stops working at once. The keys stay, and can be activated "
    "again.", "Deactivate access keys", "Access keys deactivated", "user-deactivate-keys",
    deactivate_keys,
)  # fmt: skip
_DISABLE = _Question(
    "Disable console access",
    "These users can no longer sign in: their console passwords are deleted, and their sessions end. Access keys go on "
    "working.", "Disable console access", "Console access disabled",
    "user-disable-console-access", _disable,
)  # fmt: skip


@require_http_methods(["GET", "POST"])
def deactivate_access_keys(request: ConsoleRequest) -> HttpResponse:
    """Deactivate all active access keys of the ticked users."""
    return _ask(request, _DEACTIVATE)


@require_http_methods(["GET", "POST"])
def disable_console_access(request: ConsoleRequest) -> HttpResponse:
    """Take the console passwords of the ticked users away."""
    return _ask(request, _DISABLE)


@require_http_methods(["GET", "POST"])
def add_to_groups(request: ConsoleRequest) -> HttpResponse:
    """Add the ticked users to the groups that are chosen."""
    names = _names(request)
    if not names:
        return go_to(request, "user-list")
    step = is_step(request, "group_names")
    form = AddToGroupsForm(request.POST if request.method == "POST" and not step else None)
    back = _back(request, names, "groups")
    if form.is_valid():
        _join(request, names, form.cleaned_data["group_names"])
        return go_to(request, back)
    joined = panel(list_groups_for_user, request.call, user_name=names[0]).value if len(names) == 1 else ()
    picker = group_picker(
        request, action=reverse("user-add-to-groups"), form=FORM_ID, errors=form["group_names"].errors,
        taken=frozenset(group.group_name for group in joined or ()), hint="A user may be in up to 10 user groups.",
    )  # fmt: skip
    context = {
        "title": "Add to user groups",
        "crumbs": crumbs(names[0], "Add to user groups", of="user")
        if len(names) == 1
        else crumbs("Add to user groups", of="user"),
        "names": names,
        "form": form,
        "form_id": FORM_ID,
        "group_picker": picker,
        "details": "details" in _asked(request),
        "back": back,
    }
    part = {picker.id: "accounts/groups/_group_picker.html"}
    return page(request, "accounts/users/add_to_groups.html", context, part=part, status=form.status)


@require_http_methods(["GET", "POST"])
def remove_from_groups(request: ConsoleRequest, name: str) -> HttpResponse:
    """Remove a user from the ticked groups, after a question."""
    groups = _names(request)
    back = page_address("user", name, "groups")
    if not groups:
        return go_to(request, back)
    if request.method == "POST":
        failed = perform(
            (
                (
                    f"remove {name} from {group}",
                    partial(remove_user_from_group, request.call, group_name=group, user_name=name),
                )
                for group in groups
            ),
            begun=False,
        )
        _tell(request, failed, len(groups) - len(failed), "user group", f"{name} removed from")
        return go_to(request, back)
    context = {
        "title": "Remove from user groups",
        "crumbs": crumbs(name, "Remove from user groups", of="user"),
        "user_name": name,
        "groups": groups,
        "hidden": [("name", group) for group in groups],
        "back": back,
    }
    part = dict.fromkeys(("dialog", "dialog-part"), "accounts/users/_remove_from_groups.html")
    return page(request, "accounts/users/remove_from_groups.html", context, part=part)


def _ask(request: ConsoleRequest, question: _Question) -> HttpResponse:
    names = _names(request)
    if not names:
        return go_to(request, "user-list")
    back = _back(request, names, "credentials")
    if request.method == "POST":
        done = each(
            names,
            lambda name: question.change(request.call, name),
            lambda name, why: messages.error(request, f"{name}: {why}"),
            begun=False,
        )
        if done:
            messages.success(request, f"{question.done} for {told(done, 'users')}.")
        return go_to(request, back)
    hidden = [("name", name) for name in names]
    context = {
        "title": question.title,
        "crumbs": crumbs(question.title, of="user"),
        "question": question,
        "names": names,
        "hidden": [*hidden, ("details", "1")] if "details" in request.GET else hidden,
        "back": back,
    }
    part = dict.fromkeys(("dialog", "dialog-part"), "accounts/users/_bulk.html")
    return page(request, "accounts/users/bulk.html", context, part=part)


def _join(request: ConsoleRequest, names: Sequence[str], groups: Sequence[str]) -> None:
    pairs = [(name, group) for name in names for group in groups]
    failed = perform(
        (
            (
                f"add {name} to {group}",
                partial(add_user_to_group, request.call, group_name=group, user_name=name),
            )
            for name, group in pairs
        ),
        begun=False,
    )
    joined = 0 if len(failed) == len(pairs) else len(groups)
    _tell(request, failed, joined, "user group", f"{told(names, 'users')} added to")


def _tell(request: ConsoleRequest, failed: Sequence[str], count: int, noun: str, what: str) -> None:
    for sentence in failed:
        messages.error(request, sentence)
    if count:
        messages.success(request, f"{what} {count} {noun}{'' if count == 1 else 's'}.")


def _names(request: ConsoleRequest) -> list[str]:
    return list(dict.fromkeys(filter(None, _asked(request).getlist("name"))))


def _asked(request: ConsoleRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def _back(request: ConsoleRequest, names: Sequence[str], tab: str) -> str:
    """The page on which the question was asked: the user's own, the question before deleting, or else the list."""
    if _asked(request).get("onward") == "delete" and len(names) == 1:
        return reverse("user-delete", args=[names[0]])
    if "details" in _asked(request) and len(names) == 1:
        return page_address("user", names[0], tab)
    return reverse("user-list")
