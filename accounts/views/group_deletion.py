"""Delete user groups, with what hangs on them: several operations one after the other, as AWS's console does."""

from collections.abc import Iterable, Iterator
from functools import partial

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
from iamconsole.console.steps import Step, cascade, each, refusal_of, told
from policies.models import Attachment, InlinePolicy
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
    errors: list[str] = []
    if request.method == "POST":
        if request.POST.get("confirm", "").strip() == confirmation:
            errors = _delete_each(request, names)
        else:
            errors = [f"Enter {confirmation} to confirm."]
        if not errors:
            return go_to(request, "group-list")
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
    """Take everything off a group, then delete it; raises what refused the first step, or Unfinished for a later one.

    What was done before a refusal stays. What hangs on the group is read before anything is taken off it.
    """
    attached = list_attached_group_policies(call, group_name=group_name)
    inline = list_group_policies(call, group_name=group_name)
    cascade(_deletion(call, group_name, attached, inline))


def _deletion(
    call: Call, group_name: str, attached: Iterable[Attachment], inline: Iterable[InlinePolicy]
) -> Iterator[Step]:
    named = {"group_name": group_name}
    while users := get_group(call, **named, page=PageRequest(size=100)).users.items:
        for user in users:
            leave = partial(remove_user_from_group, call, **named, user_name=user.user_name)
            yield f"remove {user.user_name} from the group", leave
    for attachment in attached:
        policy = attachment.policy
        yield f"detach {policy.policy_name}", partial(detach_group_policy, call, **named, policy_arn=policy.arn)
    for each_policy in inline:
        name = each_policy.policy_name
        yield f"delete the inline policy {name}", partial(delete_group_policy, call, **named, policy_name=name)
    yield "delete the group", partial(delete_group, call, **named)


def _contents(call: Call, group_name: str) -> dict[str, object]:
    """What goes with the group, as far as the caller may see it."""
    return {
        "read": panel(get_group, call, group_name=group_name, page=PageRequest(size=_NAMED)),
        "attached": panel(list_attached_group_policies, call, group_name=group_name),
        "inline": panel(list_group_policies, call, group_name=group_name),
    }


def _delete_each(request: ConsoleRequest, names: list[str]) -> list[str]:
    """Delete one after the other. What fails for one group is answered, what fails among several is told as notices."""
    delete_one = partial(delete_with_contents, request.call)
    if len(names) == 1:
        failed, deleted = refusal_of(partial(delete_one, names[0])), names
    else:
        failed, deleted = [], each(
            names, delete_one, lambda name, why: messages.error(request, f"{name} was not deleted: {why}"), begun=False
        )  # fmt: skip
    if deleted and not failed:
        messages.success(request, f"{told(deleted, 'user groups')} deleted.")
    return failed
