"""MFA devices as lists show them: without seeds, read in the same query as their user."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from accounts import secrets
from accounts.models import MFADevice, User
from iamconsole.aws import arn

__all__ = ["TAKEN", "MFADeviceMetadata", "device_array", "devices_of", "enabled_devices", "seal_seed", "seed_of"]

TAKEN = "MFADevice entity at the same path and name already exists."
_COLUMNS = {
    "account_id": "account_id",
    "path": "path",
    "name": "virtual_mfa_device_name",
    "enable_date": "enable_date",
    "passkey": "passkey_serial_number",
    "credential_id": "credential_id",
}
_TYPES = {False: "Virtual", True: "Passkey or security key"}
_CERTIFICATIONS = {False: "Not applicable", True: "Not known"}


@dataclass(frozen=True, slots=True)
class MFADeviceMetadata:
    """What ListMFADevices tells of a device. Rules: API_MFADevice; API_GetMFADevice.

    A passkey's `credential_id` keeps the same passkey from being registered twice; it is no secret.
    """

    serial_number: str
    name: str
    enable_date: datetime
    credential_id: str = ""

    @property
    def is_passkey(self) -> bool:
        """Whether it signs challenges, in place of showing codes."""
        return bool(self.credential_id)

    @property
    def type(self) -> str:
        """The kind of device, as its table names it."""
        return _TYPES[self.is_passkey]

    @property
    def certifications(self) -> str:
        """Which FIDO certifications it has; passkeys are not asked to prove any."""
        return _CERTIFICATIONS[self.is_passkey]

    @classmethod
    def of(cls, device: MFADevice) -> Self:
        """Leave the seed out of the row of an assigned device."""
        assert device.enable_date is not None  # noqa: S101 - a rule of the table
        return cls(device.serial_number, device.name, device.enable_date, device.credential_id)


def enabled_devices(account_id: str, user_id: str | None) -> QuerySet[MFADevice]:
    """The devices that a user, or the root user for None, signs in with, oldest first."""
    rows = MFADevice.objects.filter(account_id=account_id, user=user_id, enable_date__isnull=False)
    return rows.order_by("enable_date", "pk")


def device_array() -> ArraySubquery:
    """Read a user's MFA devices in the same query as the user, oldest first, as a list for `devices_of`."""
    rows = MFADevice.objects.filter(user=OuterRef("pk")).order_by("enable_date", "pk")
    return ArraySubquery(rows.values(json=JSONObject(**_COLUMNS)))


def devices_of(user: User) -> tuple[MFADeviceMetadata, ...]:
    """The MFA devices of a user that was read with its `device_list`, oldest first."""
    return tuple(_read(row) for row in user.device_list)


def seal_seed(device: MFADevice, seed: str) -> str:
    """Seal the seed of a device; it opens for no other."""
    return secrets.seal(seed, _purpose(device))


def seed_of(device: MFADevice) -> str:
    """Open the seed of a device."""
    return secrets.unseal(device.sealed_seed, _purpose(device))


def _purpose(device: MFADevice) -> str:
    return f"MFA device {device.serial_number}"


def _read(row: Mapping[str, Any]) -> MFADeviceMetadata:
    serial = row["passkey"] or arn.mfa_arn(row["account_id"], row["path"], row["name"])
    return MFADeviceMetadata(serial, row["name"], datetime.fromisoformat(row["enable_date"]), row["credential_id"])
