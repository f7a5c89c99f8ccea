"""Open a new, empty account from the command line."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.opening import OpenedAccount, open_account
from iamconsole.aws.errors import IamError


class Command(BaseCommand):
    """`createaccount --name N --root-email E [--account-id 12DIGITS] [--alias A] [--json]`."""

    help = "Opens a new, empty account and prints its root user's password and access key, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be given."""
        parser.add_argument("--name", required=True)
        parser.add_argument("--root-email", required=True)
        parser.add_argument("--account-id")
        parser.add_argument("--alias")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Open the account and print what can be told only once."""
        try:
            opened = open_account(
                name=options["name"],
                root_email=options["root_email"],
                account_id=options["account_id"],
                alias=options["alias"],
            )
        except IamError as error:
            raise CommandError(error.message) from error
        facts = _facts(opened)
        self.stdout.write(json.dumps(facts) if options["json"] else "\n".join(f"{k}  {v}" for k, v in facts.items()))


def _facts(opened: OpenedAccount) -> dict[str, str | None]:
    return {
        "accountId": opened.account.account_id,
        "alias": opened.account.alias,
        "rootEmail": opened.account.root_email,
        "rootPassword": opened.root_password,
        "accessKeyId": opened.access_key_id,
        "secretAccessKey": opened.secret_access_key,
    }
