"""Sign in, sign out, and what may stand in between: the code of an MFA device, a new password.

Whoever has shown the password, but not all that it takes, waits in a session of its own that gives access to nothing:
it holds for minutes, falls with the password, and gets a new key at each step.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.authentication import Identity, identity_of, recall
from accounts.forms.mfa_devices import CodeField
from accounts.models import MFADevice
from accounts.operations.login_profiles import change_password
from accounts.operations.signin import (
    PasswordExpired,
    Proven,
    SignInFailed,
    mfa_devices_of,
    sign_in_as_root,
    sign_in_as_user,
    sign_in_with_code,
    sign_in_with_passkey,
)
from accounts.passkeys import sign_in_options
from accounts.passwords import policy_of
from iamconsole.aws.errors import IamError, NoSuchEntity
from iamconsole.call import Session
from iamconsole.console.forms import ConsoleForm, place
from iamconsole.console.htmx import go_to, page
from iamconsole.console.links import safe_path
from iamconsole.console.middleware import begin_session, visit_of
from iamconsole.console.passkeys import PasskeyForm, answer_of, challenge_for, party_of, unavailable
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.sessions import FIRST_SLOT
from iamconsole.console.slots import end_all, in_slot, make_room

__all__ = ["enter_code", "set_password", "sign_in", "sign_in_for_account", "sign_in_root", "sign_out", "use_passkey"]

FAILURE = "Your sign-in details are not correct."
EXPIRED = "Your password has expired. Ask your administrator to set a new one."
ACCOUNT_COOKIE = "iamconsole_account"
_REMEMBERED = 365 * 24 * 3600
ELSEWHERE = "Your passkey belongs to another address of this console: {}. Open it there."
_PENDING, _CHALLENGED = "pending", "challenged"
_SIGNING_IN = "sign-in"
_HALFWAY = {_PENDING: timedelta(minutes=15), _CHALLENGED: timedelta(minutes=5)}
"""How long a sign-in may wait for the new password, and for the code."""


class SignInForm(ConsoleForm):
    """Account, user name and password; nothing is said of which of them is wrong."""

    account = forms.CharField(label="Account ID (12 digits) or account alias", max_length=64)
    remember = forms.BooleanField(label="Remember this account", required=False)
    username = forms.CharField(label="IAM user name", max_length=64)
    password = forms.CharField(label="Password", strip=False, max_length=4096, widget=forms.PasswordInput)


class RootSignInForm(ConsoleForm):
    """E-mail address and password of the root user."""

    email = forms.CharField(label="Root user email address", max_length=254)
    password = forms.CharField(label="Password", strip=False, max_length=4096, widget=forms.PasswordInput)


class CodeForm(ConsoleForm):
    """The code that an MFA device shows, and which device, where there are several."""

    device = forms.ChoiceField(label="MFA device", required=False)
    code = CodeField(label="MFA code", help_text="The six digits that your authenticator app shows.")

    def __init__(self, *args: Any, devices: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(devices) > 1:
            cast("forms.ChoiceField", self.fields["device"]).choices = [(name, name) for name in devices]
        else:
            del self.fields["device"]


class NewPasswordForm(ConsoleForm):
    """The old password and, twice, the new one."""

    old_password = forms.CharField(label="Old password", strip=False, max_length=4096, widget=forms.PasswordInput)
    new_password = forms.CharField(label="New password", strip=False, max_length=128, widget=forms.PasswordInput)
    retype = forms.CharField(
        label="Retype new password", strip=False, max_length=128, widget=forms.PasswordInput,
        error_messages={"required": "Enter the new password again."},
    )  # fmt: skip

    def clean(self) -> None:
        """Refuse a new password that was not typed twice alike."""
        super().clean()
        new, retyped = self.cleaned_data.get("new_password"), self.cleaned_data.get("retype")
        if new and retyped and new != retyped:
            self.add_error("retype", "The two new passwords differ. Enter the same password twice.")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: ConsoleRequest, account: str = "") -> HttpResponse:
    """Sign in as an IAM user."""
    remembered = request.COOKIES.get(ACCOUNT_COOKIE, "")
    if request.method == "GET":
        if hasattr(request, "call") and not account:
            return go_to(request, _onward(request))
        initial = {"account": account or remembered, "remember": bool(remembered)}
        return _form_page(request, "signin", SignInForm(initial=initial))
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _form_page(request, "signin", form)
    entered = form.cleaned_data
    try:
        proven = sign_in_as_user(
            visit_of(request),
            account=entered["account"],
            user_name=entered["username"],
            password=entered["password"],
        )
    except SignInFailed as failed:
        form.add_error(None, EXPIRED if isinstance(failed, PasswordExpired) else FAILURE)
        return _form_page(request, "signin", form)
    response = _go_on(request, proven)
    if entered["remember"]:
        response.set_cookie(
            ACCOUNT_COOKIE, entered["account"], max_age=_REMEMBERED, httponly=True, samesite="Lax",
            secure=request.is_secure(),
        )  # fmt: skip
    else:
        response.delete_cookie(ACCOUNT_COOKIE, samesite="Lax")
    return response


def sign_in_for_account(request: ConsoleRequest, account: str) -> HttpResponse:
    """The sign-in page of one account: its address is what an administrator hands out."""
    return sign_in(request, account)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in_root(request: ConsoleRequest) -> HttpResponse:
    """Sign in as the root user of an account."""
    form = RootSignInForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            proven = sign_in_as_root(visit_of(request), **form.cleaned_data)
        except SignInFailed:
            form.add_error(None, FAILURE)
        else:
            return _go_on(request, proven)
    return _form_page(request, "root", form)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def enter_code(request: ConsoleRequest) -> HttpResponse:
    """Ask for the code of an MFA device; any one of them does."""
    identity, _ = _halfway(request, _CHALLENGED)
    if identity is None:
        return go_to(request, "signin")
    assigned = mfa_devices_of(identity)
    devices = [device.name for device in assigned if not device.is_passkey]
    if assigned and not devices:
        return _onto(request, "signin-passkey")
    form = CodeForm(request.POST if request.method == "POST" else None, devices=devices)
    if form.is_valid():
        entered = form.cleaned_data
        visit = visit_of(request)
        try:
            sign_in_with_code(visit, identity, code=entered["code"], device=entered.get("device", ""))
        except SignInFailed:
            form.add_error(None, FAILURE)
        else:
            return _welcome(request, identity, mfa_time=visit.time)
    context = {"user_name": identity.principal.name, "has_passkey": len(assigned) > len(devices)}
    return _form_page(request, "mfa", form, **context)


@never_cache
@sensitive_post_parameters("credential")
@require_http_methods(["GET", "POST"])
def use_passkey(request: ConsoleRequest) -> HttpResponse:
    """Ask a passkey or security key to sign; any one of them does."""
    identity, _ = _halfway(request, _CHALLENGED)
    if identity is None:
        return go_to(request, "signin")
    form = PasskeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        visit = visit_of(request)
        answer = answer_of(request, _SIGNING_IN, form.cleaned_data["credential"])
        try:
            sign_in_with_passkey(visit, identity, answer)
        except SignInFailed:
            form.add_error(None, FAILURE)
        else:
            return _welcome(request, identity, mfa_time=visit.time)
    return _passkey_page(request, identity, form)


@never_cache
@sensitive_post_parameters("old_password", "new_password", "retype")
@require_http_methods(["GET", "POST"])
def set_password(request: ConsoleRequest) -> HttpResponse:
    """Choose the new password without which the sign-in is not done."""
    identity, mfa_time = _halfway(request, _PENDING)
    if identity is None:
        return go_to(request, "signin")
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            renewed = _change_password(request, identity, form, mfa_time)
        except IamError as error:
            place(form, error)
        else:
            onward = _onward(request)
            begin_session(request, renewed, mfa_time=mfa_time)
            messages.success(request, "Your password was changed.")
            return go_to(request, onward)
    context = {
        "user_name": identity.principal.name,
        "expired": identity.has_expired(timezone.now()),
        "rules": policy_of(identity.account).requirements(),
    }
    return _form_page(request, "password", form, **context)


@require_POST
def sign_out(request: ConsoleRequest) -> HttpResponse:
    """End the session, or every one of this browser; the account stays filled in."""
    account = request.call.account.label if hasattr(request, "call") else ""
    if "all" in request.POST:
        response = go_to(request, in_slot(reverse("signin"), FIRST_SLOT))
        end_all(request, response)
        return response
    request.session.flush()
    return go_to(request, "signin-account", account) if account else go_to(request, "signin")


def _change_password(
    request: ConsoleRequest, identity: Identity, form: NewPasswordForm, mfa_time: datetime | None
) -> Identity:
    visit = visit_of(request)
    call = visit.call(identity.principal, identity.account, session=Session(visit.time, mfa_time))
    entered = form.cleaned_data
    change_password(call, old_password=entered["old_password"], new_password=entered["new_password"])
    renewed = identity_of(identity.principal.principal_id)
    if renewed is None:
        raise NoSuchEntity("This user was deleted meanwhile.")
    return renewed


def _go_on(request: ConsoleRequest, proven: Proven) -> HttpResponse:
    """Ask whose password is right for a code, where it takes one."""
    if not make_room(request, proven.identity.principal.principal_id):
        return go_to(request, "session-add")
    if not proven.needs_code:
        return _welcome(request, proven.identity)
    devices = mfa_devices_of(proven.identity)
    by_passkey = _passkeys_here(request, devices) or all(device.is_passkey for device in devices)
    return _wait(request, proven.identity, _CHALLENGED, "signin-passkey" if by_passkey else "signin-mfa")


def _passkeys_here(request: ConsoleRequest, devices: Sequence[MFADevice]) -> list[MFADevice]:
    """The passkeys that the browser can offer at this address."""
    host = "" if unavailable(request) else party_of(request).host
    return [device for device in devices if device.is_passkey and device.relying_party == host]


def _passkey_page(request: ConsoleRequest, identity: Identity, form: ConsoleForm) -> HttpResponse:
    devices = mfa_devices_of(identity)
    if not any(device.is_passkey for device in devices):
        return _onto(request, "signin-mfa")
    usable = _passkeys_here(request, devices)
    homes = ", ".join(sorted({device.relying_party for device in devices if device.is_passkey}))
    context = {
        "user_name": identity.principal.name,
        "has_app": not all(device.is_passkey for device in devices),
        "options": sign_in_options(challenge_for(request, _SIGNING_IN), usable) if usable else "",
        "reason": "" if usable else unavailable(request) or ELSEWHERE.format(homes),
    }
    return _form_page(request, "passkey", form, **context)


def _welcome(request: ConsoleRequest, identity: Identity, *, mfa_time: datetime | None = None) -> HttpResponse:
    """Begin the session, unless a new password stands before it."""
    if identity.password_reset_required or identity.has_expired(timezone.now()):
        return _wait(request, identity, _PENDING, "signin-password", mfa_time)
    onward = _onward(request)
    begin_session(request, identity, mfa_time=mfa_time)
    return go_to(request, onward)


def _wait(
    request: ConsoleRequest, identity: Identity, step: str, route: str, mfa_time: datetime | None = None
) -> HttpResponse:
    """Keep what is proven so far under a new key, and go to the page of the next step."""
    request.session.flush()
    request.session[step] = {
        "principal": identity.principal.principal_id,
        "mark": identity.mark,
        "since": timezone.now().isoformat(),
        "mfa": mfa_time.isoformat() if mfa_time else "",
    }
    request.session.set_expiry(_HALFWAY[step])
    return _onto(request, route)


def _onto(request: ConsoleRequest, route: str) -> HttpResponse:
    return go_to(request, f"{reverse(route)}?{urlencode({'next': _onward(request)})}")


def _halfway(request: ConsoleRequest, step: str) -> tuple[Identity | None, datetime | None]:
    """Who waits at this step, while that holds, and when a second factor was given."""
    waiting = request.session.get(step)
    if not waiting:
        return None, None
    waited = timezone.now() - datetime.fromisoformat(waiting["since"])
    if not timedelta(0) <= waited < _HALFWAY[step]:
        return None, None
    mfa_time = datetime.fromisoformat(waiting["mfa"]) if waiting["mfa"] else None
    return recall(waiting["principal"], waiting["mark"]), mfa_time


def _onward(request: ConsoleRequest) -> str:
    return safe_path(request.POST.get("next") or request.GET.get("next") or "") or reverse("dashboard")


def _form_page(request: ConsoleRequest, name: str, form: ConsoleForm, **context: object) -> HttpResponse:
    onward = _onward(request)
    shown = {"form": form, "next": onward if onward != reverse("dashboard") else "", **context}
    return page(request, f"console/signin/{name}.html", shown, status=form.status)
