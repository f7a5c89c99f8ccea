"""The trail: one event a call."""

from __future__ import annotations

import uuid
from typing import Any

import pgtrigger
from django.db import models

CHANGES_AND_REFUSALS = ~models.Q(read_only=True, error_code="")
"""What Event history shows until successful reads are asked for."""


class Event(models.Model):
    """What one call did, or why it was refused, in CloudTrail's record form.

    Events hold ids as text and no foreign keys, so they outlive what they name. `decision` is kept beside the record:
    the full context, the ids and versions of every policy that applied, the layer and the statement that decided, so
    that an old refusal can be replayed as it was.
    """

    sequence = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField(default=uuid.uuid4, editable=False)
    account_id = models.CharField(max_length=12)
    event_time = models.DateTimeField()
    event_name = models.CharField(max_length=128)
    event_source = models.CharField(max_length=128)
    read_only = models.BooleanField()
    user_name = models.CharField(max_length=128, default="", blank=True)
    principal_id = models.CharField(max_length=128, default="", blank=True)
    access_key_id = models.CharField(max_length=32, default="", blank=True)
    resource_type = models.CharField(max_length=64, default="", blank=True)
    resource_name = models.CharField(max_length=2048, default="", blank=True)
    error_code = models.CharField(max_length=64, default="", blank=True)
    request_id = models.UUIDField()
    record: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    decision: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["account_id", "-sequence"], name="event_newest"),
            models.Index(fields=["account_id", "-sequence"], condition=CHANGES_AND_REFUSALS, name="event_newest_shown"),
            models.Index(fields=["account_id", "event_time", "sequence"], name="event_by_time"),
            models.Index(fields=["account_id", "event_name", "-sequence"], name="event_by_name"),
            models.Index(fields=["account_id", "user_name", "-sequence"], name="event_by_user"),
            models.Index(fields=["account_id", "error_code", "-sequence"], name="event_by_error"),
            models.Index(fields=["account_id", "event_id"], name="event_by_id"),
            models.Index(fields=["account_id", "request_id"], name="event_by_request"),
        ]
        triggers = [
            # INVARIANT: an event is never changed and never removed, whoever asks.
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="never_truncated",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'events are never removed';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_name} at {self.event_time:%Y-%m-%dT%H:%M:%SZ}"
