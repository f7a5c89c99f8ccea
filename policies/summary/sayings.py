"""What the statements of one effect say: their actions, and which of their resources each action takes.

Rules: access_policies_understand-policy-summary.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.catalog import action_bits, action_index
from policies.catalog.applicability import actions_on
from policies.language.document import Document, Effect, Statement
from policies.language.resource_patterns import EVERYTHING, ResourcePattern, resource_pattern

__all__ = ["Entry", "Saying", "sayings"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a Resource element, or all of a NotResource element; `actions` are those that take it."""

    texts: tuple[str, ...]
    pattern: ResourcePattern | None
    actions: int

    @property
    def everything(self) -> bool:
        """Whether it stands for every resource."""
        return self.pattern is not None and self.pattern.everything

    @property
    def excluded(self) -> bool:
        """Whether it names what is left out."""
        return self.pattern is None


@dataclass(frozen=True, slots=True)
class Saying:
    """One statement beside the catalog; `mentioned` are prefixes that stand in its Action element."""

    statement: Statement
    actions: int
    entries: tuple[Entry, ...]
    mentioned: frozenset[str]

    @property
    def without_resource(self) -> int:
        """The actions that take none of the statement's resources."""
        bits = self.actions
        for entry in self.entries:
            bits &= ~entry.actions
        return bits

    def entries_for(self, actions: int) -> tuple[Entry, ...]:
        """The resources that some of these actions take; where all resources are among them, they alone."""
        found = tuple(entry for entry in self.entries if entry.actions & self.actions & actions)
        return next(((entry,) for entry in found if entry.everything), found)


def sayings(document: Document, effect: Effect) -> tuple[Saying, ...]:
    """What each statement of an effect says."""
    variables = document.has_variables
    return tuple(_saying(each, variables=variables) for each in document.statements if each.effect is effect)


def _saying(statement: Statement, *, variables: bool) -> Saying:
    element = statement.action or statement.not_action
    texts = element.texts if element else ()
    bits = 0
    for text in texts:
        bits |= action_bits(text)
    return Saying(
        statement=statement,
        actions=bits if statement.action else action_index().every_action & ~bits,
        entries=tuple(_entries(statement, variables=variables)),
        mentioned=frozenset(text.partition(":")[0].lower() for text in texts if ":" in text),
    )


def _entries(statement: Statement, *, variables: bool) -> Iterator[Entry]:
    every = action_index().every_action
    if statement.not_resource:
        yield Entry(statement.not_resource.texts, None, every)
        return
    for text in dict.fromkeys(statement.resource.texts) if statement.resource else ():
        pattern = resource_pattern(text, variables=variables)
        if pattern is not None:
            yield Entry((text,), pattern, every if pattern is EVERYTHING else actions_on(pattern))
