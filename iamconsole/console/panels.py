"""Panels: the secondary reads of a page, each of which may be refused without taking the page with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, ParamSpec, TypeVar

from iamconsole.aws.errors import AccessDenied

__all__ = ["Panel", "panel"]

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Panel(Generic[T]):
    """What a read gave, or the refusal it met; exactly one of the two."""

    value: T | None = None
    refusal: AccessDenied | None = None

    def __bool__(self) -> bool:
        return self.refusal is None


def panel(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Panel[T]:
    """Call a read and keep its refusal, to be shown in the panel it would have filled."""
    try:
        return Panel(value=function(*args, **kwargs))
    except AccessDenied as refusal:
        return Panel(refusal=refusal)
