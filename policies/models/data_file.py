"""Which data file the rows of account `aws` were loaded from."""

from django.db import models
from django.utils import timezone


class DataFile(models.Model):
    """The stamp of a data file whose content is in the database, so that `migrate` loads it once."""

    name = models.CharField(primary_key=True, max_length=100)
    sha256 = models.CharField(max_length=64)
    load_date = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name
