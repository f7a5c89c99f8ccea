"""Account settings: the password policy, and the account's alias."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms.password_policy import CUSTOM, PasswordPolicyForm
from accounts.operations.account import list_account_aliases
from accounts.operations.password_policy import (
    delete_account_password_policy,
    get_account_password_policy,
    update_account_password_policy,
)
from iamconsole.aws import password_policy
from iamconsole.aws.errors import AccessDenied, IamError, NoSuchEntity
from iamconsole.aws.password_policy import PasswordPolicy
from iamconsole.call import Call
from iamconsole.console.htmx import go_to, page, wants_part
from iamconsole.console.panels import panel
from iamconsole.console.places import crumbs, sign_in_address
from iamconsole.console.request import ConsoleRequest

__all__ = ["edit_password_policy", "index"]

_FORM, _QUESTION = "accounts/settings/_password_policy_form.html", "accounts/settings/_set_password_policy.html"


@require_GET
def index(request: ConsoleRequest) -> HttpResponse:
    """Show the settings of the account."""
    context = {
        "title": "Account settings",
        "crumbs": crumbs(of="settings"),
        "policy": panel(_in_force, request.call),
        "aliases": panel(list_account_aliases, request.call),
        "account": request.call.account,
        "sign_in_url": sign_in_address(request),
    }
    return page(request, "accounts/settings/index.html", context)


@require_http_methods(["GET", "POST"])
def edit_password_policy(request: ConsoleRequest) -> HttpResponse:
    """Choose IAM's policy or set one of the account's own; the change is asked about once more."""
    if request.method == "GET":
        return _form(request, PasswordPolicyForm(initial=PasswordPolicyForm.values_of(_in_force(request.call))))
    form = PasswordPolicyForm(request.POST)
    if not form.is_valid():
        return _form(request, form)
    custom = form.cleaned_data["kind"] == CUSTOM
    errors: list[str] = []
    if form.cleaned_data["confirmed"]:
        errors = _set(request.call, form, custom=custom)
        if not errors:
            messages.success(request, f"{'Custom' if custom else 'IAM default'} password policy set.")
            return go_to(request, "account-settings")
    context = {
        "title": f"Set {'custom' if custom else 'default'} password policy",
        "crumbs": crumbs("Password policy", of="settings"),
        "custom": custom,
        "expires": custom and form.cleaned_data["expires"],
        "hidden": [*form.entered(), ("confirmed", "on")],
        "errors": errors,
    }
    part = dict.fromkeys(("dialog", "dialog-part"), _QUESTION)
    return page(request, "accounts/settings/set_password_policy.html", context, part, status=422 if errors else 200)


def _form(request: ConsoleRequest, form: PasswordPolicyForm) -> HttpResponse:
    context = {"title": "Edit password policy", "crumbs": crumbs("Edit password policy", of="settings"), "form": form}
    part = dict.fromkeys(("dialog", "dialog-part"), _FORM)
    response = page(request, "accounts/settings/edit_password_policy.html", context, part, status=form.status)
    if wants_part(request):  # the form is sent for the question; what it got wrong belongs into its own place
        response["HX-Retarget"], response["HX-Reswap"] = "#password-policy-form", "outerHTML"
    return response


def _set(call: Call, form: PasswordPolicyForm, *, custom: bool) -> list[str]:
    change: Callable[[], None] = partial(delete_account_password_policy, call)
    if custom:
        change = partial(update_account_password_policy, call, **form.arguments())
    try:
        change()
    except NoSuchEntity:
        return []  # it has the default already
    except AccessDenied:
        raise
    except IamError as error:
        return [error.message]
    return []


def _in_force(call: Call) -> PasswordPolicy:
    try:
        return get_account_password_policy(call)
    except NoSuchEntity:
        return password_policy.DEFAULT
