"""What statements reach: sets of actions beside the resources they are about.

Rules: reference_policies_elements_notaction; reference_policies_elements_notresource.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policies.catalog import action_bits, action_index
from policies.catalog.applicability import actions_on
from policies.evaluation.compiled import CompiledStatement
from policies.language import resource_patterns
from policies.language.resource_patterns import EVERYTHING, ResourcePattern, resource_pattern

__all__ = ["NOTHING", "Reach", "Reaches", "reaches_of", "statement_actions", "statement_reaches"]


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """A statement's actions on the resources of one pattern, or on all but those of several.

    `certain` says that no condition and no variable stands in between; `with_effect` are the actions that the catalog
    knows to take such resources: the others are never asked for with them.
    """

    actions: int
    with_effect: int
    patterns: tuple[ResourcePattern, ...]
    negated: bool
    certain: bool

    @property
    def everywhere(self) -> bool:
        """Whether it is about every resource."""
        return not self.negated and self.patterns[0].everything

    def meets(self, target: ResourcePattern) -> bool:
        """Whether it may be about some resource of the target."""
        if self.negated:
            return not any(resource_patterns.covers(each, target) for each in self.patterns if not each.has_variables)
        return resource_patterns.overlap(self.patterns[0], target)

    def covers(self, target: ResourcePattern) -> bool:
        """Whether it is about every resource of the target."""
        if self.negated:
            return not any(resource_patterns.overlap(each, target) for each in self.patterns)
        return resource_patterns.covers(self.patterns[0], target)


@dataclass(frozen=True, slots=True, eq=False)
class Reaches:
    """Many statements of one effect together.

    `everywhere` and `somewhere` tell statements about every resource from those about some, `certain_` ones are those
    without conditions and variables; `limited` holds what is not about every resource, `idle` those of its actions
    that never come with such resources.
    """

    everywhere: int = 0
    certain_everywhere: int = 0
    somewhere: int = 0
    certain_somewhere: int = 0
    idle: int = 0
    limited: tuple[Reach, ...] = ()

    @property
    def anywhere(self) -> int:
        """The actions on at least some resource, perhaps under conditions."""
        return self.everywhere | self.somewhere

    def may(self, target: ResourcePattern) -> int:
        """The actions on at least one resource of a target, perhaps under conditions."""
        bits = self.everywhere
        for reach in self.limited:
            if reach.actions | bits != bits and reach.meets(target):
                bits |= reach.actions
        return bits

    def must(self, target: ResourcePattern) -> int:
        """The actions on every resource of a target, whatever the context."""
        bits = self.certain_everywhere
        for reach in self.limited:
            if reach.certain and reach.actions | bits != bits and reach.covers(target):
                bits |= reach.actions
        return bits

    def about(self, actions: int) -> "Reaches":
        """The same without the limited statements that are not about these actions."""
        if not self.limited:
            return self
        limited = tuple([reach for reach in self.limited if reach.actions & actions])
        return Reaches(
            self.everywhere, self.certain_everywhere, self.somewhere, self.certain_somewhere, self.idle, limited
        )

    @staticmethod
    def together(parts: "Iterable[Reaches]") -> "Reaches":
        """Those of several policies or layers."""
        found = [part for part in parts if part is not NOTHING]
        if len(found) < 2:
            return found[0] if found else NOTHING
        everywhere = certain_everywhere = somewhere = certain_somewhere = idle = 0
        limited: list[Reach] = []
        for part in found:
            everywhere |= part.everywhere
            certain_everywhere |= part.certain_everywhere
            somewhere |= part.somewhere
            certain_somewhere |= part.certain_somewhere
            idle |= part.idle
            limited += part.limited
        return Reaches(everywhere, certain_everywhere, somewhere, certain_somewhere, idle, tuple(limited))


NOTHING = Reaches()


def reaches_of(statements: Iterable[CompiledStatement], *, variables: bool, own: bool = False) -> Reaches:
    """What statements of one policy reach together.

    `variables` says whether its `${...}` are variables. With `own` a statement without a Resource counts, as one about
    the very resource that the policy belongs to.
    """
    found = [reach for each in statements for reach in statement_reaches(each, variables=variables, own=own)]
    if not found:
        return NOTHING
    everywhere = certain_everywhere = somewhere = certain_somewhere = idle = 0
    for reach in found:
        if reach.everywhere:
            everywhere |= reach.actions
            certain_everywhere |= reach.actions if reach.certain else 0
        else:
            somewhere |= reach.with_effect
            certain_somewhere |= reach.with_effect if reach.certain else 0
            idle |= reach.actions & ~reach.with_effect
    limited = tuple(reach for reach in found if not reach.everywhere)
    return Reaches(everywhere, certain_everywhere, somewhere, certain_somewhere, idle, limited)


def statement_reaches(statement: CompiledStatement, *, variables: bool, own: bool = False) -> Iterator[Reach]:
    """What one statement reaches, an entry of its Resource element at a time."""
    source = statement.statement
    element = source.resource or source.not_resource
    actions = statement_actions(statement)
    if not actions or (element is None and not own):
        return
    certain = not statement.conditions
    patterns = {resource_pattern(text, variables=variables): None for text in element.texts} if element else {}
    known = tuple(pattern for pattern in patterns if pattern is not None)
    if element is None or (statement.not_resource and not known):
        yield Reach(actions, actions, (EVERYTHING,), negated=False, certain=certain)
    elif statement.not_resource:
        if EVERYTHING not in known:
            certain = certain and not any(each.has_variables for each in known)
            yield Reach(actions, actions, known, negated=True, certain=certain)
    elif EVERYTHING in known:
        yield Reach(actions, actions, (EVERYTHING,), negated=False, certain=certain)
    else:
        for pattern in known:
            sure = certain and not pattern.has_variables
            yield Reach(actions, actions & actions_on(pattern), (pattern,), negated=False, certain=sure)


def statement_actions(statement: CompiledStatement) -> int:
    """The catalog's actions that a statement speaks of."""
    element = statement.statement.action or statement.statement.not_action
    bits = 0
    for text in element.texts if element else ():
        bits |= action_bits(text)
    return action_index().every_action & ~bits if statement.not_action else bits
