"""What the console does in several calls, as AWS's console does: each is authorized, and may be refused, by itself.

What was done stays done; what was refused is told, one sentence each.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from iamconsole.aws.errors import IamError

__all__ = ["Step", "each", "perform", "told"]

T = TypeVar("T")
Step = tuple[str, Callable[[], object]]


def perform(steps: Iterable[Step]) -> list[str]:
    """Take each step, and answer with a sentence for each that was refused: Could not delete the user: ..."""
    failed = []
    for what, step in steps:
        try:
            step()
        except IamError as error:
            failed.append(f"Could not {what}: {error.message}")
    return failed


def each(things: Iterable[T], do: Callable[[T], object], refused: Callable[[T, str], object]) -> list[T]:
    """Do something to each, and answer with those to which it was done; `refused` is told of the others, and why."""
    done = []
    for thing in things:
        try:
            do(thing)
        except IamError as error:
            refused(thing, error.message)
        else:
            done.append(thing)
    return done


def told(names: Sequence[str], plural: str) -> str:
    """One thing by its name, several by their number: dave; 3 users."""
    return names[0] if len(names) == 1 else f"{len(names)} {plural}"
