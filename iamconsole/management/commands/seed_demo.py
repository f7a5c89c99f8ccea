"""Make the demo account, once."""

import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from iamconsole.demo import cast
from iamconsole.demo.seeding import SignIn, demo_account, seed
from iamconsole.serving import DEMO_SIGN_INS
from policies.lab_kinds import BUCKET
from policies.models import LabResource

_LOCK = 7_201_913
"""The advisory lock under which the demo account is made, so that two starters make one."""


class Command(BaseCommand):
    """`seed_demo [--fresh]`."""

    help = "Makes the demo account with its people, groups, roles and policies, where it is not there yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be given."""
        parser.add_argument(
            "--fresh", action="store_true", help="make the demo account anew; the old one stays, without its alias"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account and keep its sign-ins for `./run` to print."""
        sign_ins = self._seed(fresh=options["fresh"])
        if sign_ins:
            _keep(sign_ins, settings.IAMCONSOLE_HOME / DEMO_SIGN_INS)
            self.stderr.write(f"The demo account {cast.ALIAS} is made.")

    @transaction.atomic
    def _seed(self, *, fresh: bool) -> list[SignIn]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        account = demo_account()
        if account is not None and not fresh:
            return []
        if account is not None:
            account.alias = None
            account.root_email = f"retired-{secrets.token_hex(4)}-{account.root_email}"
            account.save(update_fields=["alias", "root_email"])
            # All accounts share the names of buckets: the new account is to have these.
            LabResource.objects.filter(account=account, kind=BUCKET.key).delete()
        return seed()


def _keep(sign_ins: list[SignIn], file: Path) -> None:
    """Write the sign-ins where only the owner of the state folder can read them."""
    partial = file.with_suffix(".partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write("".join(f"{sign_in}\n" for sign_in in sign_ins))
    partial.replace(file)
