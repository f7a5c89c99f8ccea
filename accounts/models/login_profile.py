"""Console passwords of IAM users."""

from django.db import models
from django.utils import timezone

from accounts.models.account import Account
from accounts.models.history import tracked
from accounts.models.user import User


@tracked("password")
class LoginProfile(models.Model):
    """The password that lets a user sign in to the console; only its hash is kept."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.PROTECT, related_name="login_profile")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    password = models.CharField(max_length=160)
    password_reset_required = models.BooleanField(default=False)
    create_date = models.DateTimeField(default=timezone.now)
    password_last_changed = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["account", "password_last_changed", "user"], name="login_profile_by_age")]

    def __str__(self) -> str:
        return f"login profile of {self.user_id}"
