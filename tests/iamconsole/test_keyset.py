"""Paging by key, on users: names with mixed case, equal paths, and times that may be missing."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account, User
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.keyset import Sort, paginate
from tests.factories import a_user, an_account

NAME = Sort("user_name", ignore_case=True)
SORTS = {
    "name": NAME,
    "path": Sort("path", tie=NAME),
    "last_used": Sort("password_last_used", nullable=True),
    "age": Sort("login_profile__password_last_changed", nullable=True),
    "created": Sort("create_date"),
    "groups": Sort("group_count"),
}
START = datetime(2026, 1, 1, tzinfo=UTC)


def users_page(account: Account, **asked: Any) -> Page[User]:
    return paginate(
        User.objects.filter(account=account),
        PageRequest(**asked),
        sorts=SORTS,
        default="name",
        search=("user_name", "path"),
        filters={"path": lambda value: Q(path=value) if value.startswith("/") else None},
    )


def walk(account: Account, **asked: Any) -> list[Page[User]]:
    pages = [users_page(account, **asked)]
    while pages[-1].after:
        pages.append(users_page(account, after=pages[-1].after, **asked))
        assert len(pages) < 100
    return pages


def names(page: Page[User]) -> list[str]:
    return [user.user_name for user in page]


def mixed_users(account: Account, number: int = 23) -> None:
    for n in range(number):
        a_user(
            account,
            user_name=f"{'uU'[n % 2]}ser-{n:02}",
            path=("/", "/a/", "/b/")[n % 3],
            password="x" if n % 4 else None,
            password_last_used=START + timedelta(hours=n // 5) if n % 5 > 1 else None,
            create_date=START + timedelta(microseconds=n // 3),
        )


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", SORTS)
def test_walking_the_pages_forward_and_back_visits_each_row_once(account: Account, sort: str, descending: bool) -> None:
    mixed_users(account)
    a_user(an_account(), user_name="stranger")
    order = {"sort": sort, "descending": descending}
    whole = names(users_page(account, size=100, **order))
    assert sorted(whole) == sorted(User.objects.filter(account=account).values_list("user_name", flat=True))
    for size in (1, 4, 7, 23, 30):
        pages = walk(account, size=size, **order)
        assert [name for page in pages for name in names(page)] == whole
        back, page = [pages[-1]], pages[-1]
        while page.before:
            page = users_page(account, size=size, before=page.before, **order)
            back.insert(0, page)
        assert [name for page in back for name in names(page)] == whole


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    paths=st.lists(st.sampled_from(["/", "/a/", "/B/", "/b/"]), max_size=12),
    size=st.integers(1, 5),
    descending=st.booleans(),
    sort=st.sampled_from(["path", "last_used", "name"]),
)
def test_any_set_of_rows_is_walked_whole(db: None, paths: list[str], size: int, descending: bool, sort: str) -> None:
    account = an_account()
    for n, path in enumerate(paths):
        used = START if path == "/" else START + timedelta(days=n) if path == "/a/" else None
        a_user(account, path=path, password=None, password_last_used=used)
    pages = walk(account, size=size, sort=sort, descending=descending)
    walked = [user.user_id for page in pages for user in page]
    assert len(walked) == len(set(walked)) == len(paths)


def test_names_sort_ignoring_case(account: Account) -> None:
    for name in ("bob", "Alice", "Carol", "alan"):
        a_user(account, user_name=name, password=None)
    assert names(users_page(account)) == ["alan", "Alice", "bob", "Carol"]


def test_rows_without_a_value_come_last_and_first_when_descending(account: Account) -> None:
    a_user(account, user_name="never", password=None)
    a_user(account, user_name="once", password=None, password_last_used=START)
    assert names(users_page(account, sort="last_used")) == ["once", "never"]
    assert names(users_page(account, sort="last_used", descending=True)) == ["never", "once"]


def test_matches_are_counted_only_where_the_list_is_filtered(account: Account, django_assert_num_queries: Any) -> None:
    mixed_users(account)
    with django_assert_num_queries(1):
        assert users_page(account, size=5).matches is None
    with django_assert_num_queries(2):
        page = users_page(account, size=5, query="SER-0")
    assert page.matches == 10
    assert users_page(account, size=5, filters=(("path", "/a/"),)).matches == 8


@pytest.mark.parametrize("sort", SORTS)
def test_a_later_page_costs_no_more_than_the_first(
    account: Account, sort: str, django_assert_max_num_queries: Any
) -> None:
    mixed_users(account)
    page = users_page(account, size=5, sort=sort)
    with django_assert_max_num_queries(2 if SORTS[sort].nullable else 1):
        users_page(account, size=5, sort=sort, after=page.after)


def test_a_filter_value_that_means_nothing_is_ignored(account: Account) -> None:
    mixed_users(account, 3)
    assert len(users_page(account, filters=(("path", "nonsense"), ("colour", "red")))) == 3


@pytest.mark.parametrize("field", ["after", "before"])
def test_a_cursor_of_another_order_or_filter_shows_the_first_page(account: Account, field: str) -> None:
    mixed_users(account)
    first = names(users_page(account, size=5))
    for asked in (
        {"sort": "path"},
        {"sort": "name", "descending": True},
        {"query": "ser"},
        {"filters": (("path", "/a/"),)},
    ):
        foreign = users_page(account, size=5, **asked).after
        assert names(users_page(account, size=5, **{field: foreign})) == first


def forged(page: Page[User], value: Any, tie: Any) -> str:
    mark = json.loads(base64.urlsafe_b64decode(f"{page.after}=="))[0]
    return base64.urlsafe_b64encode(json.dumps([mark, value, tie]).encode()).decode()


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize(
    ("value", "tie"),
    [("x", "y"), (None, None), (None, "y"), ("\0", "\0"), ("\ud800", "x"), (1, 2), ([], {}), ("9" * 40, "9"),
     ("2026-01-01", "x"), ("2026-13-01T00:00:00", "x")],
)  # fmt: skip
def test_a_forged_cursor_is_no_error(account: Account, sort: str, value: Any, tie: Any) -> None:
    mixed_users(account)
    page = users_page(account, size=5, sort=sort)
    users_page(account, size=5, sort=sort, after=forged(page, value, tie))


@pytest.mark.parametrize("text", ["", "x", "=", "é", "!!!!", "[]", "W10", "bnVsbA", "W1tbW1tb", "a" * 5000])
def test_a_cursor_that_is_none_shows_the_first_page(account: Account, text: str) -> None:
    mixed_users(account)
    assert names(users_page(account, size=5, after=text)) == names(users_page(account, size=5))


def test_too_few_rows_before_the_cursor_show_the_whole_first_page(account: Account) -> None:
    mixed_users(account)
    second = users_page(account, size=3, after=users_page(account, size=3).after)
    assert names(users_page(account, size=5, before=second.before)) == names(users_page(account, size=5))
