"""IAM Access Analyzer: analyzers and what they found."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import Account
from iamconsole.aws.arn import analyzer_arn


class AnalyzerType(models.TextChoices):
    """What an analyzer looks for, and what it trusts. Rules: access-analyzer API_CreateAnalyzer."""

    ACCOUNT = "ACCOUNT"
    ORGANIZATION = "ORGANIZATION"
    ACCOUNT_UNUSED_ACCESS = "ACCOUNT_UNUSED_ACCESS"


class Analyzer(models.Model):
    """An analyzer of an account: for access from outside its zone of trust, or for access that nobody uses."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="+")
    analyzer_name = models.CharField(max_length=255)
    type = models.CharField(max_length=32, choices=AnalyzerType.choices)
    unused_access_age = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_resource_analyzed_at = models.DateTimeField(null=True, blank=True)
    scan_milliseconds = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "analyzer_name"], name="analyzer_name_unique"),
            models.UniqueConstraint(fields=["account", "type"], name="one_analyzer_of_a_type"),
        ]

    def __str__(self) -> str:
        return self.analyzer_name

    @property
    def arn(self) -> str:
        """The analyzer's ARN."""
        return analyzer_arn(self.account_id, self.analyzer_name)

    @property
    def looks_for_unused_access(self) -> bool:
        """Whether it looks for what nobody uses, not for who comes from outside."""
        return self.type == AnalyzerType.ACCOUNT_UNUSED_ACCESS


class FindingStatus(models.TextChoices):
    """The states of a finding. Rules: access-analyzer API_FindingSummaryV2."""

    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"
    RESOLVED = "RESOLVED"


class FindingType(models.TextChoices):
    """What a finding says. Rules: access-analyzer API_FindingSummaryV2."""

    EXTERNAL_ACCESS = "ExternalAccess"
    UNUSED_ROLE = "UnusedIAMRole"
    UNUSED_ACCESS_KEY = "UnusedIAMUserAccessKey"
    UNUSED_PASSWORD = "UnusedIAMUserPassword"  # noqa: S105 - the name of a kind
    UNUSED_PERMISSION = "UnusedPermission"


class Finding(models.Model):
    """One thing that an analyzer found; `key` says what it is about, so that the next scan knows it again."""

    finding_id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="+")
    analyzer = models.ForeignKey(Analyzer, on_delete=models.CASCADE, db_index=False, related_name="findings")
    key = models.CharField(max_length=64)
    finding_type = models.CharField(max_length=32, choices=FindingType.choices)
    resource = models.CharField(max_length=2048)
    resource_type = models.CharField(max_length=64)
    status = models.CharField(max_length=8, choices=FindingStatus.choices, default=FindingStatus.ACTIVE)
    details: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    analyzed_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["analyzer", "key"], name="one_finding_of_a_thing")]
        indexes = [
            models.Index(fields=["account", "analyzer", "status", "updated_at", "finding_id"], name="finding_newest"),
            models.Index(fields=["account", "analyzer", "updated_at", "finding_id"], name="finding_by_time"),
            models.Index(fields=["account", "analyzer", "resource", "finding_id"], name="finding_by_resource"),
        ]

    def __str__(self) -> str:
        return f"{self.finding_type} of {self.resource}"
