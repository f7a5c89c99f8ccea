"""What a version of a policy changed, in a few words: statements, and what they name, added and removed."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise, zip_longest
from typing import Any, NamedTuple

from policies.language.document import Effect, Version

__all__ = ["FIRST", "OLDEST", "changes"]

FIRST = "First version"
OLDEST = "Oldest version kept"
UNCHANGED = "Permissions unchanged"
TOO_LONG = "Compare the versions to see it"
_LONGEST = 250_000
_NOUNS = {
    "Action": "action",
    "NotAction": "excepted action",
    "Resource": "resource",
    "NotResource": "excepted resource",
    "Principal": "principal",
    "NotPrincipal": "excepted principal",
    "Condition": "condition",
}


class _Statement(NamedTuple):
    """A statement: by element what it names, and what belongs to each name."""

    sid: str
    effect: str
    elements: dict[str, dict[str, str]]


class _Document(NamedTuple):
    version: str
    statements: list[_Statement]


def changes(documents: Iterable[str]) -> list[str]:
    """Say of each stored document but the first what it changed: "2 actions removed, 1 condition added"."""
    read = [_read(document) if len(document) <= _LONGEST else None for document in documents]
    return [_change(before, after) if before and after else TOO_LONG for before, after in pairwise(read)]


def _read(text: str) -> _Document:
    document = json.loads(text)
    return _Document(
        document.get("Version", Version.OLD),
        [
            _Statement(each.get("Sid", ""), each["Effect"], {element: _members(each, element) for element in _NOUNS})
            for each in _listed(document["Statement"])
        ],
    )


def _change(before: _Document, after: _Document) -> str:
    pairs = _pairs(before.statements, after.statements)
    counts = Counter(said for left, right in pairs for said in _differences(left, right))
    words = [_counted(counts[said], *said) for said in sorted(counts, key=_order)]
    if before.version != after.version:
        words.append(f"language version {after.version}")
    return ", ".join(words) or UNCHANGED


def _pairs(before: list[_Statement], after: list[_Statement]) -> Iterator[tuple[_Statement | None, _Statement | None]]:
    """Put together what was a statement and what became of it: by its Sid, else by its place among those left over."""
    left, right = list(before), []
    for statement in after:
        if statement in left:
            left.remove(statement)
        else:
            right.append(statement)
    named = {statement.sid: statement for statement in left if statement.sid}
    come = []
    for statement in right:
        was = named.pop(statement.sid, None)
        if was is None:
            come.append(statement)
        else:
            left.remove(was)
            yield was, statement
    for effect in Effect:
        sides = ([statement for statement in side if statement.effect == effect] for side in (left, come))
        yield from zip_longest(*sides)


def _differences(before: _Statement | None, after: _Statement | None) -> Iterator[tuple[str, str]]:
    """What differs between two forms of a statement, each as a noun and a verb."""
    if before is None or after is None:
        yield "statement", "added" if before is None else "removed"
        return
    if before.effect != after.effect:
        yield "effect", f"changed to {after.effect}"
    for element, noun in _NOUNS.items():
        old, new = before.elements[element], after.elements[element]
        yield from ((noun, "added") for name in new.keys() - old.keys())
        yield from ((noun, "removed") for name in old.keys() - new.keys())
        yield from ((noun, "changed") for name in old.keys() & new.keys() if old[name] != new[name])


def _members(statement: Mapping[str, Any], element: str) -> dict[str, str]:
    """What an element names, and what belongs to each name: the values of a condition, nothing otherwise."""
    value = statement.get(element)
    if value is None:
        return {}
    if not isinstance(value, dict):
        return dict.fromkeys(_values(value), "")
    parts = ((outer, inner) for outer, listed in value.items() for inner in _inner(listed))
    return {f"{outer} {name}": values for outer, (name, values) in parts}


def _inner(listed: Any) -> Iterator[tuple[str, str]]:
    if isinstance(listed, dict):
        yield from ((key, json.dumps(sorted(_values(values)))) for key, values in listed.items())
    else:
        yield from ((value, "") for value in _values(listed))


def _values(value: Any) -> list[str]:
    return [each if isinstance(each, str) else json.dumps(each) for each in _listed(value)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _order(said: tuple[str, str]) -> tuple[int, str]:
    nouns = ["statement", "effect", *_NOUNS.values()]
    return nouns.index(said[0]), said[1]


def _counted(count: int, noun: str, verb: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'} {verb}"
