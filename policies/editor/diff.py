"""Two versions of a policy side by side, over the form in which documents are printed: layout is no difference."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

from policies.language.problems import PolicySyntaxError
from policies.language.reader import read
from policies.language.writer import write

__all__ = ["Comparison", "Row", "compare", "normalized"]

Parts = tuple[tuple[bool, str], ...]
"""A line in pieces; each says whether it differs from the other side."""

_WORDS = re.compile(r"[A-Za-z0-9_-]+|\s+|.")
_AROUND = 3
"""Equal lines shown on each side of a changed one where not all are."""
_LINE_LENGTH = 2000
"""A longer line is shown as changed in whole: comparing it word by word takes too long."""


class Row(NamedTuple):
    """A row of the comparison: a line of each side, None where a side has no line, and what changed."""

    left_number: int | None
    left: Parts
    right_number: int | None
    right: Parts
    change: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two documents side by side. `same` tells that they say the same, however they are laid out."""

    rows: tuple[Row, ...]
    added: int
    removed: int

    @property
    def same(self) -> bool:
        """Whether nothing but the layout differs."""
        return not self.added and not self.removed

    def folded(self, most: int) -> tuple[Row | int, ...]:
        """The rows, or where there are more than `most`, as many of the changed ones with what is around them.

        A number stands for so many equal lines. Of two documents that say the same the first lines are left.
        """
        if len(self.rows) <= most:
            return self.rows
        if self.same:
            return self.rows[:most]
        near = sorted(
            {
                place
                for changed, row in enumerate(self.rows)
                if row.change
                for place in range(max(changed - _AROUND, 0), min(changed + _AROUND + 1, len(self.rows)))
            }
        )[:most]
        shown: list[Row | int] = []
        for before, place in zip([-1, *near], near, strict=False):
            shown += [place - before - 1] if place > before + 1 else []
            shown.append(self.rows[place])
        behind = self.rows[near[-1] + 1 :]
        if behind and not any(row.change for row in behind):
            shown.append(len(behind))
        return tuple(shown)


def normalized(text: str) -> str:
    """The document in the one form of print; a text that is no policy stays as it is."""
    try:
        return write(read(text))
    except PolicySyntaxError:
        return text


def compare(left: str, right: str) -> Comparison:
    """Put two documents side by side, line by line."""
    before, after = normalized(left).splitlines(), normalized(right).splitlines()
    rows = tuple(_rows(before, after))
    added = sum(row.change != "" and row.right_number is not None for row in rows)
    removed = sum(row.change != "" and row.left_number is not None for row in rows)
    return Comparison(rows, added, removed)


def _rows(before: Sequence[str], after: Sequence[str]) -> Iterator[Row]:
    # A comma behind a line says only that another follows: it is no change of the line.
    bare_before, bare_after = ([line.rstrip(",") for line in lines] for lines in (before, after))
    opcodes = SequenceMatcher(None, bare_before, bare_after, autojunk=False).get_opcodes()
    for tag, left_start, left_end, right_start, right_end in opcodes:
        if tag == "equal":
            for left, right in zip(range(left_start, left_end), range(right_start, right_end), strict=True):
                yield Row(left + 1, ((False, before[left]),), right + 1, ((False, after[right]),), "")
            continue
        pairs = zip_longest(range(left_start, left_end), range(right_start, right_end))
        yield from (_changed(before, after, left, right) for left, right in pairs)


def _changed(before: Sequence[str], after: Sequence[str], left: int | None, right: int | None) -> Row:
    if left is not None and right is not None:
        left_parts, right_parts = _parts(before[left], after[right])
        return Row(left + 1, left_parts, right + 1, right_parts, "changed")
    if left is not None:
        return Row(left + 1, ((False, before[left]),), None, (), "removed")
    at = right or 0  # zip_longest gives at least one of the two
    return Row(None, (), at + 1, ((False, after[at]),), "added")


def _parts(left: str, right: str) -> tuple[Parts, Parts]:
    """Mark the words that differ between two lines."""
    if max(len(left), len(right)) > _LINE_LENGTH:
        return ((True, left),), ((True, right),)
    before, after = _WORDS.findall(left), _WORDS.findall(right)
    left_parts: list[tuple[bool, str]] = []
    right_parts: list[tuple[bool, str]] = []
    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for tag, left_start, left_end, right_start, right_end in opcodes:
        differs = tag != "equal"
        if left_end > left_start:
            left_parts.append((differs, "".join(before[left_start:left_end])))
        if right_end > right_start:
            right_parts.append((differs, "".join(after[right_start:right_end])))
    return tuple(left_parts), tuple(right_parts)
