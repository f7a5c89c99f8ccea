"""Codes of MFA devices that a call brings along. A code counts once."""

from accounts import totp
from accounts.mfa_devices import enabled_devices, seed_of
from accounts.models import MFADevice
from accounts.principals import UserPrincipal
from iamconsole.call import Call

__all__ = ["take_code"]


def take_code(call: Call, serial_number: str, code: str) -> bool:
    """Use up a code of one of the calling user's devices, or of the root user's; tell whether it was right and unused.

    Only who has devices of its own, a user or the root user, can bring a code.
    """
    principal = call.principal
    if not isinstance(principal, UserPrincipal) and principal.identity_type != "Root":
        return False
    user_id = principal.user_id if isinstance(principal, UserPrincipal) else None
    devices = [each for each in enabled_devices(call.account_id, user_id) if each.serial_number == serial_number]
    step = totp.step_of_code(seed_of(devices[0]), code, call.time, drift=devices[0].drift) if devices else None
    if step is None:
        return False
    unused = MFADevice.objects.filter(pk=devices[0].pk, enable_date=devices[0].enable_date, last_used_step__lt=step)
    return unused.update(last_used_step=step) == 1
