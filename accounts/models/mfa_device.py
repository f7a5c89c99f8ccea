"""MFA devices: authenticator apps that show a new code every thirty seconds, and passkeys that sign a challenge."""

from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.account import Account
from accounts.models.history import past, tracked
from accounts.models.tag import Tag
from accounts.models.user import User
from iamconsole.aws import arn


@tracked("sealed_seed", "last_used_step", "sign_count", "last_challenge_date", indexes=past("mfa_device", "user"))
class MFADevice(models.Model):
    """An MFA device: unassigned until it is enabled for a user, or for the root user where `user` is empty.

    A virtual one shows codes worked out from a seed, which must be readable to work them out as well: it is sealed
    under a key kept outside the database. A code counts once, and none before it counts after it: `last_used_step` is
    the newest thirty seconds whose code was taken. `drift` is how many such steps the device's clock is ahead.

    A passkey or security key has a public key in place of the seed, holds for the host name it was registered at
    (`relying_party`), and is always assigned. An answer to a challenge counts once, and none to an older challenge
    counts after it: `last_challenge_date` is when the newest answered one was set. `sign_count` is how often the
    device says it has signed.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="mfa_devices")
    virtual_mfa_device_name = models.CharField(max_length=226)
    path = models.CharField(max_length=512, default="/")
    sealed_seed = models.TextField(blank=True, default="")
    create_date = models.DateTimeField(default=timezone.now)
    enable_date = models.DateTimeField(null=True, blank=True)
    last_used_step = models.BigIntegerField(default=0)
    drift = models.SmallIntegerField(default=0)
    passkey_serial_number = models.CharField(max_length=512, blank=True, default="")
    credential_id = models.TextField(blank=True, default="")
    public_key = models.TextField(blank=True, default="")
    relying_party = models.CharField(max_length=253, blank=True, default="")
    transports = models.CharField(max_length=128, blank=True, default="")
    sign_count = models.BigIntegerField(default=0)
    last_challenge_date = models.DateTimeField(null=True, blank=True)

    tag_list: list[dict[str, Any]]  # read by `accounts.queries.find_mfa_device`

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "account", Lower("virtual_mfa_device_name"), name="mfa_device_name_unique_ignoring_case"
            ),
            models.CheckConstraint(
                name="mfa_device_of_a_user_is_enabled",
                condition=models.Q(user__isnull=True) | models.Q(enable_date__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["account", "credential_id"],
                name="mfa_device_credential_unique",
                condition=~models.Q(credential_id=""),
            ),
            models.CheckConstraint(
                name="mfa_device_has_a_seed_or_a_credential",
                condition=(models.Q(credential_id="") & ~models.Q(sealed_seed=""))
                | (~models.Q(credential_id="") & models.Q(sealed_seed="", enable_date__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["account", "user", "enable_date"], name="mfa_device_by_user")]

    def __str__(self) -> str:
        return self.virtual_mfa_device_name

    @property
    def serial_number(self) -> str:
        """What stands for the device's serial number: its ARN."""
        if self.is_passkey:
            return self.passkey_serial_number
        return arn.mfa_arn(self.account_id, self.path, self.virtual_mfa_device_name)

    @property
    def name(self) -> str:
        """The friendly name, by the word all entities share."""
        return self.virtual_mfa_device_name

    @property
    def is_passkey(self) -> bool:
        """Whether it signs challenges, in place of showing codes."""
        return bool(self.credential_id)

    @property
    def is_assigned(self) -> bool:
        """Whether a user, or the root user, signs in with it."""
        return self.enable_date is not None


@tracked()
class MFADeviceTag(Tag):
    """A tag on a virtual MFA device."""

    mfa_device = models.ForeignKey(MFADevice, on_delete=models.CASCADE, related_name="tags", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("mfa_device", Lower("key"), name="mfa_device_tag_key_unique_ignoring_case")
        ]
