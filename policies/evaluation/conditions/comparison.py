"""What an operator is: the policy's values prepared once, then compared with one value of the request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from policies.language.variables import Lookup

__all__ = ["Comparison", "Operator", "typed"]

Comparison = Callable[[str, Lookup], bool | None]
"""Whether one request value fits one of the policy's values; None when a value could not be read."""


class Prepare(Protocol):
    """Makes a comparison of the policy's values."""

    def __call__(self, texts: tuple[str, ...], *, variables: bool) -> Comparison:
        """The comparison; `variables` says whether `${...}` is a variable."""


_Asked = TypeVar("_Asked")
_Wanted = TypeVar("_Wanted")


@dataclass(frozen=True, slots=True)
class Operator:
    """A base operator; a negated one holds where its comparison was made and came out false."""

    prepare: Prepare
    negated: bool = False


def typed(
    asked: Callable[[str], _Asked | None],
    wanted: Callable[[str], _Wanted | None],
    holds: Callable[[_Asked, _Wanted], bool],
) -> Prepare:
    """An operator over values that must first be read; unreadable ones make neither it nor its negation true."""

    def prepare(texts: tuple[str, ...], *, variables: bool) -> Comparison:
        del variables  # these operators know none
        read = [wanted(text) for text in texts]
        readable = tuple(value for value in read if value is not None)
        otherwise = None if len(readable) < len(read) else False

        def compare(text: str, _lookup: Lookup) -> bool | None:
            value = asked(text)
            if value is None:
                return None
            for each in readable:
                if holds(value, each):
                    return True
            return otherwise

        return compare

    return prepare
