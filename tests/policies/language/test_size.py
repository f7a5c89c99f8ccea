"""The size that quotas count."""

from policies.language.size import size_without_white_space


def test_white_space_does_not_count() -> None:
    assert size_without_white_space('{ "a":\t1,\r\n "b c": 2 }') == len('{"a":1,"bc":2}')
