"""`bench`: how quick it is here, as a table."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from iamconsole.benching import access, audit, crowd, decisions, engine, pages, plans, trail
from iamconsole.benching.table import heading, page_heading

__all__ = ["Command"]

FEW, FEW_EVENTS = 100, 1000


class Command(BaseCommand):
    """`bench [--rows N] [--events N] [--seconds S] [--rounds R]`.

    Everything it writes is in one transaction that is rolled back, also when it is killed: the rows stay as they were.
    """

    help = "Measures decisions, documents and pages, and prints a table. Leaves nothing behind."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be given."""
        parser.add_argument("--rows", type=_positive, default=10_000, help="rows of each kind in the large account")
        parser.add_argument("--seconds", type=float, default=1.0, help="how long each thing is repeated")
        parser.add_argument("--events", type=_positive, default=20_000, help="events in the long trail")
        parser.add_argument("--rounds", type=_positive, default=7, help="how often each page is looked at")

    def handle(self, *args: Any, rows: int, events: int, seconds: float, rounds: int, **options: Any) -> None:
        """Measure and print as it goes."""
        if MigrationExecutor(connection).migration_plan(MigrationExecutor(connection).loader.graph.leaf_nodes()):
            raise CommandError("The database is not up to date: run ./manage.py migrate first.")
        self._print(heading("Decisions and documents"))
        for line in decisions.measure(seconds):
            self._print(line)
        self._print(heading("The engine"))
        for line in engine.measure(seconds):
            self._print(line)
        with transaction.atomic():
            for printed in self._with_rows(rows, seconds, rounds):
                self._print(printed)
            transaction.set_rollback(True)
        with transaction.atomic():
            for printed in self._with_events(events, rounds):
                self._print(printed)
            transaction.set_rollback(True)

    def _with_rows(self, rows: int, seconds: float, rounds: int) -> Iterator[object]:
        few = min(FEW, rows)
        self.stderr.write(f"Writing {few:,} and {rows:,} users, groups, roles, policies and events ...")
        small, large = crowd.gather(few), crowd.gather(rows)
        self.stderr.write("Gathering statistics ...")
        plans.gather_statistics()
        yield heading("Access")
        yield from access.measure(large, seconds)
        yield heading("The audit trail")
        yield from audit.measure(large, seconds)
        yield heading("Pages")
        yield page_heading(few, rows)
        yield from pages.measure(small, large, rounds=rounds)

    def _with_events(self, events: int, rounds: int) -> Iterator[object]:
        few = min(FEW_EVENTS, events)
        self.stderr.write(f"Writing {few:,} and {events:,} events ...")
        small, large = crowd.gather(1), crowd.gather(1)
        trail.write(small.account.account_id, few)
        trail.write(large.account.account_id, events)
        plans.gather_statistics()
        yield heading("Event history")
        yield page_heading(few, events)
        yield from pages.measure_trail(small, large, rounds=rounds)

    def _print(self, line: object) -> None:
        self.stdout.write(str(line))
        self.stdout.flush()


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text} is not a number from 1 upward.")
    return int(text)
