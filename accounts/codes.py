"""Codes of MFA devices that somebody brings along. A code counts once, and none before it counts after it."""

from datetime import datetime

from accounts import totp
from accounts.mfa_devices import enabled_devices, seed_of
from accounts.models import MFADevice
from accounts.principals import UserPrincipal
from iamconsole.call import Call

__all__ = ["take_code", "use_code"]


def take_code(call: Call, serial_number: str, code: str) -> bool:
    """Use up a code of one of the calling user's devices, or of the root user's; tell whether it was right and unused.

    Only who has devices of its own, a user or the root user, can bring a code.
    """
    principal = call.principal
    if not isinstance(principal, UserPrincipal) and principal.identity_type != "Root":
        return False
    user_id = principal.user_id if isinstance(principal, UserPrincipal) else None
    devices = [each for each in enabled_devices(call.account_id, user_id) if each.serial_number == serial_number]
    return bool(devices) and use_code(devices[0], code, call.time)


def use_code(device: MFADevice, code: str, moment: datetime) -> bool:
    """Use up a code of a device; tell whether it was right and unused. A passkey shows none."""
    step = None if device.is_passkey else totp.step_of_code(seed_of(device), code, moment, drift=device.drift)
    if step is None:
        return False
    unused = MFADevice.objects.filter(pk=device.pk, enable_date=device.enable_date, last_used_step__lt=step)
    return unused.update(last_used_step=step) == 1
