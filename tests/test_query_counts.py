"""What pages ask of the database: the same number of queries for ten rows and for thousands, eight at most.

A new list or detail page joins by a line in `iamconsole.benching.lists`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.urls import get_resolver
from pytest_django import DjangoDbBlocker

from iamconsole.benching.crowd import Crowd, gather
from iamconsole.benching.lists import DETAILS, LISTS, DetailPage
from iamconsole.benching.plans import gather_statistics, reading_of
from iamconsole.benching.visitor import Visitor

MOST_QUERIES = 8
MOST_ROWS_READ = 1000
FEW, MANY = 10, 5000

NOT_IN_A_CROWD = {
    "provider-list": "a hundred providers at most, by quota",
    "provider-detail": "one provider with what its quotas allow",
    "finding-detail": "one finding",
    "access-detail": "one decision, with the documents that it names",
}
BOUND_BY_QUOTAS = {
    "/iam/policies": "own policies and those of AWS in one order: 1,500 and 1,590 at most",
}
"""Lists that read all their rows, and why that is not many."""


@dataclass(frozen=True, slots=True)
class Crowds:
    few: Crowd
    many: Crowd

    def queries(self, few: str, many: str) -> tuple[list[str], list[str]]:
        """What the same page costs in both accounts."""
        return Visitor(self.few.administrator).queries(few), Visitor(self.many.administrator).queries(many)


@pytest.fixture(scope="module")
def crowds(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Crowds]:
    with django_db_blocker.unblock(), transaction.atomic():
        found = Crowds(gather(FEW), gather(MANY))
        gather_statistics()
        yield found
        transaction.set_rollback(True)


LIST_ADDRESSES = [(page.url_name, number) for page in LISTS for number in range(2 * len(page.sorts) + 1)]
PAGES_OF_LISTS = {page.url_name: page for page in LISTS}


def address(url_name: str, number: int) -> str:
    return list(PAGES_OF_LISTS[url_name].addresses())[number]


@pytest.mark.parametrize(("url_name", "number"), LIST_ADDRESSES)
def test_a_list_costs_the_same_for_ten_rows_and_for_thousands(crowds: Crowds, url_name: str, number: int) -> None:
    page = address(url_name, number)
    few, many = crowds.queries(page, page)
    assert len(few) == len(many), page
    assert len(many) <= MOST_QUERIES, page


@pytest.mark.parametrize(("url_name", "number"), LIST_ADDRESSES)
def test_a_list_reads_its_page_through_an_index(crowds: Crowds, url_name: str, number: int) -> None:
    page = address(url_name, number)
    if page.partition("?")[0] in BOUND_BY_QUOTAS:
        return
    reading = reading_of(Visitor(crowds.many.administrator).queries(page))
    assert not reading.whole_tables, page
    assert reading.rows <= MOST_ROWS_READ, page


@pytest.mark.parametrize(("detail", "tab"), [(page, tab) for page in DETAILS for tab in page.tabs])
def test_a_detail_page_costs_the_same_in_little_and_in_much_company(
    crowds: Crowds, detail: DetailPage, tab: str
) -> None:
    at = detail.tabs.index(tab)
    few, many = list(detail.addresses(crowds.few))[at], list(detail.addresses(crowds.many))[at]
    in_few, in_many = crowds.queries(few, many)
    assert len(in_few) == len(in_many), few
    assert len(in_many) <= MOST_QUERIES, few


def test_every_list_and_detail_page_is_counted() -> None:
    counted = {page.url_name for page in (*LISTS, *DETAILS)}
    named = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    listed = {name for name in named if name.endswith(("-list", "-detail"))}
    assert listed == {name for name in counted if name.endswith(("-list", "-detail"))} | set(NOT_IN_A_CROWD)


@pytest.mark.parametrize("noun", ["role", "policy"])
def test_a_history_of_thousands_of_changes_is_read_a_page_at_a_time(crowds: Crowds, noun: str) -> None:
    """Those of a user and of a group read every policy that was ever attached, too: when, and until when."""
    (detail,) = [page for page in DETAILS if page.noun == noun]
    page = list(detail.addresses(crowds.many))[detail.tabs.index("history")]
    queries = Visitor(crowds.many.administrator).queries(page)
    (history,) = [query for query in queries if "pgh_created_at" in query]
    reading = reading_of([f"SELECT * FROM ({history}) history"])
    assert not reading.whole_tables
    assert reading.rows <= MOST_ROWS_READ
