"""Print the trail of an account, one record a line."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime

from accounts.models import Account
from iamconsole.audit.models import Event


class Command(BaseCommand):
    """`auditlog --account ID [--since T]`."""

    help = "Prints the events of an account in CloudTrail's record form, oldest first, one JSON object a line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be given."""
        parser.add_argument("--account", required=True, help="the 12 digits, or the alias")
        parser.add_argument("--since", help="only events from this time on, such as 2026-11-25 or 2026-11-25T10:00:00Z")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the events."""
        account = Account.objects.filter(Q(pk=options["account"]) | Q(alias=options["account"])).first()
        if account is None:
            raise CommandError(f"There is no account {options['account']}.")
        rows = Event.objects.filter(account_id=account.account_id).order_by("sequence")
        if options["since"]:
            rows = rows.filter(event_time__gte=_moment(options["since"]))
        for record in rows.values_list("record", flat=True).iterator(chunk_size=2000):
            self.stdout.write(json.dumps(record))


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
        day = parse_date(text) if moment is None else None
    except ValueError:
        moment = day = None
    if moment is None and day is not None:
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if moment is None:
        raise CommandError(f"{text} is no time: write it as 2026-11-25 or 2026-11-25T10:00:00Z.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
