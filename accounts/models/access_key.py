"""Access keys: long-term credentials for programs."""

from django.db import models
from django.utils import timezone

from accounts.models.account import Account
from accounts.models.history import past, tracked
from accounts.models.user import User
from iamconsole.aws.identifiers import Prefix, new_id


def new_access_key_id() -> str:
    """Make an access key id."""
    return new_id(Prefix.ACCESS_KEY)


class AccessKeyStatus(models.TextChoices):
    """The states of an access key. Rules: API_AccessKey."""

    ACTIVE = "Active"
    INACTIVE = "Inactive"


@tracked("sealed_secret", "last_used_date", "last_used_service", "last_used_region", indexes=past("access_key", "user"))
class AccessKey(models.Model):
    """An access key of a user, or of the root user where `user` is empty.

    The secret must be readable to check signatures: it is sealed under a key kept outside the database.
    """

    access_key_id = models.CharField(primary_key=True, max_length=32, default=new_access_key_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="access_keys")
    status = models.CharField(max_length=8, choices=AccessKeyStatus.choices, default=AccessKeyStatus.ACTIVE)
    sealed_secret = models.TextField()
    create_date = models.DateTimeField(default=timezone.now)
    last_used_date = models.DateTimeField(null=True, blank=True)
    last_used_service = models.CharField(max_length=64, default="", blank=True)
    last_used_region = models.CharField(max_length=32, default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "user", "create_date"], name="access_key_by_user")]

    def __str__(self) -> str:
        return self.access_key_id

    @property
    def is_active(self) -> bool:
        """Whether the key may sign requests."""
        return self.status == AccessKeyStatus.ACTIVE
