"""IAM users."""

from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.account import Account
from accounts.models.counting import counted
from accounts.models.history import tracked
from iamconsole.aws import arn
from iamconsole.aws.identifiers import Prefix, new_id


def new_user_id() -> str:
    """Make the unique id of a user."""
    return new_id(Prefix.USER)


@tracked("group_count", "password_last_used")
class User(models.Model):
    """An IAM user: a name inside an account, with credentials of its own."""

    user_id = models.CharField(primary_key=True, max_length=32, default=new_user_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    user_name = models.CharField(max_length=64)
    path = models.CharField(max_length=512, default="/")
    create_date = models.DateTimeField(default=timezone.now)
    password_last_used = models.DateTimeField(null=True, blank=True)
    group_count = models.PositiveIntegerField(default=0)

    # What `accounts.queries.find_user` reads with a user, and `list_users`; a row read otherwise has none of it.
    tag_list: list[dict[str, str]]
    key_list: list[dict[str, Any]]
    device_list: list[dict[str, Any]]
    group_names: list[str]

    class Meta:
        constraints = [
            models.UniqueConstraint("account", Lower("user_name"), name="user_name_unique_ignoring_case"),
        ]
        indexes = [
            models.Index("account", "path", Lower("user_name"), name="user_by_path"),
            models.Index("account", "create_date", "user_id", name="user_by_create_date"),
            models.Index("account", "password_last_used", "user_id", name="user_by_last_used"),
            models.Index("account", "group_count", "user_id", name="user_by_groups"),
        ]
        triggers = [counted("accounts_account", "account_id", "user_count", reference="account_id")]

    def __str__(self) -> str:
        return self.user_name

    @property
    def arn(self) -> str:
        """The user's ARN, path included."""
        return arn.user_arn(self.account_id, self.path, self.user_name)

    @property
    def name(self) -> str:
        """The friendly name, by the word all entities share."""
        return self.user_name
