"""What a list page asks for, and what it gets.

Pages follow keys, not numbers: a cursor says after (or before) which row a page begins.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["Page", "PageRequest"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One page of a list: how many rows, where it begins, what is searched for, and in which order."""

    size: int = 50
    after: str | None = None
    before: str | None = None
    query: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    sort: str = ""
    descending: bool = False

    @property
    def is_filtered(self) -> bool:
        """Tell whether the list shows only what matches a search or a filter."""
        return bool(self.query or self.filters)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `after` and `before` are the cursors of Next and Previous, None at the ends.

    `matches` counts what the filter lets through, up to 1,001, and is None without a filter; `total` counts everything.
    """

    items: tuple[T, ...]
    after: str | None = None
    before: str | None = None
    matches: int | None = None
    total: int | None = None

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)
