"""Let old reads go."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from django.utils import timezone

from iamconsole.audit.digests import DigestError
from iamconsole.audit.pruning import PruningError, prune
from iamconsole.audit.sealing import seal_trail


class Command(BaseCommand):
    """`auditprune [--days N]`, as the role that owns the tables."""

    help = "Removes successful reads that are older, under a seal over what went. Changes and refusals stay."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be given."""
        days = settings.IAMCONSOLE_READS_KEPT_DAYS
        parser.add_argument("--days", type=_days, default=days, help=f"how long reads are kept ({days})")

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        """Seal what is not sealed, let go, and sign."""
        gone = 0
        try:
            seal_trail()
            for seal in prune(timezone.now() - timedelta(days=days)):
                gone += seal.events
            seal_trail()
        except (DigestError, PruningError) as error:
            raise CommandError(str(error)) from None
        except ProgrammingError as error:
            if "permission denied" not in str(error):
                raise
            raise CommandError("Only the role that owns the tables may prune: set DATABASE_OWNER_URL.") from None
        self.stdout.write(f"{gone:,} reads older than {days:,} days went, under a seal.")


def _days(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text} is not a number of days from 1 upward.")
    return int(text)
