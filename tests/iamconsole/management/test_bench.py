"""`manage.py bench`, run small."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import DjangoDbBlocker

from accounts.models import Account, User
from iamconsole.audit.models import Event


@dataclass(frozen=True, slots=True)
class Run:
    table: str
    progress: str
    rows_before: tuple[int, ...]
    rows_after: tuple[int, ...]


def rows() -> tuple[int, ...]:
    return Account.objects.count(), User.objects.count(), Event.objects.count()


@pytest.fixture(scope="module")
def run(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Run]:
    """One run, with no transaction around it but its own."""
    table, progress = StringIO(), StringIO()
    with django_db_blocker.unblock():
        before = rows()
        call_command("bench", "--rows=30", "--events=30", "--seconds=0", "--rounds=1", stdout=table, stderr=progress)
        yield Run(table.getvalue(), progress.getvalue(), before, rows())


@pytest.mark.parametrize(
    "line",
    [
        r"decisions, 10 policies +[\d,.]+ a second",
        r"decisions explained, 10 policies +[\d,.]+ a second",
        r"all \d\d,\d\d\d actions on \*, 10 policies +[\d,.]+ ms",
        r"reading \d+ documents, \d+ KB +[\d,.]+ ms",
        r"checking \d+ documents, \d+ KB +[\d,.]+ ms",
        r"decisions, 10 policies of 5 statements and a boundary +[\d,.]+ a second",
        r"a decision explained +[\d,.]+ ms",
        r"compiling a policy of 6,144 characters +[\d,.]+ ms",
        r"summing up a policy of 6,144 characters +[\d,.]+ ms",
        r"twenty-star patterns on 2,000 characters +[\d,.]+ ms",
        r"all \d\d,\d\d\d actions of a principal, (cold|warm) +[\d,.]+ ms",
        r"all \d\d,\d\d\d actions of 1,000 principals, (cold|a policy changed) +[\d,.]+ ms",
        r"gathering the policies of a user +1\.000 queries",
        r"one request for 31 users, policies gathered +[\d,.]+ ms",
        r"authorizing a request and recording it +[\d.]+ ms CPU",
        r"a write with its event +[\d.]+ ms",
        r"of which the event's INSERT +-?[\d.]+ %",
        r"/iam/events\?reads=1&f=user%3Arare-user +6( +[\d.]+){3} +[\d,]+(  ?reads all of .+)?",
        *(
            rf"/iam/{page} +\d( +[\d.]+){{3}} +[\d,]+(  ?reads all of .+)?"
            for page in ("users", "groups", "roles", "policies", "events")
        ),
    ],
)
def test_the_table_tells_what_things_cost(run: Run, line: str) -> None:
    assert re.search(f"^{line}$", run.table, re.MULTILINE)


def test_every_page_that_is_measured_answers(run: Run) -> None:
    assert "answers" not in run.table


def test_progress_goes_to_standard_error(run: Run) -> None:
    assert "Writing 30 and 30 users" in run.progress
    assert "Writing" not in run.table


def test_nothing_is_left_behind(run: Run) -> None:
    assert run.rows_after == run.rows_before


def test_a_number_of_rows_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="0 is not a number from 1 upward"):
        call_command("bench", "--rows=0")
