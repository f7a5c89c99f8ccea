"""The newest credential report of an account."""

from django.db import models
from django.utils import timezone

from accounts.models.account import Account


class CredentialReport(models.Model):
    """A report as it was generated: it tells how things stood then. Rules: id_credentials_getting-report."""

    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.PROTECT, related_name="credential_report"
    )
    generated_time = models.DateTimeField(default=timezone.now)
    content = models.TextField()

    def __str__(self) -> str:
        return f"credential report of {self.account_id}"
