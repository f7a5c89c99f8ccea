"""Check that nobody changed the trail."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from iamconsole.audit import digests
from iamconsole.audit.sealing import key_and_file
from iamconsole.audit.verifying import Verification


class Command(BaseCommand):
    """`auditverify [--digests FILE]`: exit status 1 where anything is wrong."""

    help = "Checks every event against its seal, the chain of seals, and the signed digests outside of the database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be given."""
        parser.add_argument("--digests", type=Path, help="a copy of the digests, kept elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every finding as it is found, and at the end what was looked at."""
        key, file = key_and_file()
        check = Verification(options["digests"] or file, digests.public_key(key))
        wrong = 0
        for finding in check.findings():
            self.stdout.write(finding)
            wrong += 1
        self.stdout.write(
            f"Looked at {check.events:,} sealed events under {check.seals:,} seals, {check.signed:,} of them signed; "
            f"{check.pruned:,} old reads were pruned under a seal."
        )
        if check.unsealed:
            self.stdout.write(f"{check.unsealed:,} newer events are not sealed yet.")
        if wrong:
            raise CommandError(f"The trail is not as it was written: {wrong:,} findings.")
        self.stdout.write("The trail is as it was written.")
