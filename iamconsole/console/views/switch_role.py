"""Switch role and Switch back."""

import re
from datetime import timedelta

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.operations.switching import exit_role, role_arn_of, switch_role
from iamconsole.aws import quotas
from iamconsole.aws.errors import IamError
from iamconsole.console import switching
from iamconsole.console.forms import ConsoleForm, place
from iamconsole.console.htmx import go_to, page
from iamconsole.console.places import crumbs
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.switching import COLORS, Switched

__all__ = ["switch", "switch_back"]

FAILED = (
    "The role could not be taken with these details. Check them: the role must exist and trust you, and you must be "
    "allowed sts:AssumeRole on it. If it still fails, ask your administrator."
)
_ROOT = "Roles may not be assumed by root accounts."
_ROLE = re.compile(r"/?(?:[\u0021-\u007E]+/)*[\w+=,.@-]+", re.ASCII)


class SwitchRoleForm(ConsoleForm):
    """Which role of which account, and how the top bar shows it."""

    account = forms.CharField(label="Account ID or alias", max_length=64)
    role_name = forms.RegexField(
        _ROLE, label="IAM role name", max_length=64, error_messages={"invalid": "Enter a role name, with its path."}
    )
    external_id = forms.CharField(label="External ID", max_length=1224, required=False)
    display_name = forms.CharField(label="Display name", max_length=64, required=False)
    color = forms.ChoiceField(label="Display color", choices=COLORS, required=False, widget=forms.RadioSelect)

    def switched(self) -> Switched:
        """What was entered."""
        shown = {name: value for name, value in self.cleaned_data.items() if name != "external_id"}
        return Switched(**shown)


@require_http_methods(["GET", "POST"])
def switch(request: ConsoleRequest) -> HttpResponse:
    """Take a role in the console with the permissions of who signed in, also from within another role."""
    if request.base.principal.identity_type == "Root":
        refused = {"title": "Switch role", "crumbs": crumbs("Switch role"), "message": _ROOT}
        return page(request, "console/switch_role.html", refused, status=200 if request.method == "GET" else 403)
    form = SwitchRoleForm(initial=_asked(request))
    if request.method == "POST":
        form = SwitchRoleForm(request.POST)
        if form.is_valid() and (response := _switched(request, form)):
            return response
    context = {
        "title": "Switch role",
        "crumbs": crumbs("Switch role"),
        "form": form,
        "failed": FAILED,
    }
    return page(request, "console/switch_role.html", context, status=form.status)


@require_POST
def switch_back(request: ConsoleRequest) -> HttpResponse:
    """Act as who signed in again."""
    if request.switched is not None:
        exit_role(request.base, request.call.access_key_id, request.call.principal.arn)
        switching.leave(request)
    return go_to(request, "dashboard")


def _asked(request: ConsoleRequest) -> dict[str, str]:
    """Read the names that AWS's switch-role links use."""
    names = {"account": "account", "roleName": "role_name", "displayName": "display_name", "color": "color"}
    return {ours: request.GET.get(theirs, "") for theirs, ours in names.items()}


def _switched(request: ConsoleRequest, form: SwitchRoleForm) -> HttpResponse | None:
    base, wanted = request.base, form.switched()
    assert base.session is not None  # noqa: S101 - the console's calls have one
    left = base.session.issued + timedelta(seconds=quotas.CONSOLE_SESSION_SECONDS) - base.time
    role_arn = role_arn_of(wanted.account, wanted.role_name)
    try:
        taken = switch_role(
            base,
            role_arn=role_arn,
            role_session_name=base.principal.name,
            seconds_left=int(left.total_seconds()),
            external_id=form.cleaned_data["external_id"] or None,
        )
    except IamError as error:
        place(form, error)
        return None
    switching.take(request, taken.credential.access_key_id, wanted)
    response = go_to(request, reverse("dashboard"))
    switching.remember(request, response, wanted)
    return response
