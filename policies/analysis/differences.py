"""What a document came to say of actions, against the one before: allowed, denied, with conditions or without."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from policies.analysis.reaches import Reaches, reaches_of
from policies.catalog import action_names
from policies.evaluation import CompiledPolicy

__all__ = ["Difference", "difference"]

_NAMED = 6
"""Actions of a service that are named; more are counted."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is otherwise: what is said of some actions, and the set of them."""

    words: str
    actions: int

    @property
    def count(self) -> int:
        """How many actions it is about."""
        return self.actions.bit_count()

    @property
    def named(self) -> tuple[tuple[str, tuple[str, ...], int], ...]:
        """By service: its prefix, the first of its actions, and how many more there are."""
        by_service = groupby(action_names(self.actions), key=lambda name: name.partition(":")[0])
        return tuple(_shown(service, [name.partition(":")[2] for name in names]) for service, names in by_service)


def difference(before: CompiledPolicy | None, after: CompiledPolicy | None) -> tuple[Difference, ...]:
    """Tell what one document says of the catalog's actions and the other does not; None stands for no document.

    Resources are looked at only as far as an action is allowed, or denied, on any at all.
    """
    (old, old_denied), (new, new_denied) = (_said(policy) for policy in (before, after))
    both = old.anywhere & new.anywhere
    was_sure, is_sure = old.certain_everywhere | old.certain_somewhere, new.certain_everywhere | new.certain_somewhere
    found = (
        Difference("Now allows", new.anywhere & ~old.anywhere),
        Difference("No longer allows", old.anywhere & ~new.anywhere),
        Difference("Now allows under conditions only", both & was_sure & ~is_sure),
        Difference("Now allows without conditions", both & is_sure & ~was_sure),
        Difference("Now allows on every resource", both & new.everywhere & ~old.everywhere),
        Difference("Now allows on some resources only", both & old.everywhere & ~new.everywhere),
        Difference("Now denies", new_denied.anywhere & ~old_denied.anywhere),
        Difference("No longer denies", old_denied.anywhere & ~new_denied.anywhere),
    )
    return tuple(each for each in found if each.actions)


def _said(policy: CompiledPolicy | None) -> Iterator[Reaches]:
    statements = policy.statements if policy else ()
    variables = policy is not None and policy.document.has_variables
    for denies in (False, True):
        yield reaches_of([each for each in statements if each.denies is denies], variables=variables)


def _shown(service: str, names: Iterable[str]) -> tuple[str, tuple[str, ...], int]:
    listed = tuple(names)
    return service, listed[:_NAMED], len(listed[_NAMED:])
