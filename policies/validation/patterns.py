"""Questions about patterns with `*` and `?`: whether one covers another, where the first wildcard stands."""

from collections.abc import Iterator

from policies.language.wildcards import Matcher, compile_pattern, marked, matches

__all__ = ["covered_by_others", "covers_action", "first_wildcard", "has_wildcard", "is_everything"]

_MOST_COMPARISONS = 20_000
"""A long list of patterns is compared no further: nobody reads that many findings."""


def has_wildcard(text: str) -> bool:
    """Whether a text holds `*` or `?`."""
    return "*" in text or "?" in text


def is_everything(text: str) -> bool:
    """Whether a pattern is nothing but stars."""
    return bool(text) and not text.strip("*")


def first_wildcard(text: str) -> int:
    """Where the first wildcard stands, or -1."""
    found = [at for at in (text.find("*"), text.find("?")) if at >= 0]
    return min(found) if found else -1


def covers_action(pattern: str, action: str) -> bool:
    """Whether an Action pattern covers an action; both in lower case."""
    service = pattern.partition(":")[0]
    if service != action.partition(":")[0] and not has_wildcard(service):
        return False
    return matches(pattern, action)


def covered_by_others(texts: list[str]) -> Iterator[tuple[int, int]]:
    """The entries of a list that another one covers wholly, each with that other one; of two equal ones the second."""
    first_places: dict[str, int] = {}
    for at, text in enumerate(texts):
        first_places.setdefault(text, at)
    wide = [(at, _covers(text)) for text, at in first_places.items() if has_wildcard(text)]
    left = _MOST_COMPARISONS
    for at, text in enumerate(texts):
        if first_places[text] != at:
            yield at, first_places[text]
            continue
        left -= len(wide)
        if left < 0:
            return
        other = next((place for place, covers in wide if place != at and covers(text)), None)
        if other is not None:
            yield at, other


def _covers(pattern: str) -> Matcher:
    """A test whether a pattern covers all that another one does: the other's `*` is one character, met by `*` only."""
    if is_everything(pattern):
        return lambda _text: True
    match = compile_pattern(marked(pattern))
    if "?" not in pattern:
        return match
    return lambda text: "*" not in text and match(text)
