"""Delete user groups, with what hangs on them: several operations one after the other, as AWS's console does."""

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.operations.groups import delete_group, get_group, remove_user_from_group
from iamconsole.aws.paging import PageRequest
from iamconsole.call import Call
from iamconsole.console.htmx import go_to, page
from iamconsole.console.panels import panel
from iamconsole.console.places import crumbs
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.steps import each, told
from policies.operations.attachments import detach_group_policy, list_attached_group_policies
from policies.operations.inline_policies import delete_group_policy, list_group_policies

__all__ = ["delete", "delete_with_contents"]

_NAMED = 10
"""Users are named in the question up to this many."""


@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, name: str = "") -> HttpResponse:
    """Ask for the typed name (or "3 user groups"), then delete one group or the ticked ones."""
    asked = request.POST if request.method == "POST" else request.GET
    names = [name] if name else list(dict.fromkeys(asked.getlist("name")))
    if not names:
        return go_to(request, "group-list")
    confirmation = told(names, "user groups")
    errors = []
    if request.method == "POST":
        if request.POST.get("confirm", "").strip() == confirmation:
            _delete_each(request, names)
            return go_to(request, "group-list")
        errors = [f"Enter {confirmation} to confirm."]
    context = {
        "title": "Delete user group" if len(names) == 1 else "Delete user groups",
        "crumbs": crumbs("Delete", of="group"),
        "names": names,
        "confirmation": confirmation,
        "errors": errors,
        "hidden": [("name", name) for name in names],
        **(_contents(request.call, names[0]) if len(names) == 1 else {}),
    }
    part = dict.fromkeys(("dialog", "dialog-part"), "accounts/groups/_delete.html")
    return page(request, "accounts/groups/delete.html", context, part=part, status=422 if errors else 200)


def delete_with_contents(call: Call, group_name: str) -> None:
    """Take everything off a group, then delete it; raises the first refusal, and what was done before it stays."""
    while users := get_group(call, group_name=group_name, page=PageRequest(size=100)).users.items:
        for user in users:
            remove_user_from_group(call, group_name=group_name, user_name=user.user_name)
    for attachment in list_attached_group_policies(call, group_name=group_name):
        detach_group_policy(call, group_name=group_name, policy_arn=attachment.policy.arn)
    for policy in list_group_policies(call, group_name=group_name):
        delete_group_policy(call, group_name=group_name, policy_name=policy.policy_name)
    delete_group(call, group_name=group_name)


def _contents(call: Call, group_name: str) -> dict[str, object]:
    """What goes with the group, as far as the caller may see it."""
    return {
        "read": panel(get_group, call, group_name=group_name, page=PageRequest(size=_NAMED)),
        "attached": panel(list_attached_group_policies, call, group_name=group_name),
        "inline": panel(list_group_policies, call, group_name=group_name),
    }


def _delete_each(request: ConsoleRequest, names: list[str]) -> None:
    deleted = each(
        names,
        lambda name: delete_with_contents(request.call, name),
        lambda name, why: messages.error(request, f"{name} was not deleted: {why}"),
    )
    if deleted:
        messages.success(request, f"{told(deleted, 'user groups')} deleted.")
