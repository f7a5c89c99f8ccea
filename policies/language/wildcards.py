"""Matching `*` and `?` in linear time: fixed parts are found in order, nothing is ever tried twice.

A pattern is kept marked: a wildcard is one of two code points that no text of ours can hold, so that a `*` that came
out of a variable stays an ordinary character.

Rules: reference_policies_elements_resource (wildcards); reference_policies_elements_condition_operators (StringLike).
"""

from collections.abc import Callable
from functools import lru_cache

__all__ = ["ANY", "ONE", "Matcher", "compile_pattern", "marked", "matches", "unmarked"]

ANY = "\ud801"
"""Stands for `*`. A lone surrogate: the reader refuses it and no request value holds it."""
ONE = "\ud800"
"""Stands for `?`."""

Matcher = Callable[[str], bool]

_MARKS = str.maketrans({"*": ANY, "?": ONE})
_UNMARKS = str.maketrans({ANY: "*", ONE: "?"})


def marked(pattern: str) -> str:
    """A pattern's text with its wildcards marked."""
    return pattern.translate(_MARKS)


def unmarked(pattern: str) -> str:
    """A marked pattern as it would be written."""
    return pattern.translate(_UNMARKS)


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern as written covers the whole text."""
    return compile_pattern(marked(pattern))(text)


def compile_pattern(pattern: str) -> Matcher:
    """A function that tells whether a marked pattern covers the whole of a text."""
    if ANY not in pattern:
        if ONE not in pattern:
            return pattern.__eq__
        return lambda text: len(text) == len(pattern) and _fits(pattern, text, 0)
    first, *middle, last = pattern.split(ANY)
    middle = [part for part in middle if part]
    if ONE not in pattern:
        if not middle:
            return _two_ends(first, last)
        return _fixed_parts(first, tuple(middle), last)
    return _loose_parts(first, tuple(middle), last)


def _two_ends(first: str, last: str) -> Matcher:
    shortest = len(first) + len(last)
    if not shortest:
        return _always
    if not last:
        return lambda text: text.startswith(first)
    if not first:
        return lambda text: text.endswith(last)
    return lambda text: len(text) >= shortest and text.startswith(first) and text.endswith(last)


def _always(_text: str) -> bool:
    return True


def _fixed_parts(first: str, middle: tuple[str, ...], last: str) -> Matcher:
    shortest = len(first) + sum(map(len, middle)) + len(last)

    def match(text: str) -> bool:
        if len(text) < shortest or not text.startswith(first) or not text.endswith(last):
            return False
        at, end = len(first), len(text) - len(last)
        for part in middle:
            found = text.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return True

    return match


def _loose_parts(first: str, middle: tuple[str, ...], last: str) -> Matcher:
    shortest = len(first) + sum(map(len, middle)) + len(last)
    finders = [(len(part), _finder(part)) for part in middle]

    def match(text: str) -> bool:
        end = len(text) - len(last)
        if len(text) < shortest or not _fits(first, text, 0) or not _fits(last, text, end):
            return False
        at = len(first)
        for length, find in finders:
            found = find(text, at, end)
            if found < 0:
                return False
            at = found + length
        return True

    return match


def _fits(part: str, text: str, at: int) -> bool:
    return all(mark in (ONE, text[at + index]) for index, mark in enumerate(part))


def _finder(part: str) -> Callable[[str, int, int], int]:
    """Find the first place of a part that may hold `?`: all places at once, a bit each, a character after the other."""
    if ONE not in part:
        return lambda text, at, end: text.find(part, at, end)
    marks = tuple((index, mark) for index, mark in enumerate(part) if mark != ONE)

    def find(text: str, at: int, end: int) -> int:
        beyond = end - len(part) + 1
        if beyond <= at:
            return -1
        places = _places(text)
        fitting = (1 << beyond) - (1 << at)
        for index, mark in marks:
            fitting &= places.get(mark, 0) >> index
            if not fitting:
                return -1
        return (fitting & -fitting).bit_length() - 1

    return find


@lru_cache(maxsize=64)
def _places(text: str) -> dict[str, int]:
    """Where each character of a text stands, a bit each."""
    found: dict[str, bytearray] = {}
    size = (len(text) + 7) // 8
    for index, character in enumerate(text):
        data = found.get(character)
        if data is None:
            data = found[character] = bytearray(size)
        data[index >> 3] |= 1 << (index & 7)
    return {character: int.from_bytes(data, "little") for character, data in found.items()}
