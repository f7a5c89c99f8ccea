"""Drafts: what a wizard or an editor has so far; console sessions: who is signed in, from where."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import Account


class Draft(models.Model):
    """The unfinished form of one principal: nothing typed is lost to Back, reload or a second tab.

    A draft lives a day. A password typed into it is sealed in `sealed`.
    """

    draft_id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, db_index=False, related_name="+")
    owner_id = models.CharField(max_length=128)
    kind = models.CharField(max_length=32)
    data: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    sealed = models.TextField(default="", blank=True)
    update_date = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["account", "owner_id", "update_date"], name="draft_by_owner")]

    def __str__(self) -> str:
        return f"{self.kind} draft {self.draft_id}"


class ConsoleSession(models.Model):
    """A session of the console, known by a digest of its key; `account` is none before the sign-in is done.

    `principal_id` is a user's unique id, or the account's twelve digits for its root user.
    """

    session_key = models.CharField(primary_key=True, max_length=64, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, db_index=False, related_name="+")
    principal_id = models.CharField(max_length=128, default="", blank=True)
    session_data = models.TextField()
    expire_date = models.DateTimeField(db_index=True)
    issued = models.DateTimeField(null=True)
    last_seen = models.DateTimeField(default=timezone.now)
    source_ip = models.CharField(max_length=45, default="", blank=True)
    user_agent = models.CharField(max_length=256, default="", blank=True)
    mfa_authenticated = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["account", "principal_id"], name="session_by_principal")]

    def __str__(self) -> str:
        return f"session {self.session_key[:8]} of {self.principal_id or 'nobody yet'}"
