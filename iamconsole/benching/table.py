"""The table that a bench prints."""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Line", "PageLine", "heading", "page_heading"]

_LABEL, _NUMBER = 52, 11


@dataclass(frozen=True, slots=True)
class Line:
    """One measure."""

    label: str
    value: float
    unit: str

    def __str__(self) -> str:
        digits = 0 if self.value >= 1000 else 1 if self.value >= 10 else 3
        return f"{self.label:<{_LABEL}} {self.value:>{_NUMBER},.{digits}f} {self.unit}"


@dataclass(frozen=True, slots=True)
class PageLine:
    """What a page costs in an account of few rows and in one of many.

    `rows_read` are the rows that PostgreSQL touched for the large one.
    """

    address: str
    queries: tuple[int, int]
    milliseconds: tuple[float, float]
    rows_read: int
    remark: str = ""

    @property
    def ratio(self) -> float:
        """How many times longer the large one takes."""
        return self.milliseconds[1] / self.milliseconds[0]

    def __str__(self) -> str:
        few, many = self.queries
        small, large = self.milliseconds
        return _columns(
            self.address,
            (str(few) if few == many else f"{few}/{many}", f"{small:.1f}", f"{large:.1f}", f"{self.ratio:.2f}"),
            f"{self.rows_read:,}",
            self.remark,
        )


def heading(title: str) -> str:
    """A title with a rule under it."""
    return f"\n{title}\n{'-' * len(title)}"


def page_heading(few: int, many: int) -> str:
    """Name the columns of the pages."""
    return _columns("page", ("queries", f"ms {few:,}", f"ms {many:,}", "ratio"), "rows read", "")


def _columns(label: str, numbers: Iterable[str], last: str, remark: str) -> str:
    middle = " ".join(f"{number:>{_NUMBER}}" for number in numbers)
    return f"{label:<54} {middle} {last:>{_NUMBER}} {remark}".rstrip()
