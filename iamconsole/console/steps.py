"""What the console does in several calls, as AWS's console does: each is authorized, and may be refused, by itself.

What was done stays done; what was refused is told, one sentence each. Where nothing at all was done, a refusal by
policy is that of any one operation: it is raised, and becomes the page that names the missing action.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from iamconsole.aws.errors import AccessDenied, DeleteConflict, IamError
from iamconsole.console.links import sentence_of

__all__ = ["Step", "Unfinished", "cascade", "each", "perform", "refusal_of", "told"]

T = TypeVar("T")
Step = tuple[str, Callable[[], object]]


class Unfinished(DeleteConflict):
    """Something was done before a step was refused; the message says which step, and why."""


def perform(steps: Iterable[Step], *, begun: bool = True) -> list[str]:
    """Take each step, and answer with a sentence for each that was refused: Could not delete the user: ...

    Without `begun` the steps are all there is: where policies allow none of them, the first refusal is raised.
    """
    failed: list[tuple[str, IamError]] = []
    for what, step in steps:
        try:
            step()
        except IamError as error:
            failed.append((what, error))
        else:
            begun = True
    if not begun:
        _raise_where_all_are_denied([error for _, error in failed])
    return [f"Could not {what}: {sentence_of(error)}" for what, error in failed]


def cascade(steps: Iterable[Step]) -> None:
    """Take the steps one after the other until one is refused.

    What refuses the first is raised as it is, for nothing was changed; after that, Unfinished says what was refused.
    """
    begun = False
    for what, step in steps:
        try:
            step()
        except IamError as error:
            if begun:
                raise Unfinished(f"Could not {what}: {sentence_of(error)}") from error
            raise
        begun = True


def refusal_of(act: Callable[[], object]) -> list[str]:
    """Do one thing, and answer with the sentence of what refused it, if anything did; a refusal by policy is raised."""
    try:
        act()
    except AccessDenied:
        raise
    except IamError as error:
        return [error.message]
    return []


def each(
    things: Iterable[T], do: Callable[[T], object], refused: Callable[[T, str], object], *, begun: bool = True
) -> list[T]:
    """Do something to each, and answer with those to which it was done; `refused` is told of the others, and why.

    Without `begun` nothing was done before: where policies allow none of it, the first refusal is raised.
    """
    done: list[T] = []
    failed: list[tuple[T, IamError]] = []
    for thing in things:
        try:
            do(thing)
        except IamError as error:
            failed.append((thing, error))
        else:
            done.append(thing)
    if not begun and not done:
        _raise_where_all_are_denied([error for _, error in failed])
    for thing, why in failed:
        refused(thing, sentence_of(why))
    return done


def told(names: Sequence[str], plural: str) -> str:
    """One thing by its name, several by their number: dave; 3 users."""
    return names[0] if len(names) == 1 else f"{len(names)} {plural}"


def _raise_where_all_are_denied(errors: Sequence[IamError]) -> None:
    if errors and all(isinstance(error, AccessDenied) for error in errors):
        raise errors[0]
