"""Enable passkeys and security keys, which the console alone can do: the browser and the device take part.

Rules: id_credentials_mfa_enable_fido; reference_iam-quotas.
"""

from accounts import arns, passkeys, queries
from accounts.conflicts import refusing_duplicates
from accounts.mfa_devices import TAKEN
from accounts.models import MFADevice, User
from accounts.passkeys import Answer, UnprovenAnswer
from iamconsole.aws import arn, names, quotas
from iamconsole.aws.errors import EntityAlreadyExists, InvalidInput, ValidationError
from iamconsole.call import Call
from iamconsole.gate import operation

UNPROVEN = "The answer of your passkey does not fit, or came too late. Try again."
REGISTERED = "This passkey or security key is assigned already."


@operation("iam:EnableMFADevice", resource=arns.user_registering_passkey, hidden=frozenset({"answer"}), batch=True)
def enable_passkey(call: Call, *, serial_number: str, answer: Answer, user_name: str | None = None) -> None:
    """Give a passkey to a user, or to the caller where no name is given, once it has answered a challenge.

    Raises InvalidInput for an answer that proves nothing, LimitExceeded where the user has eight devices.

    Rules: API_EnableMFADevice; reference_iam-quotas.
    """
    owner = queries.lock_owner(call, user_name)
    name = passkeys.device_name(serial_number)
    _check_serial_number(call, owner, serial_number, name)
    names.check(names.VIRTUAL_MFA_DEVICE_NAME, name, "virtualMFADeviceName")
    quotas.MFA_DEVICES_PER_USER.check(queries.mfa_devices(call, owner).count())
    try:
        credential = passkeys.verify_registration(answer, call.time)
    except UnprovenAnswer as unproven:
        raise InvalidInput(UNPROVEN) from unproven
    if MFADevice.objects.filter(account_id=call.account_id, credential_id=credential.credential_id).exists():
        raise EntityAlreadyExists(REGISTERED)
    with refusing_duplicates(TAKEN, field="virtualMFADeviceName"):
        MFADevice.objects.create(
            account=call.account,
            user=owner,
            virtual_mfa_device_name=name,
            create_date=call.time,
            enable_date=call.time,
            passkey_serial_number=serial_number,
            credential_id=credential.credential_id,
            public_key=credential.public_key,
            relying_party=answer.challenge.party.host,
            transports=",".join(credential.transports),
            sign_count=credential.sign_count,
        )


def _check_serial_number(call: Call, owner: User | None, serial_number: str, name: str) -> None:
    prefix = arn.passkey_arn(call.account_id, owner.user_name if owner else None, f"{name}-")
    if not serial_number.lower().startswith(prefix.lower()):
        raise ValidationError("The serial number names another user or account.", field="serialNumber")
