"""The account's alias."""

from functools import partial

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.operations.account import create_account_alias, delete_account_alias, list_account_aliases
from iamconsole.aws import names
from iamconsole.console.forms import ConsoleForm, attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.places import crumbs
from iamconsole.console.reauthentication import always, asks_again
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.steps import refusal_of


class AliasForm(ConsoleForm):
    """A new alias."""

    account_alias = forms.CharField(
        label="Preferred alias",
        max_length=names.ACCOUNT_ALIAS.maximum,
        help_text="3 to 63 lower-case letters, digits and single hyphens. No other account may have it.",
    )


@require_http_methods(["GET", "POST"])
def alias(request: ConsoleRequest) -> HttpResponse:
    """Give the account an alias, or another one."""
    present = next(iter(list_account_aliases(request.call)), "")
    form = AliasForm(request.POST if request.method == "POST" else None, initial={"account_alias": present})
    if form.is_valid():
        attempt(form, create_account_alias, request.call, account_alias=form.cleaned_data["account_alias"])
        if not form.errors:
            messages.success(request, f"The account alias is now {form.cleaned_data['account_alias']}.")
            return go_to(request, "dashboard")
    context = {
        "title": "Account alias",
        "crumbs": crumbs("Account alias"),
        "present": present,
        "form": form,
    }
    return page(request, "accounts/account/alias.html", context, status=form.status)


@require_http_methods(["GET", "POST"])
@asks_again(always)
def delete_alias(request: ConsoleRequest) -> HttpResponse:
    """Ask, then remove the alias; the twelve digits still sign in."""
    present = next(iter(list_account_aliases(request.call)), "")
    if not present:
        messages.info(request, "The account has no alias.")
        return go_to(request, "dashboard")
    errors: list[str] = []
    if request.method == "POST":
        errors = refusal_of(partial(delete_account_alias, request.call, account_alias=present))
        if not errors:
            messages.success(request, f"Account alias {present} deleted.")
            return go_to(request, "dashboard")
    context = {
        "title": "Delete account alias",
        "crumbs": crumbs("Delete account alias"),
        "present": present,
        "errors": errors,
    }
    part = {"dialog": "accounts/account/_delete_alias.html", "dialog-part": "accounts/account/_delete_alias.html"}
    return page(request, "accounts/account/delete_alias.html", context, part=part, status=422 if errors else 200)
