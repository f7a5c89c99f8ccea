"""Give each student of a roster an account, from the command line."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from accounts.models import Account
from accounts.opening import root_call
from iamconsole.aws.errors import IamError
from iamconsole.classroom.cards import cards_file
from iamconsole.classroom.operations.students import list_cards
from iamconsole.classroom.roster import Student, read_roster
from iamconsole.classroom.seating import Change, seat
from iamconsole.demo import cast


class Command(BaseCommand):
    """`createaccounts --roster FILE.csv [--demo] [--cards FILE.html] [--account ID] [--address URL]`."""

    help = "Gives each student of a roster an isolated account; who has one keeps it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be given."""
        parser.add_argument("--roster", required=True, type=Path, help="CSV: name, email, student id")
        parser.add_argument("--demo", action="store_true", help="put the demo cast into each account")
        parser.add_argument("--cards", type=Path, help="write the sign-in cards to this file, to be printed")
        parser.add_argument("--account", default=cast.ALIAS, help="the account of the class, by its id or alias")
        parser.add_argument("--address", default="http://localhost:8000", help="where students reach the console")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the accounts, telling of each; write the cards."""
        students = self._students(options["roster"])
        call = root_call(_account(options["account"]))
        made = 0
        try:
            for number, done in enumerate(seat(call, students, demo=options["demo"]), start=1):
                made += done.change is Change.NEW
                self.stderr.write(f"{number} of {len(students)}: {done.student.name} - {done.change} {done.account_id}")
            cards = list_cards(call)
        except IamError as error:
            raise CommandError(error.message) from error
        if options["cards"]:
            ids = {student.student_id.lower() for student in students}
            wanted = [card for card in cards if card.student.student_id.lower() in ids]
            _write(options["cards"], cards_file(wanted, options["address"]))
        self.stdout.write(f"{made} accounts made, {len(students) - made} were there.")

    def _students(self, file: Path) -> tuple[Student, ...]:
        try:
            roster = read_roster(file.read_bytes())
        except OSError as error:
            raise CommandError(f"The roster cannot be read: {error}") from error
        for complaint in roster.complaints:
            self.stderr.write(f"line {complaint.line}: {complaint.sentence}")
        if roster.complaints:
            raise CommandError("Nothing was made: mend the roster first.")
        return roster.students


def _write(file: Path, text: str) -> None:
    """Write what holds passwords where only its owner can read it."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    file.chmod(0o600)


def _account(named: str) -> Account:
    found = Account.objects.filter(Q(pk=named) | Q(alias=named)).first()
    if found is None:
        raise CommandError(f"There is no account {named}.")
    return found
