"""The way to a page: every place above it leads somewhere, its own leads nowhere."""

from __future__ import annotations

from iamconsole.console.places import crumbs, page_address

READ_ONLY = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"


def test_the_dashboard_stands_at_the_beginning_of_the_way() -> None:
    assert crumbs() == [("IAM", None)]


def test_a_page_of_no_noun_stands_below_the_dashboard() -> None:
    assert crumbs("Search") == [("IAM", "/iam/"), ("Search", None)]


def test_a_list_stands_below_the_dashboard() -> None:
    assert crumbs(of="group") == [("IAM", "/iam/"), ("User groups", None)]


def test_a_page_about_a_thing_leads_back_to_the_tab_that_one_came_from() -> None:
    way = crumbs("dave", "Tags", of="user", tab="tags")
    assert way[1:] == [("Users", "/iam/users"), ("dave", "/iam/users/details/dave?tab=tags"), ("Tags", None)]


def test_a_policy_is_addressed_by_its_arn_and_called_by_its_name() -> None:
    assert crumbs(READ_ONLY, of="policy")[-1] == ("ViewOnlyAccess", None)
    assert crumbs(READ_ONLY, "Edit", of="policy")[2] == ("ViewOnlyAccess", page_address("policy", READ_ONLY))
