"""Delete users with what hangs on them: several operations one after the other, as AWS's console does."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.views.user_belongings import belongings_of
from accounts.views.user_steps import delete_with_everything
from iamconsole.call import Call
from iamconsole.console.htmx import go_to, page
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.steps import each, refusal_of, told

__all__ = ["delete"]


@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, name: str = "") -> HttpResponse:
    """Ask for the typed name (for several: "delete"), then delete one user or the ticked ones."""
    asked = request.POST if request.method == "POST" else request.GET
    names = [name] if name else list(dict.fromkeys(filter(None, asked.getlist("name"))))
    if not names:
        return go_to(request, "user-list")
    confirmation = names[0] if len(names) == 1 else "delete"
    errors: list[str] = []
    if request.method == "POST":
        if request.POST.get("confirm", "").strip() == confirmation:
            errors = _delete_each(request, names)
        else:
            errors = [f"Enter {confirmation} to confirm."]
        if not errors:
            return go_to(request, "user-list")
    owned = belongings_of(request.call, names[0]) if len(names) == 1 else None
    context = {
        "title": f"Delete {names[0]}" if owned else "Delete users",
        "crumbs": crumbs(*(names if owned else ()), "Delete", of="user"),
        "names": names,
        "owned": owned,
        "confirmation": confirmation,
        "errors": errors,
        "hidden": [("name", user_name) for user_name in names],
        "oneself": _own_name(request.call) in {user_name.lower() for user_name in names},
        "back": page_address("user", names[0]) if owned else reverse("user-list"),
    }
    part = dict.fromkeys(("dialog", "dialog-part"), "accounts/users/_delete.html")
    return page(request, "accounts/users/delete.html", context, part=part, status=422 if errors else 200)


def _delete_each(request: ConsoleRequest, names: list[str]) -> list[str]:
    """Delete one after the other. What fails for one user is answered, what fails among several is told as notices."""
    delete_one = partial(delete_with_everything, request.call)
    if len(names) == 1:
        failed, deleted = refusal_of(partial(delete_one, names[0])), names
    else:
        failed, deleted = [], each(
            names, delete_one, lambda name, why: messages.error(request, f"{name} was not deleted. {why}"), begun=False
        )  # fmt: skip
    if deleted and not failed:
        messages.success(request, f"{told(deleted, 'users')} deleted.")
    return failed


def _own_name(call: Call) -> str:
    return call.principal.name.lower() if call.principal.identity_type == "IAMUser" else ""
