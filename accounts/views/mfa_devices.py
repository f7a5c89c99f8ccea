"""Assign, synchronize and remove MFA devices: a user's, or one's own (where no name is given).

Between making a device and enabling it, its seed is sealed in a draft of whoever makes it; no message, event or cookie
ever holds it.
"""

import uuid

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from markupsafe import Markup

from accounts import totp
from accounts.forms.mfa_devices import MFACodesForm, MFADeviceNameForm
from accounts.mfa_devices import MFADeviceMetadata
from accounts.operations.mfa_devices import (
    create_virtual_mfa_device,
    deactivate_mfa_device,
    delete_virtual_mfa_device,
    enable_mfa_device,
    list_mfa_devices,
    resync_mfa_device,
)
from iamconsole.aws.errors import IamError, NoSuchEntity
from iamconsole.console import drafts
from iamconsole.console.drafts import once
from iamconsole.console.forms import ConsoleForm, attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.models import Draft
from iamconsole.console.passkeys import unavailable
from iamconsole.console.places import Crumbs, crumbs, page_address
from iamconsole.console.reauthentication import asks_again, for_oneself
from iamconsole.console.request import ConsoleRequest

__all__ = ["VERBS", "activate", "assign", "context_of", "list_address", "remove", "resync"]

KIND = "mfa-device"
_MODULE_PIXELS = 4


@require_http_methods(["GET", "POST"])
def assign(request: ConsoleRequest, name: str = "") -> HttpResponse:
    """Ask what a new device is called and is; the next page shows the QR code of an app, or registers a passkey."""
    form = MFADeviceNameForm(request.POST if request.method == "POST" else None, no_passkeys=unavailable(request))
    if form.is_valid() and form.is_passkey:
        device = urlencode({"device": form.cleaned_data["virtual_mfa_device_name"]})
        return go_to(request, f"{_address('register', name)}?{device}")
    if form.is_valid():
        with once(request.call, form.cleaned_data["token"]) as attempted:
            address = attempted.address or _created(request, form, name)
            if address:
                return go_to(request, attempted.address or attempted.lead_to(address))
    context = {**context_of(request, name, "assign", "Assign MFA device"), "form": form}
    return page(request, "accounts/credentials/assign_mfa.html", context, status=form.status)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def activate(request: ConsoleRequest, draft_id: uuid.UUID, name: str = "") -> HttpResponse:
    """Show the QR code of a new device, and enable it once two codes have shown that it works."""
    draft = drafts.load(request.call, draft_id, KIND)
    if draft.data["owner"] != name:
        raise NoSuchEntity("This device is being set up for somebody else. Start again.")
    if request.method == "POST" and "discard" in request.POST:
        _forget(request, draft)
        return go_to(request, list_address(name))
    form = MFACodesForm(request.POST if request.method == "POST" else None)
    serial_number = draft.data["serial_number"]
    if form.is_valid():
        attempt(
            form, enable_mfa_device, request.call, user_name=name or None, serial_number=serial_number,
            **form.cleaned_data,
        )  # fmt: skip
        if not form.errors:
            drafts.discard(draft)
            messages.success(request, f"MFA device {draft.data['device']} assigned.")
            return go_to(request, list_address(name))
    seed = drafts.secrets_of(draft).get("seed", "")
    address = totp.provisioning_uri(seed, f"{_owner(request, name)}@{request.call.account.label}")
    code = segno.make(address, error="m").svg_inline(scale=_MODULE_PIXELS, dark="#000", light="#fff")
    context = {
        **context_of(request, name, "activate", "Set up device", str(draft_id)),
        "form": form,
        "device": draft.data["device"],
        "qr_code": Markup(code),  # noqa: S704 - drawn by segno, holds nothing but shapes
        "seed": seed,
    }
    return page(request, "accounts/credentials/activate_mfa.html", context, status=form.status)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def resync(request: ConsoleRequest, device: str, name: str = "") -> HttpResponse:
    """Synchronize a device whose clock is off, with two codes in a row."""
    found = _device(request, device, name)
    form = MFACodesForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        attempt(
            form, resync_mfa_device, request.call, user_name=name or None, serial_number=found.serial_number,
            **form.cleaned_data,
        )  # fmt: skip
        if not form.errors:
            messages.success(request, f"MFA device {found.name} synchronized.")
            return go_to(request, list_address(name))
    context = {**context_of(request, name, "resync", "Resync MFA device", device), "form": form, "device": found}
    return page(request, "accounts/credentials/resync_mfa.html", context, status=form.status)


