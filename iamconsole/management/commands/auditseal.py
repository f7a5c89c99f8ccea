"""Seal the trail now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from iamconsole.audit.digests import DigestError
from iamconsole.audit.sealing import seal_trail


class Command(BaseCommand):
    """`auditseal [--wait S]`: what `serve` does every minute, for servers that are started otherwise."""

    help = "Seals the events that are settled and signs the newest seal in the state folder."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be given."""
        parser.add_argument("--wait", type=float, default=30.0, help="seconds to wait for transactions that write")

    def handle(self, *args: Any, wait: float, **options: Any) -> None:
        """Seal and say what was sealed."""
        try:
            sealed = seal_trail(patience=wait)
        except DigestError as error:
            raise CommandError(str(error)) from None
        for seal in sealed:
            self.stdout.write(
                f"Seal {seal.number}: events {seal.first_sequence:,} to {seal.last_sequence:,} ({seal.events:,})."
            )
        if not sealed:
            self.stdout.write("Nothing new to seal.")
