"""The state of a list in its address."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from iamconsole.console.listing import Listing, read_listing
from iamconsole.console.preferences import Preferences


def listing(query: str, size: str = "50", default: str = "name") -> Listing:
    request: Any = RequestFactory().get(f"/iam/users?{query}")
    request.prefs = Preferences(size=size)
    return read_listing(
        request, sorts=("name", "path", "created"), default=default, filters={"path": "Path", "group": "Group"}
    )


def test_an_address_without_parameters_is_the_default() -> None:
    asked = listing("").request
    assert (asked.size, asked.sort, asked.descending, asked.query, asked.filters) == (50, "name", False, "", ())
    assert asked.after is asked.before is None


def test_a_default_may_descend() -> None:
    asked = listing("", default="-created").request
    assert (asked.sort, asked.descending) == ("created", True)


def test_everything_is_read() -> None:
    asked = listing("q=%20al&f=path:/a/&f=group:Dev&sort=created&dir=desc&size=20&after=xyz").request
    assert (asked.query, asked.filters) == ("al", (("path", "/a/"), ("group", "Dev")))
    assert (asked.sort, asked.descending, asked.size, asked.after) == ("created", True, 20, "xyz")


@pytest.mark.parametrize(
    "query", ["sort=nonsense&dir=up", "size=7", "size=x", "f=colour:red", "f=path", "f=path:", "page=3", "dir=desc"]
)
def test_what_means_nothing_is_ignored(query: str) -> None:
    assert listing(query).request == listing("").request
    assert listing(query).href() == "/iam/users"


def test_the_readers_page_size_holds_where_the_address_says_none() -> None:
    assert listing("", size="10").size == 10
    assert listing("size=100", size="10").size == 100


def test_links_keep_the_state_and_go_to_the_first_page() -> None:
    here = listing("tab=all&q=al&f=path:/a/&sort=created&dir=desc&after=xyz")
    assert here.href(after="abc") == "/iam/users?tab=all&q=al&f=path%3A%2Fa%2F&sort=created&dir=desc&after=abc"
    assert here.href(sort="name", dir="") == "/iam/users?tab=all&q=al&f=path%3A%2Fa%2F&sort=name"
    assert here.href(f="group:Dev").endswith("f=path%3A%2Fa%2F&f=group%3ADev&sort=created&dir=desc")
    assert here.href(f="path:/b/") == "/iam/users?tab=all&q=al&f=path%3A%2Fb%2F&sort=created&dir=desc"


def test_a_token_reads_well_and_leads_to_the_list_without_it() -> None:
    here = listing("f=path:/a/&f=group:Dev&q=x")
    assert here.tokens[0] == ("Path: /a/", "/iam/users?q=x&f=group%3ADev")
    assert here.value("group") == "Dev"


def test_the_last_of_a_filter_holds_so_that_a_select_can_change_it() -> None:
    assert listing("f=path:/a/&f=path:/b/").request.filters == (("path", "/b/"),)
    assert listing("f=path:/a/&f=path:").request.filters == ()


def test_a_search_form_carries_all_but_the_search_and_the_place() -> None:
    here = listing("tab=all&q=al&f=path:/a/&sort=created&size=20&after=xyz")
    assert here.hidden == (("tab", "all"), ("f", "path:/a/"), ("sort", "created"), ("size", "20"))
