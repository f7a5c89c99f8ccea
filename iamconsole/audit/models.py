"""The trail: one event a call, and the seals over them."""

from __future__ import annotations

import uuid
from typing import Any

import pgtrigger
from django.db import models
from django.db.models.functions import Left

RESOURCE_PREFIX = 200
"""As much of a resource's name as its index holds: a whole one may be longer than what an index takes."""


class EventKind(models.IntegerChoices):
    """What an event tells, drawn from its columns by the database: every lookup has its index by kind and time."""

    CHANGE = 0
    REFUSED_CHANGE = 1
    REFUSED_READ = 2
    READ = 3


_KIND = models.Case(
    models.When(read_only=False, error_code="", then=EventKind.CHANGE.value),
    models.When(read_only=False, then=EventKind.REFUSED_CHANGE.value),
    models.When(error_code="", then=EventKind.READ.value),
    default=EventKind.REFUSED_READ.value,
)
_NEWEST = ("kind", "event_time", "sequence")

KEEP_LAST_ACCESSED = """
    INSERT INTO audit_lastaccessed AS known (account_id, principal_id, service, action, time, region)
    SELECT account_id, principal, service, event_name, max(event_time), max(region)
    FROM (
        SELECT account_id, event_name, event_time, split_part(principal_id, ':', 1) AS principal,
               split_part(event_source, '.', 1) AS service, coalesce(record ->> 'awsRegion', '') AS region
        FROM new_events
        WHERE left(principal_id, 4) IN ('AIDA', 'AROA') AND event_source <> 'signin.amazonaws.com'
    ) AS attempt
    WHERE NOT EXISTS (
        SELECT FROM audit_lastaccessed AS fresh
        WHERE fresh.account_id = attempt.account_id AND fresh.principal_id = attempt.principal
          AND fresh.service = attempt.service AND fresh.action = attempt.event_name
          AND fresh.time > attempt.event_time - interval '1 minute'
    )
    GROUP BY account_id, principal, service, event_name
    ORDER BY account_id, principal, service, event_name
    ON CONFLICT (account_id, principal_id, service, action)
        DO UPDATE SET time = excluded.time, region = excluded.region WHERE known.time < excluded.time;
    RETURN NULL;
"""
"""Once for each INSERT of events, however many: in one order, so that two never wait for each other in a ring."""


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
    kind = models.GeneratedField(expression=_KIND, output_field=models.SmallIntegerField(), db_persist=True)

    class Meta:
        indexes = [
            models.Index(fields=["account_id", *_NEWEST], name="event_newest"),
            models.Index(fields=["account_id", "event_name", *_NEWEST], name="event_by_event_name"),
            models.Index(fields=["account_id", "user_name", *_NEWEST], name="event_by_user_name"),
            models.Index(fields=["account_id", "event_source", *_NEWEST], name="event_by_event_source"),
            models.Index(fields=["account_id", "resource_type", *_NEWEST], name="event_by_resource_type"),
            models.Index("account_id", Left("resource_name", RESOURCE_PREFIX), *_NEWEST, name="event_by_resource_name"),
            models.Index(
                fields=["account_id", "access_key_id", *_NEWEST],
                condition=~models.Q(access_key_id=""),
                name="event_by_access_key",
            ),
            models.Index(
                fields=["account_id", "error_code", *_NEWEST],
                condition=~models.Q(error_code=""),
                name="event_by_error_code",
            ),
            models.Index(fields=["account_id", "event_id"], name="event_by_id"),
            models.Index(fields=["account_id", "request_id"], name="event_by_request"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="last_accessed",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_events"),  # type: ignore[no-untyped-call]
                func=KEEP_LAST_ACCESSED,
            ),
            # INVARIANT: an event is never changed and never removed, whoever asks; only a successful read may go,
            # where a seal over what went has been written before.
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'DELETE' AND OLD.read_only AND OLD.error_code = '' AND EXISTS (
                        SELECT FROM audit_seal
                        WHERE kind = 'pruned' AND OLD.sequence BETWEEN first_sequence AND last_sequence
                    ) THEN
                        RETURN OLD;
                    END IF;
                    RAISE EXCEPTION 'events are never changed and never removed';
                """,
            ),
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


class SealKind(models.TextChoices):
    """What a seal lies over: events as they were written, or successful reads that went."""

    EVENTS = "events"
    PRUNED = "pruned"


class Seal(models.Model):
    """A link of the chain: a range of sequences, a digest over the events in it, and the seal before it.

    `leaves` holds one entry an event, so that a changed or missing one can be named; `digest` is the hash of the
    leaves, and `hash` that of everything, the previous seal's hash included. A seal of pruned events has the digest of
    the leaves that went, and no leaves: those stay with the seals that the events were under.
    """

    number = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=8, choices=SealKind)
    form = models.SmallIntegerField()
    first_sequence = models.BigIntegerField()
    last_sequence = models.BigIntegerField()
    events = models.IntegerField()
    newest_event = models.DateTimeField(null=True, blank=True)
    leaves = models.BinaryField()
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()
    previous = models.CharField(max_length=64, default="", blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["first_sequence"], condition=models.Q(kind=SealKind.PRUNED), name="seal_pruned"),
        ]
        triggers = [
            # INVARIANT: the chain only grows.
            pgtrigger.Protect(name="chain_only_grows", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="chain_never_truncated",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'seals are never removed';",
            ),
        ]

    def __str__(self) -> str:
        return f"seal {self.number}"


class LastAccessed(models.Model):
    """When a user or role last tried an action, to the minute; a refused attempt counts.

    A trigger of the events keeps it: a page asks it instead of the events, and it outlives reads that are pruned.

    Rules: access_policies_last-accessed.
    """

    account_id = models.CharField(max_length=12)
    principal_id = models.CharField(max_length=128)
    service = models.CharField(max_length=128)
    action = models.CharField(max_length=128)
    time = models.DateTimeField()
    region = models.CharField(max_length=32, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "principal_id", "service", "action"], name="one_last_access_an_action"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}:{self.action} at {self.time:%Y-%m-%dT%H:%MZ}"