@require_http_methods(["GET", "POST"])
@asks_again(for_oneself)
def remove(request: ConsoleRequest, device: str, name: str = "") -> HttpResponse:
    """Deactivate and delete a device, after a question."""
    found = _device(request, device, name)
    form = ConsoleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        attempt(form, deactivate_mfa_device, request.call, user_name=name or None, serial_number=found.serial_number)
        if form.is_valid():
            _delete(request, found)
            return go_to(request, list_address(name))
    context = {
        **context_of(request, name, "remove", "Remove MFA device", device),
        "device": found,
        "errors": list(form.non_field_errors()),
    }
    part = dict.fromkeys(("dialog", "dialog-part"), "accounts/credentials/_remove_mfa.html")
    return page(request, "accounts/credentials/remove_mfa.html", context, part=part, status=form.status)


def _created(request: ConsoleRequest, form: MFADeviceNameForm, name: str) -> str:
    """Make the device and keep its seed for the next page, whose address this answers; nothing where it was refused."""
    for draft in drafts.unfinished(request.call, KIND):
        _forget(request, draft)
    created = attempt(form, create_virtual_mfa_device, request.call, **form.arguments())
    if created is None:
        return ""
    device = created.device
    data = {"owner": name, "serial_number": device.serial_number, "device": device.name}
    draft = drafts.start(request.call, KIND, data, secrets={"seed": created.base32_string_seed})
    return _address("activate", name, str(draft.pk))


def _forget(request: ConsoleRequest, draft: Draft) -> None:
    """Delete a device that was never set up, where the caller may; it stays unassigned otherwise."""
    try:
        delete_virtual_mfa_device(request.call, serial_number=draft.data["serial_number"])
    except IamError as error:
        messages.warning(request, f"MFA device {draft.data['device']} was not deleted: {error.message}")
    drafts.discard(draft)


def _delete(request: ConsoleRequest, device: MFADeviceMetadata) -> None:
    """Delete what a deactivated device leaves; of a passkey nothing is left."""
    try:
        if not device.is_passkey:
            delete_virtual_mfa_device(request.call, serial_number=device.serial_number)
    except IamError as error:
        messages.warning(request, f"MFA device {device.name} was deactivated, but not deleted: {error.message}")
    else:
        messages.success(request, f"MFA device {device.name} removed.")


def _device(request: ConsoleRequest, device: str, name: str) -> MFADeviceMetadata:
    for found in list_mfa_devices(request.call, user_name=name or None):
        if found.name == device:
            return found
    raise NoSuchEntity(f"The MFA device {device} cannot be found.")


def context_of(request: ConsoleRequest, name: str, verb: str, title: str, key: str = "") -> dict[str, object]:
    """What every page about a device shows around its own part."""
    return {
        "title": title,
        "crumbs": _crumbs(name, title),
        "owner": _owner(request, name),
        "action": _address(verb, name, key),
        "back": list_address(name),
    }


def _address(verb: str, name: str, key: str = "") -> str:
    arguments = [each for each in (key, name) if each]
    return reverse(f"{'user' if name else 'credentials'}-{verb}-mfa", args=arguments)


def list_address(name: str) -> str:
    """Where the devices of a user, or one's own, are listed."""
    return page_address("user", name, "credentials") if name else reverse("credentials")


def _owner(request: ConsoleRequest, name: str) -> str:
    return name or request.call.principal.name


def _crumbs(name: str, title: str) -> Crumbs:
    return crumbs(name, title, of="user", tab="credentials") if name else crumbs(title, of="credentials")


VERBS = {"resync": resync, "remove": remove}
"""The pages that change one device, by their place in the address."""
