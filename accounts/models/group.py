"""User groups and who is in them."""

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.account import Account
from accounts.models.counting import counted
from accounts.models.history import past, tracked
from accounts.models.user import User
from iamconsole.aws import arn
from iamconsole.aws.identifiers import Prefix, new_id


def new_group_id() -> str:
    """Make the unique id of a group."""
    return new_id(Prefix.GROUP)


@tracked("user_count")
class Group(models.Model):
    """A user group: it holds users only, and is never a principal."""

    group_id = models.CharField(primary_key=True, max_length=32, default=new_group_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    group_name = models.CharField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    create_date = models.DateTimeField(default=timezone.now)
    user_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint("account", Lower("group_name"), name="group_name_unique_ignoring_case"),
        ]
        indexes = [
            models.Index("account", "path", Lower("group_name"), name="group_by_path"),
            models.Index("account", "create_date", "group_id", name="group_by_create_date"),
            models.Index("account", "user_count", "group_id", name="group_by_users"),
        ]
        triggers = [counted("accounts_account", "account_id", "group_count", reference="account_id")]

    def __str__(self) -> str:
        return self.group_name

    @property
    def arn(self) -> str:
        """The group's ARN, path included."""
        return arn.group_arn(self.account_id, self.path, self.group_name)

    @property
    def name(self) -> str:
        """The friendly name, by the word all entities share."""
        return self.group_name


@tracked(indexes=past("membership", "user", "group"))
class Membership(models.Model):
    """A user's place in a group.

    A member is a user by its foreign key: there is no way to write down a group inside a group.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships", db_index=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships", db_index=False)
    create_date = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="membership_once")]
        indexes = [models.Index(fields=["account", "group", "user"], name="membership_by_group")]
        triggers = [
            counted("accounts_user", "user_id", "group_count", reference="user_id"),
            counted("accounts_group", "group_id", "user_count", reference="group_id"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"
