"""The account: the twelve digits that everything else belongs to."""

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.history import tracked
from iamconsole.aws import arn, password_policy
from iamconsole.aws.password_policy import PasswordPolicy

AWS = "aws"
"""The account that owns the AWS managed policies; nobody signs in to it."""


@tracked(
    "root_password", "user_count", "group_count", "role_count", "policy_count", "instance_profile_count",
    "root_password_last_used",
)  # fmt: skip
class Account(models.Model):
    """An AWS account with its root user.

    Its counters are kept by triggers on the counted tables: a list's heading, the dashboard and every quota read them
    here. An operation that counts locks this row first.
    """

    account_id = models.CharField(primary_key=True, max_length=12)
    name = models.CharField(max_length=50)
    alias = models.CharField(max_length=63, null=True, blank=True, unique=True)
    root_email = models.CharField(max_length=254, null=True, blank=True)  # noqa: DJ001 - unique where it is set
    root_password = models.CharField(max_length=160, default="", blank=True)
    root_password_last_used = models.DateTimeField(null=True, blank=True)
    create_date = models.DateTimeField(default=timezone.now)

    user_count = models.PositiveIntegerField(default=0)
    group_count = models.PositiveIntegerField(default=0)
    role_count = models.PositiveIntegerField(default=0)
    policy_count = models.PositiveIntegerField(default=0)
    instance_profile_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="account_id_is_twelve_digits",
                condition=models.Q(account_id__regex=r"^[0-9]{12}$") | models.Q(account_id=AWS),
            ),
            models.UniqueConstraint(Lower("root_email"), name="account_root_email_unique_ignoring_case"),
        ]

    def __str__(self) -> str:
        return self.account_id

    @property
    def arn(self) -> str:
        """The ARN of the root user, which also stands for the whole account."""
        return arn.root_arn(self.account_id)

    @property
    def label(self) -> str:
        """The alias where there is one, else the twelve digits."""
        return self.alias or self.account_id

    @property
    def password_policy(self) -> PasswordPolicy:
        """The password policy in force: the account's own, else IAM's; it is read once with the row."""
        own = getattr(self, "own_password_policy", None)
        return own.rules() if own else password_policy.DEFAULT
