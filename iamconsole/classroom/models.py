"""Student accounts, and the states of an account that are kept."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import Account


class StudentAccount(models.Model):
    """The account of one student: a member of the organization that `account` manages.

    The sign-ins are sealed until the card is printed again; a password that its user has changed is no longer told.
    """

    member = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="student_account")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="student_accounts")
    student_id = models.CharField(max_length=64)
    student_name = models.CharField(max_length=50)
    email = models.CharField(max_length=254, default="", blank=True)
    alias = models.CharField(max_length=63)
    sealed_sign_ins = models.TextField()
    create_date = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint("account", Lower("student_id"), name="student_id_unique_ignoring_case")]
        indexes = [models.Index("account", Lower("student_name"), name="student_account_by_name")]

    def __str__(self) -> str:
        return f"{self.student_name} ({self.member_id})"


class AccountState(models.Model):
    """All rows of a student account as they were at a moment: its start, or what a reset put away.

    `rows` holds no access secret in clear: password hashes and sealed values as the tables hold them.
    """

    member = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="+")
    is_start = models.BooleanField(default=False)
    taken = models.DateTimeField()
    taken_by = models.CharField(max_length=2048)
    reason = models.CharField(max_length=256, default="", blank=True)
    alias = models.CharField(max_length=63, default="", blank=True)
    rows: models.JSONField[list[Any], list[Any]] = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=models.Q(is_start=True), name="one_start_an_account")
        ]
        indexes = [models.Index(fields=["member", "-taken"], name="account_state_newest")]

    def __str__(self) -> str:
        return f"state of {self.member_id} at {self.taken:%Y-%m-%dT%H:%M:%SZ}"
