"""Drafts: what a wizard or an editor has so far."""

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
