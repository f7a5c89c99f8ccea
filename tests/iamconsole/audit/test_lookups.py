"""What looking events up reads of a long trail: an index, a page, and what is counted; never the trail."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from iamconsole.audit.operations import FILTERS
from iamconsole.benching import crowd, trail
from iamconsole.benching.crowd import Crowd
from iamconsole.benching.plans import gather_statistics, reading_of
from iamconsole.benching.visitor import Visitor
from iamconsole.keyset import MATCHES_COUNTED

EVENTS = 20_000
PAGE = 50
KINDS = 4
WHO_ASKS = 10
MOST_READ = KINDS * (MATCHES_COUNTED + PAGE + 1) + WHO_ASKS  # however the planner takes the short ones of the kinds
CUSTOM = "/iam/events?range=custom&from=2020-01-01T00:00&to=2020-01-02T00:00"


@pytest.fixture(scope="module")
def long(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Crowd]:
    """An account with a long trail, beside another with one as long."""
    with django_db_blocker.unblock(), transaction.atomic():
        found, other = crowd.gather(1), crowd.gather(1)
        for each in (found, other):
            trail.write(each.account.account_id, EVENTS)
        gather_statistics()
        yield found
        transaction.set_rollback(True)


@pytest.mark.parametrize("address", [*trail.lookups(), CUSTOM])
def test_no_lookup_reads_the_whole_trail(long: Crowd, address: str) -> None:
    queries = Visitor(long.administrator).queries(address)
    reading = reading_of(queries)
    assert "audit_event" not in reading.whole_tables
    assert reading.rows <= MOST_READ
    assert len(queries) <= 8


def test_every_attribute_has_a_lookup_that_is_measured() -> None:
    asked = " ".join(trail.lookups())
    assert {name for name in FILTERS if f"f={name}%3A" in asked} == set(FILTERS) - {"id"}


@pytest.mark.parametrize("page", ["after", "before"])
def test_a_page_further_on_costs_as_little(long: Crowd, page: str) -> None:
    visitor = Visitor(long.administrator)
    address = "/iam/events?reads=1&size=100"
    for _ in range(3):
        address = following(visitor.look(address).content.decode(), "after")
    if page == "before":
        address = following(visitor.look(address).content.decode(), "before")
    reading = reading_of(visitor.queries(address))
    assert "audit_event" not in reading.whole_tables
    assert reading.rows <= KINDS * 101 + WHO_ASKS


def following(shown: str, name: str) -> str:
    found = re.search(rf'href="([^"]*[?&;]{name}=[^"]*)"', shown)
    assert found is not None
    return html.unescape(found[1])
