"""The pages on which somebody who is signed in proves again who they are: the password, then an MFA device."""

import uuid
from collections.abc import Sequence

from django import forms
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.authentication import Identity, identity_of
from accounts.models import MFADevice
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
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.console import reauthentication
from iamconsole.console.forms import ConsoleForm
from iamconsole.console.htmx import go_to, page
from iamconsole.console.middleware import visit_of
from iamconsole.console.models import Draft
from iamconsole.console.passkeys import PasskeyForm, answer_of, challenge_for, party_of, unavailable
from iamconsole.console.places import crumbs
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.views.signin import ELSEWHERE, EXPIRED, FAILURE, CodeForm

__all__ = ["enter_code", "enter_password", "use_passkey"]

TITLE = "Confirm that it is you"
_PURPOSE = "confirm-identity"
_STEPS = {"password": "Your password", "code": "Your MFA code", "passkey": "Your passkey or security key"}


class PasswordForm(ConsoleForm):
    """The password of whoever is signed in."""

    password = forms.CharField(label="Password", strip=False, max_length=4096, widget=forms.PasswordInput)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def enter_password(request: ConsoleRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Ask for the password; where that is all it takes, the act that waits is done."""
    draft, identity = _waiting(request, draft_id)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            proven = _prove(request, identity, form.cleaned_data["password"])
        except SignInFailed as failed:
            form.add_error(None, EXPIRED if isinstance(failed, PasswordExpired) else FAILURE)
        else:
            if not proven.needs_code:
                return _done(request, draft)
            reauthentication.halfway(request, draft)
            devices = mfa_devices_of(identity)
            by_passkey = _usable(request, devices) or all(device.is_passkey for device in devices)
            return go_to(request, reauthentication.address_of(draft, "passkey" if by_passkey else "code"))
    return _form_page(request, "password", draft, form, identity)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def enter_code(request: ConsoleRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Ask for the code of an authenticator app, once the password was right."""
    draft, identity = _waiting(request, draft_id)
    devices = mfa_devices_of(identity)
    apps = [device.name for device in devices if not device.is_passkey]
    if not reauthentication.is_halfway(request, draft) or not apps:
        return go_to(request, reauthentication.address_of(draft))
    form = CodeForm(request.POST if request.method == "POST" else None, devices=apps)
    if form.is_valid():
        entered = form.cleaned_data
        try:
            sign_in_with_code(visit_of(request), identity, code=entered["code"], device=entered.get("device", ""))
        except SignInFailed:
            form.add_error(None, FAILURE)
        else:
            return _done(request, draft)
    return _form_page(request, "code", draft, form, identity, has_passkey=len(devices) > len(apps))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def use_passkey(request: ConsoleRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Ask a passkey or security key to sign, once the password was right."""
    draft, identity = _waiting(request, draft_id)
    devices = mfa_devices_of(identity)
    passkeys = [device for device in devices if device.is_passkey]
    if not reauthentication.is_halfway(request, draft) or not passkeys:
        return go_to(request, reauthentication.address_of(draft))
    form = PasskeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        answer = answer_of(request, _PURPOSE, form.cleaned_data["credential"])
        try:
            sign_in_with_passkey(visit_of(request), identity, answer)
        except SignInFailed:
            form.add_error(None, FAILURE)
        else:
            return _done(request, draft)
    usable = _usable(request, passkeys)
    homes = ", ".join(sorted({device.relying_party for device in passkeys}))
    return _form_page(
        request, "passkey", draft, form, identity,
        has_app=len(devices) > len(passkeys),
        options=sign_in_options(challenge_for(request, _PURPOSE), usable) if usable else "",
        reason="" if usable else unavailable(request) or ELSEWHERE.format(homes),
    )  # fmt: skip


def _waiting(request: ConsoleRequest, draft_id: uuid.UUID) -> tuple[Draft, Identity]:
    identity = identity_of(reauthentication.signed_in(request).principal.principal_id)
    if identity is None:
        raise NoSuchEntity("This user was deleted meanwhile.")
    return reauthentication.waiting(request, draft_id), identity


def _prove(request: ConsoleRequest, identity: Identity, password: str) -> Proven:
    """Sign in again, as nobody else: slowed down and recorded like any sign-in."""
    visit, account = visit_of(request), identity.account
    if identity.principal.identity_type == "Root":
        return sign_in_as_root(visit, email=account.root_email or "", password=password)
    return sign_in_as_user(visit, account=account.account_id, user_name=identity.principal.name, password=password)


def _done(request: ConsoleRequest, draft: Draft) -> HttpResponse:
    reauthentication.confirm(request)
    return reauthentication.go_on(request, draft)


def _usable(request: ConsoleRequest, devices: Sequence[MFADevice]) -> list[MFADevice]:
    """The passkeys that the browser can offer at this address."""
    host = "" if unavailable(request) else party_of(request).host
    return [device for device in devices if device.is_passkey and device.relying_party == host]


def _form_page(
    request: ConsoleRequest, name: str, draft: Draft, form: ConsoleForm, identity: Identity, **context: object
) -> HttpResponse:
    shown = {
        "title": TITLE,
        "crumbs": crumbs(TITLE),
        "form": form,
        "step": _STEPS[name],
        "user_name": "the root user" if identity.principal.identity_type == "Root" else identity.principal.name,
        "action": reauthentication.address_of(draft, "" if name == "password" else name),
        "minutes": int(reauthentication.RECENT.total_seconds()) // 60,
        "other": reauthentication.address_of(draft, "passkey" if name == "code" else "code"),
        **context,
    }
    return page(request, f"console/confirm_identity/{name}.html", shown, status=form.status)
