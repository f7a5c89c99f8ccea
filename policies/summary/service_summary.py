"""One service of a policy in a table: its actions by access level.

Rules: access_policies_understand-service-summary.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.catalog import AccessLevel, action_bits, action_index, level_bits, positions_of, service, service_bits
from policies.language.document import Document, Effect
from policies.summary import wording
from policies.summary.policy_summary import conditions
from policies.summary.sayings import Saying, sayings
from policies.summary.warnings import action_warning

__all__ = ["ActionRow", "LevelGroup", "ServiceSummary", "service_summary"]


@dataclass(frozen=True, slots=True)
class ActionRow:
    """What the statements of one effect say of one action."""

    name: str
    resource: str
    condition: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class LevelGroup:
    """The actions of an access level: those in the policy, out of all that there are."""

    level: AccessLevel
    rows: tuple[ActionRow, ...]
    total: int

    @property
    def title(self) -> str:
        """Reads `List (35 of 52 actions)`."""
        return f"{self.level.value} ({len(self.rows)} of {self.total} actions)"


@dataclass(frozen=True, slots=True)
class ServiceSummary:
    """The actions of a service that a policy speaks of, and the remaining ones, which it gives no access to."""

    prefix: str
    name: str
    effect: Effect
    groups: tuple[LevelGroup, ...]
    remaining: tuple[LevelGroup, ...]
    unknown: tuple[str, ...]
    """Actions in the policy that the service does not have."""


def service_summary(document: Document, effect: Effect, prefix: str) -> ServiceSummary | None:
    """Sum up what a policy's statements of an effect say of a service; None for a service that AWS does not have."""
    known = service(prefix)
    if known is None:
        return None
    every = service_bits(known.prefix)
    said = tuple(saying for saying in sayings(document, effect) if saying.actions & every)
    bits = 0
    for saying in said:
        bits |= saying.actions & every
    groups, remaining = [], []
    for level in AccessLevel:
        here = level_bits(level) & every
        found = tuple(_rows(said, known.prefix, bits & here))
        others = tuple(ActionRow(_name(at), "", "") for at in positions_of(here & ~bits))
        if found:
            groups.append(LevelGroup(level, found, here.bit_count()))
        if others:
            remaining.append(LevelGroup(level, others, here.bit_count()))
    unknown = tuple(_unknown(document, effect, known.prefix))
    return ServiceSummary(known.prefix, known.name, effect, tuple(groups), tuple(remaining), unknown)


def _rows(said: tuple[Saying, ...], prefix: str, bits: int) -> Iterator[ActionRow]:
    for at in positions_of(bits):
        bit = 1 << at
        about = tuple(saying for saying in said if saying.actions & bit)
        entries = (wording.resource(entry, prefix) for saying in about for entry in saying.entries_for(bit))
        warning = action_warning(about, action_index().names[at], bit, prefix)
        yield ActionRow(_name(at), wording.one_of(entries, ""), conditions(about), warning)


def _name(at: int) -> str:
    return action_index().names[at].partition(":")[2]


def _unknown(document: Document, effect: Effect, prefix: str) -> Iterator[str]:
    """Names of no action; a pattern that covers none is of this kind too."""
    for statement in document.statements:
        for text in statement.action.texts if statement.action and statement.effect is effect else ():
            if text.lower().startswith(f"{prefix}:") and not action_bits(text):
                yield text
