"""Pages are plain values that a template can walk through."""

from iamconsole.aws.paging import Page, PageRequest


def test_a_page_request_begins_at_the_first_fifty_rows() -> None:
    request = PageRequest()
    assert (request.size, request.after, request.before, request.is_filtered) == (50, None, None, False)


def test_a_search_or_a_filter_makes_a_filtered_list() -> None:
    assert PageRequest(query="ali").is_filtered
    assert PageRequest(filters=(("type", "Customer managed"),)).is_filtered


def test_a_page_is_walked_and_counted_like_its_items() -> None:
    page = Page(items=("alice", "bob"), after="cursor")
    assert (list(page), len(page), bool(page)) == (["alice", "bob"], 2, True)
    assert not Page(items=())
