"""MFA devices: create, enable, synchronize, deactivate, delete, list, tag; passkeys are enabled in `passkeys`.

Rules: id_credentials_mfa; id_credentials_mfa_enable_virtual.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from accounts import arns, queries, shapes, totp
from accounts.conflicts import refusing_duplicates
from accounts.mfa_devices import TAKEN, MFADeviceMetadata, devices_of, seal_seed, seed_of
from accounts.models import MFADevice, MFADeviceTag, User
from accounts.tagging import check_tag_keys, remove_tags, sorted_tags, write_tags
from iamconsole.aws import names, quotas
from iamconsole.aws.errors import (
    DeleteConflict,
    EntityAlreadyExists,
    InvalidAuthenticationCode,
    InvalidInput,
    NoSuchEntity,
)
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from iamconsole.gate import operation
from iamconsole.keyset import Sort, paginate

SORTS = {"virtual_mfa_device_name": Sort("virtual_mfa_device_name", ignore_case=True)}
ASSIGNED = {"Any": {}, "Assigned": {"enable_date__isnull": False}, "Unassigned": {"enable_date__isnull": True}}
CODES = frozenset({"authentication_code1", "authentication_code2"})
CODELESS = "A passkey or security key shows no codes: there is nothing to synchronize."
NOT_THEIRS = "MFA Device invalid for user."
_DRIFT_FORGIVEN = 1


@dataclass(frozen=True, slots=True)
class CreatedVirtualMFADevice:
    """A fresh device with its seed, which is told this once and never again."""

    device: MFADevice
    base32_string_seed: str = field(repr=False)


@operation(
    "iam:CreateVirtualMFADevice",
    resource=arns.new_mfa_device,
    also={"tags": "iam:TagMFADevice"},
    answer=lambda created: shapes.virtual_mfa_device(created.device),
)
def create_virtual_mfa_device(
    call: Call, *, virtual_mfa_device_name: str, path: str = "/", tags: Sequence[tuple[str, str]] = ()
) -> CreatedVirtualMFADevice:
    """Make a virtual MFA device that belongs to nobody yet.

    Raises EntityAlreadyExists for a name that any device of the account has, at whatever path.

    Rules: API_CreateVirtualMFADevice; reference_iam-quotas.
    """
    names.check(names.VIRTUAL_MFA_DEVICE_NAME, virtual_mfa_device_name, "virtualMFADeviceName")
    names.check_path(path)
    names.check_tags(list(tags))
    queries.lock_account(call)
    quotas.VIRTUAL_MFA_DEVICES_PER_ACCOUNT.check(queries.virtual_mfa_devices(call).count())
    device = MFADevice(account=call.account, virtual_mfa_device_name=virtual_mfa_device_name, path=path)
    seed = totp.new_seed()
    device.sealed_seed = seal_seed(device, seed)
    with refusing_duplicates(TAKEN, field="virtualMFADeviceName"):
        device.save(force_insert=True)
    write_tags(MFADeviceTag, device, tags)
    return CreatedVirtualMFADevice(device, seed)


@operation("iam:EnableMFADevice", resource=arns.named_user, hidden=CODES)
def enable_mfa_device(
    call: Call,
    *,
    serial_number: str,
    authentication_code1: str,
    authentication_code2: str,
    user_name: str | None = None,
) -> None:
    """Give a device to a user, or to the caller where no name is given, once two codes in a row have shown it works.

    Raises LimitExceeded where the user has eight.

    Rules: API_EnableMFADevice; reference_iam-quotas.
    """
    owner = queries.lock_owner(call, user_name)
    device = queries.lock_mfa_device(call, serial_number)
    if device.is_assigned:
        raise EntityAlreadyExists("MFA Device is already in use.", field="serialNumber")
    quotas.MFA_DEVICES_PER_USER.check(queries.mfa_devices(call, owner).count())
    _synchronize(call, device, authentication_code1, authentication_code2)
    device.user, device.enable_date = owner, call.time
    device.save(update_fields=["user", "enable_date", "last_used_step", "drift"])


@operation("iam:ResyncMFADevice", resource=arns.named_user, hidden=CODES)
def resync_mfa_device(
    call: Call,
    *,
    serial_number: str,
    authentication_code1: str,
    authentication_code2: str,
    user_name: str | None = None,
) -> None:
    """Learn from two codes in a row how far a device's clock is off.

    Rules: API_ResyncMFADevice; id_credentials_mfa_sync.
    """
    device = _device_of(call, queries.lock_owner(call, user_name), serial_number)
    if device.is_passkey:
        raise InvalidInput(CODELESS, field="serialNumber")
    _synchronize(call, device, authentication_code1, authentication_code2)
    device.save(update_fields=["last_used_step", "drift"])


@operation("iam:DeactivateMFADevice", resource=arns.named_user)
def deactivate_mfa_device(call: Call, *, serial_number: str, user_name: str | None = None) -> None:
    """Take a device from its user, or from the caller where no name is given.

    A virtual one stays, unassigned; of a passkey nothing stays.

    Rules: API_DeactivateMFADevice.
    """
    device = _device_of(call, queries.lock_owner(call, user_name), serial_number)
    if device.is_passkey:
        device.delete()
        return
    device.user, device.enable_date = None, None
    device.save(update_fields=["user", "enable_date"])


@operation("iam:DeleteVirtualMFADevice", resource=arns.named_mfa_device)
def delete_virtual_mfa_device(call: Call, *, serial_number: str) -> None:
    """Delete a device that nobody signs in with.

    Rules: API_DeleteVirtualMFADevice.
    """
    device = queries.lock_mfa_device(call, serial_number)
    if device.is_assigned:
        raise DeleteConflict("MFA VirtualDevice in use. Must deactivate first.")
    device.delete()


@operation("iam:ListMFADevices", resource=arns.named_user, read_only=True)
def list_mfa_devices(call: Call, *, user_name: str | None = None) -> tuple[MFADeviceMetadata, ...]:
    """List the MFA devices of a user, or of the caller where no name is given, oldest first; no seeds.

    Rules: API_ListMFADevices.
    """
    owner = queries.owner_name(call, user_name)
    if owner:
        return devices_of(queries.find_user(call, owner))
    return tuple(MFADeviceMetadata.of(device) for device in queries.mfa_devices(call, None))


@operation("iam:GetMFADevice", resource=arns.named_user, read_only=True)
def get_mfa_device(call: Call, *, serial_number: str, user_name: str | None = None) -> MFADeviceMetadata:
    """Read an MFA device of a user, or of the caller where no name is given, by its serial number.

    Rules: API_GetMFADevice.
    """
    owner = queries.owner_name(call, user_name)
    user = queries.find_user(call, owner) if owner else None
    for device in queries.mfa_devices(call, user):
        if device.serial_number.lower() == serial_number.lower():
            return MFADeviceMetadata.of(device)
    raise NoSuchEntity(NOT_THEIRS, field="serialNumber")


@operation("iam:ListVirtualMFADevices", resource=arns.any_resource, read_only=True)
def list_virtual_mfa_devices(
    call: Call, *, assignment_status: str = "Any", page: PageRequest = PageRequest()
) -> Page[MFADevice]:
    """List the account's virtual MFA devices by name, each with its user; assigned ones, unassigned ones, or any.

    Rules: API_ListVirtualMFADevices.
    """
    names.check_member(ASSIGNED, assignment_status, "assignmentStatus")
    rows = queries.virtual_mfa_devices(call).filter(**ASSIGNED[assignment_status]).select_related("user")
    return paginate(rows, page, sorts=SORTS, default="virtual_mfa_device_name", search=("virtual_mfa_device_name",))


@operation("iam:TagMFADevice", resource=arns.named_mfa_device)
def tag_mfa_device(call: Call, *, serial_number: str, tags: Sequence[tuple[str, str]]) -> None:
    """Set tags on a virtual MFA device; a key that is there gets the new value.

    Rules: API_TagMFADevice.
    """
    write_tags(MFADeviceTag, queries.lock_mfa_device(call, serial_number), tags)


@operation("iam:UntagMFADevice", resource=arns.named_mfa_device)
def untag_mfa_device(call: Call, *, serial_number: str, tag_keys: Sequence[str]) -> None:
    """Remove the tags of these keys from a virtual MFA device.

    Rules: API_UntagMFADevice.
    """
    check_tag_keys(tag_keys)
    remove_tags(MFADeviceTag, queries.lock_mfa_device(call, serial_number), tag_keys)


@operation("iam:ListMFADeviceTags", resource=arns.named_mfa_device, read_only=True)
def list_mfa_device_tags(call: Call, *, serial_number: str) -> tuple[tuple[str, str], ...]:
    """List a virtual MFA device's tags by key.

    Rules: API_ListMFADeviceTags.
    """
    return sorted_tags(queries.find_mfa_device(call, serial_number))


def _synchronize(call: Call, device: MFADevice, first: str, second: str) -> None:
    """Check two codes that follow each other, neither of them used before, and set the device by them."""
    names.check(names.AUTHENTICATION_CODE, first, "authenticationCode1")
    names.check(names.AUTHENTICATION_CODE, second, "authenticationCode2")
    step = totp.step_of_pair(seed_of(device), first, second, call.time)
    if step is None or step - 1 <= device.last_used_step:
        raise InvalidAuthenticationCode("Authentication code for device is not valid.")
    ahead = step - totp.step_of(call.time)
    device.last_used_step, device.drift = step, ahead if abs(ahead) > _DRIFT_FORGIVEN else 0


def _device_of(call: Call, owner: User | None, serial_number: str) -> MFADevice:
    """Lock a device of an owner's, of whatever kind, or raise NoSuchEntity."""
    for device in queries.mfa_devices(call, owner).select_for_update(no_key=True):
        if device.serial_number.lower() == serial_number.lower():
            return device
    queries.find_mfa_device(call, serial_number)
    raise NoSuchEntity(NOT_THEIRS, field="serialNumber")
