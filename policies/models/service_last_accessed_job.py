"""Reports of what was last accessed, by the id under which they are asked for again."""

import uuid

from django.db import models
from django.utils import timezone

from accounts.models import Account


class ServiceLastAccessedJob(models.Model):
    """The newest report that was asked for about an entity; the report itself is read anew each time."""

    job_id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="+")
    arn = models.CharField(max_length=2048)
    granularity = models.CharField(max_length=16)
    creation_date = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "arn", "granularity"], name="one_last_accessed_job_an_entity"),
        ]

    def __str__(self) -> str:
        return f"last accessed of {self.arn}"
