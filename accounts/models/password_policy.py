"""An account's own password policy, and the passwords its users had before."""

from django.db import models
from django.utils import timezone

from accounts.models.account import Account
from accounts.models.history import tracked
from accounts.models.user import User
from iamconsole.aws import quotas
from iamconsole.aws.password_policy import PasswordPolicy


@tracked()
class AccountPasswordPolicy(models.Model):
    """The password policy that an account has set; without a row, IAM's own is in force.

    An age of 0 never expires, 0 old passwords may all be used again.
    """

    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.PROTECT, related_name="own_password_policy"
    )
    minimum_password_length = models.PositiveSmallIntegerField(default=quotas.PASSWORD_LENGTH_API_DEFAULT)
    require_symbols = models.BooleanField(default=False)
    require_numbers = models.BooleanField(default=False)
    require_uppercase_characters = models.BooleanField(default=False)
    require_lowercase_characters = models.BooleanField(default=False)
    allow_users_to_change_password = models.BooleanField(default=False)
    max_password_age = models.PositiveSmallIntegerField(default=0)
    password_reuse_prevention = models.PositiveSmallIntegerField(default=0)
    hard_expiry = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"password policy of {self.account_id}"

    def rules(self) -> PasswordPolicy:
        """The policy as the rules that it stands for."""
        return PasswordPolicy(
            minimum_length=self.minimum_password_length,
            require_uppercase=self.require_uppercase_characters,
            require_lowercase=self.require_lowercase_characters,
            require_numbers=self.require_numbers,
            require_symbols=self.require_symbols,
            allow_users_to_change_password=self.allow_users_to_change_password,
            max_age_days=self.max_password_age,
            reuse_prevention=self.password_reuse_prevention,
            hard_expiry=self.hard_expiry,
        )


class EarlierPassword(models.Model):
    """The hash of a password that a user no longer has, kept to refuse it; row history never sees it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="earlier_passwords", db_index=False)
    password = models.CharField(max_length=160)
    replaced = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="earlier_password_by_user")]

    def __str__(self) -> str:
        return f"earlier password of {self.user_id}"
