"""Put a student account back to its start, from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.opening import root_call
from iamconsole.aws.errors import IamError
from iamconsole.classroom.models import StudentAccount
from iamconsole.classroom.operations.states import reset_account


class Command(BaseCommand):
    """`resetaccount ID [--reason TEXT]`."""

    help = "Puts a student account back to its start; what it was is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be given."""
        parser.add_argument("account", help="the twelve digits of the student account")
        parser.add_argument("--reason", default="", help="kept with the old state")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset the account as the root user of its class."""
        student = StudentAccount.objects.select_related("account").filter(pk=options["account"]).first()
        if student is None:
            raise CommandError(f"There is no student account {options['account']}.")
        try:
            kept = reset_account(root_call(student.account), account_id=student.member_id, reason=options["reason"])
        except IamError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{student.member_id} is back at its start; its old state is kept as number {kept.pk}.")
