"""How often signing in failed of late."""

from django.db import models


class SignInThrottle(models.Model):
    """Failures of one user name, of one address, or of the one from the other; a name is not kept, only its mark.

    Attempts are refused until `refused_until`, whatever they prove.
    """

    key = models.CharField(primary_key=True, max_length=64)
    failures = models.PositiveIntegerField()
    last_failure = models.DateTimeField(db_index=True)
    refused_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.failures} failures"
