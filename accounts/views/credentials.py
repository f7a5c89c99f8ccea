"""My security credentials: the caller's own password, MFA devices and access keys, for users and for the root user."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.authentication import identity_of
from accounts.operations.login_profiles import change_password
from accounts.operations.mfa_devices import list_mfa_devices
from accounts.operations.root_password import change_root_password, requirements
from accounts.operations.users import get_user
from accounts.passwords import policy_of
from accounts.views.user_facts import rotation_of
from accounts.views.users import key_facts
from iamconsole.aws import quotas
from iamconsole.call import Call
from iamconsole.console.forms import attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.middleware import begin_session
from iamconsole.console.panels import panel
from iamconsole.console.places import crumbs
from iamconsole.console.reauthentication import asks_again, by_root_for_itself
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.sessions import mine as my_sessions
from iamconsole.console.views.signin import NewPasswordForm

__all__ = ["change_root", "mine"]


@never_cache
@sensitive_post_parameters("old_password", "new_password", "retype")
@require_http_methods(["GET", "POST"])
def mine(request: ConsoleRequest) -> HttpResponse:
    """Show the caller's own credentials; a user may change the password here."""
    is_user = request.call.principal.identity_type == "IAMUser"
    form = NewPasswordForm(request.POST if request.method == "POST" and is_user else None)
    if form.is_valid():
        entered = form.cleaned_data
        attempt(
            form, change_password, request.call, old_password=entered["old_password"],
            new_password=entered["new_password"],
        )  # fmt: skip
        if not form.errors and _stay_signed_in(request):
            messages.success(request, "Your password was changed. Your other sessions are over.")
            return go_to(request, "credentials")
    context = {
        "title": "Security credentials",
        "crumbs": crumbs(of="credentials"),
        "principal": request.call.principal,
        "account": request.call.account,
        "is_user": is_user,
        "is_root": request.call.principal.identity_type == "Root",
        "form": form,
        "rules": policy_of(request.call.account).requirements(),
        "owner": "",
        "key_quota": quotas.ACCESS_KEYS_PER_USER.value,
        "device_quota": quotas.MFA_DEVICES_PER_USER.value,
        "sessions": my_sessions(request),
        **_read(request.call, is_user=is_user),
    }
    return page(request, "accounts/credentials/mine.html", context, status=form.status)


@never_cache
@sensitive_post_parameters("old_password", "new_password", "retype")
@require_http_methods(["GET", "POST"])
@asks_again(by_root_for_itself)
def change_root(request: ConsoleRequest) -> HttpResponse:
    """Change the root user's password; nobody else has anything to change here."""
    if request.call.principal.identity_type != "Root":
        return go_to(request, "credentials")
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        entered = form.cleaned_data
        attempt(
            form, change_root_password, request.call, old_password=entered["old_password"],
            new_password=entered["new_password"],
        )  # fmt: skip
        if not form.errors and _stay_signed_in(request):
            messages.success(request, "The root user's password was changed. Your other sessions are over.")
            return go_to(request, "credentials")
    title = "Change root user password"
    context = {"title": title, "crumbs": crumbs(title, of="credentials"), "form": form, "rules": requirements()}
    return page(request, "accounts/credentials/root_password.html", context, status=form.status)


def _read(call: Call, *, is_user: bool) -> dict[str, Any]:
    """The caller's user, keys and MFA devices; a session of a role has none of them."""
    if call.principal.identity_type not in ("IAMUser", "Root"):
        return {"user": None, "keys": None, "rotation": None, "devices": None}
    user = panel(get_user, call) if is_user else None
    keys = key_facts(call, None, user.value if user else None)
    rotation = rotation_of(keys.value or ())
    return {"user": user, "keys": keys, "rotation": rotation, "devices": panel(list_mfa_devices, call)}


def _stay_signed_in(request: ConsoleRequest) -> bool:
    """Begin a session under the new password: the one under the old password is over."""
    renewed = identity_of(request.call.principal.principal_id)
    if renewed is None:
        return False
    session = request.call.session
    begin_session(request, renewed, mfa_time=session.mfa_time if session else None)
    return True
