"""One element of a statement beside what the request asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from policies.language.document import Span

__all__ = ["Part", "listed"]

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Part:
    """An element, what the request has, what the statement has, and, where they part, a sentence about it."""

    element: Literal["action", "principal", "resource", "condition"]
    name: str
    matched: bool
    asked: tuple[str, ...]
    wanted: tuple[str, ...]
    span: Span
    sentence: str = ""


def listed(texts: Sequence[str], joint: str = "or") -> str:
    """Some texts in a sentence: `a, b or c`, at most three of them."""
    shown = list(texts[:_SHOWN])
    if len(texts) > _SHOWN:
        shown = [*shown, f"{len(texts) - _SHOWN} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {joint} {shown[-1]}" if shown else "nothing"
