"""Give a user what another user has: choose whose, look at it, then copy. Rules: id_users_change-permissions."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.forms.users import CopyPermissionsForm
from accounts.operations.users import get_user
from accounts.views.pickers import user_picker
from accounts.views.user_belongings import Belongings, belongings_of
from accounts.views.user_steps import copy_permissions
from iamconsole.aws.errors import IamError
from iamconsole.console.forms import place
from iamconsole.console.htmx import go_to, page
from iamconsole.console.picker import is_step
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest

__all__ = ["copy"]

FORM_ID = "copy-form"


@require_http_methods(["GET", "POST"])
def copy(request: ConsoleRequest, name: str) -> HttpResponse:
    """Choose a user, read back what will be copied, and copy it."""
    user = get_user(request.call, user_name=name)
    step = is_step(request, "copy_from") or "choose" in request.POST
    form = CopyPermissionsForm(request.POST if request.method == "POST" and not step else None)
    source = _source(request, form, user.user_name)
    back = page_address("user", user.user_name, "permissions")
    if source and "confirmed" in request.POST:
        for sentence in copy_permissions(request.call, user.user_name, source):
            messages.error(request, sentence)
        messages.success(request, f"Permissions of {source.user.user_name} copied to {user.user_name}.")
        return go_to(request, back)
    action = reverse("user-copy-permissions", args=[user.user_name])
    context = {
        "title": "Copy permissions",
        "crumbs": crumbs(user.user_name, "Copy permissions", of="user"),
        "user": user,
        "form": form,
        "form_id": FORM_ID,
        "source": source,
        "action": action,
        "back": back,
        "user_picker": None
        if source
        else user_picker(
            request, action=action, form=FORM_ID, name="copy_from",
            errors=form["copy_from"].errors, hint="Choose one user.", single=True,
        ),
    }  # fmt: skip
    part = {"copy_from-picker": "accounts/users/_user_picker.html"}
    return page(request, "accounts/users/copy_permissions.html", context, part=part, status=form.status)


def _source(request: ConsoleRequest, form: CopyPermissionsForm, user_name: str) -> Belongings | None:
    if not form.is_valid():
        return None
    chosen = form.cleaned_data["copy_from"][0]
    if chosen.lower() == user_name.lower():
        form.add_error("copy_from", "Choose another user.")
        return None
    try:
        return belongings_of(request.call, chosen)
    except IamError as error:
        place(form, error)
        return None
