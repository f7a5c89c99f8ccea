"""Manage a user's console access: enable it, or reset the password. The new password is shown once."""

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.forms.users import PasswordForm
from accounts.models import User
from accounts.operations.login_profiles import create_login_profile, update_login_profile
from accounts.operations.users import get_user
from accounts.passwords import policy_of
from accounts.views.retrieve import hand_over_password
from accounts.views.user_facts import profile_of
from accounts.views.user_steps import let_change_password
from iamconsole.aws import password_policy
from iamconsole.console.forms import attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest

__all__ = ["manage"]


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def manage(request: ConsoleRequest, name: str) -> HttpResponse:
    """Give a user a console password, or a new one."""
    user = get_user(request.call, user_name=name)
    enabled = profile_of(user) is not None
    sent = request.POST if request.method == "POST" else None
    form = PasswordForm(sent, call=request.call, user_name=user.user_name)
    back = page_address("user", user.user_name, "credentials")
    if form.is_valid():
        password = form.own_password or password_policy.generate(policy_of(request.call.account))
        _set(request, form, user, password)
        if not form.errors:
            messages.success(request, f"Console password of {user.user_name} {'reset' if enabled else 'set'}.")
            return go_to(request, hand_over_password(request, user.user_name, password, back=back))
    title = "Reset console password" if enabled else "Enable console access"
    context = {
        "title": title,
        "crumbs": crumbs(user.user_name, title, of="user"),
        "user": user,
        "enabled": enabled,
        "form": form,
        "rules": policy_of(request.call.account).requirements(),
        "back": back,
    }
    return page(request, "accounts/credentials/console_access.html", context, status=form.status)


def _set(request: ConsoleRequest, form: PasswordForm, user: User, password: str) -> None:
    must_change = form.cleaned_data["password_reset_required"]
    change = update_login_profile if profile_of(user) else create_login_profile
    attempt(
        form, change, request.call, user_name=user.user_name, password=password, password_reset_required=must_change
    )  # fmt: skip
    if must_change and not form.errors:
        for sentence in let_change_password(request.call, user):
            messages.error(request, sentence)
