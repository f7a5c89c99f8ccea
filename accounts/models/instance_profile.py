"""Instance profiles: how an EC2 instance carries a role."""

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.account import Account
from accounts.models.counting import counted
from accounts.models.history import tracked
from accounts.models.role import Role
from iamconsole.aws import arn
from iamconsole.aws.identifiers import Prefix, new_id


def new_instance_profile_id() -> str:
    """Make the unique id of an instance profile."""
    return new_id(Prefix.INSTANCE_PROFILE)


@tracked()
class InstanceProfile(models.Model):
    """An instance profile with at most one role in it."""

    instance_profile_id = models.CharField(
        primary_key=True, max_length=32, default=new_instance_profile_id, editable=False
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    instance_profile_name = models.CharField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="instance_profiles")
    create_date = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "account", Lower("instance_profile_name"), name="instance_profile_name_unique_ignoring_case"
            ),
        ]
        triggers = [counted("accounts_account", "account_id", "instance_profile_count", reference="account_id")]

    def __str__(self) -> str:
        return self.instance_profile_name

    @property
    def arn(self) -> str:
        """The instance profile's ARN, path included."""
        return arn.instance_profile_arn(self.account_id, self.path, self.instance_profile_name)

    @property
    def name(self) -> str:
        """The friendly name, by the word all entities share."""
        return self.instance_profile_name
