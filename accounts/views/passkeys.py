"""Register a passkey or security key, for a user or for oneself (where no name is given).

The page asks the browser, the browser asks the device, and the page's form brings the answer back.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.mfa_devices import TAKEN
from accounts.operations.mfa_devices import list_mfa_devices
from accounts.operations.passkeys import UNPROVEN, enable_passkey
from accounts.passkeys import new_serial_number, registration_options
from accounts.views.mfa_devices import context_of, list_address
from iamconsole.aws import names
from iamconsole.console.forms import attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.panels import panel
from iamconsole.console.passkeys import PasskeyForm, answer_of, challenge_for, unavailable
from iamconsole.console.request import ConsoleRequest

__all__ = ["register"]


@never_cache
@sensitive_post_parameters("credential")
@require_http_methods(["GET", "POST"])
def register(request: ConsoleRequest, name: str = "") -> HttpResponse:
    """Ask the browser for a new passkey of the name in the address, and enable the one that it answers with."""
    device = request.GET.get("device", "")
    assign = reverse("user-assign-mfa", args=[name]) if name else reverse("credentials-assign-mfa")
    if unavailable(request) or names.failures(names.VIRTUAL_MFA_DEVICE_NAME, device, "device"):
        return go_to(request, assign)
    purpose = f"register {request.call.principal.principal_id} {name} {device}"
    form = PasskeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _enabled(request, form, purpose, name, device):
        messages.success(request, f"MFA device {device} assigned.")
        return go_to(request, list_address(name))
    known = panel(list_mfa_devices, request.call, user_name=name or None).value or ()
    context = context_of(request, name, "register", "Register passkey")
    label = f"{context['owner']} @ {request.call.account.label}"
    context |= {
        "assign": assign,
        "form": form,
        "device": device,
        "action": f"{context['action']}?{urlencode({'device': device})}",
        "taken": TAKEN if device.lower() in {each.name.lower() for each in known} else "",
        "options": registration_options(
            challenge_for(request, purpose), label, [each.credential_id for each in known if each.is_passkey]
        ),
    }
    return page(request, "accounts/credentials/register_passkey.html", context, status=form.status)


def _enabled(request: ConsoleRequest, form: PasskeyForm, purpose: str, name: str, device: str) -> bool:
    answer = answer_of(request, purpose, form.cleaned_data["credential"])
    if answer is None:
        form.add_error(None, UNPROVEN)
        return False
    owner = name or ("" if request.call.principal.identity_type == "Root" else request.call.principal.name)
    serial_number = new_serial_number(request.call.account_id, owner or None, device)
    attempt(
        form, enable_passkey, request.call, user_name=name or None, serial_number=serial_number, answer=answer
    )  # fmt: skip
    return not form.errors
