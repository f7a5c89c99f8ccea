"""What a decision turns on: the layer, the policy, the statement and its line, and all that was looked at besides.

A policy that the reader may not read is shown by its name and layer alone: nothing that follows from its text is told.

Rules: reference_policies_evaluation-logic; troubleshoot_policies.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from policies.evaluation import EvalDecision, MatchedStatement, Policy, PolicyType
from policies.evaluation.partings import Part
from policies.evaluation.records import Decision
from policies.evaluation.statements import ExaminedStatement
from policies.explanation import DECIDED_BY, Readable, layer_name, policies_of
from policies.language.document import Effect

__all__ = ["Deciding", "LookedAt", "concealed", "deciding", "looked_at"]

_LAYERS = frozenset(kind.value for kind in PolicyType)
_NOT_TOLD = "a value that is not told"
_FAR = ("condition", "resource", "principal", "action")


@dataclass(frozen=True, slots=True)
class Deciding:
    """What decided. Where nothing allowed, `statement` is the nearest one of that layer, and `parting` where it parts.

    `policies` are all of the layer; `statement` and `policy` are None where none is near or none may be read.
    `whole` says that all policies of the layer may be read, so that how they decided may be told.
    """

    layer: str
    policies: tuple[Policy, ...]
    policy: Policy | None = None
    statement: MatchedStatement | None = None
    parting: Part | None = None
    readable: bool = True
    whole: bool = True

    @property
    def first_line(self) -> int:
        """The first line of the statement in its document."""
        return self.statement.span.start.line if self.statement else 0

    @property
    def last_line(self) -> int:
        """The last line of the statement in its document."""
        return self.statement.span.end.line if self.statement else 0


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A statement that was looked at; of a policy that may not be read, the policy alone, without a statement."""

    layer: str
    policy: Policy
    examined: ExaminedStatement | None = None

    @property
    def is_about_action(self) -> bool:
        """Whether it speaks of the action, as far as the reader may know."""
        return self.examined is None or self.examined.is_about_action

    @property
    def counted(self) -> bool:
        """Whether the statement matches the request."""
        return self.examined is not None and self.examined.matched


def deciding(decision: Decision, statements: Sequence[ExaminedStatement], readable: Readable) -> Deciding:
    """Name the layer that decided, and the statement that did or, among these, came nearest."""
    if decision.decided_by not in _LAYERS:
        return Deciding(DECIDED_BY[decision.decided_by], ())
    layer = PolicyType(decision.decided_by)
    policies = tuple(policies_of(decision, layer))
    found = Deciding(layer_name(decision, layer), policies, whole=all(map(readable, policies)))
    if decision.decision is EvalDecision.IMPLICIT_DENY:
        return _nearest(layer, statements, found, readable)
    matched = [statement for statement in decision.matched if statement.policy_type is layer]
    statement = next((each for each in matched if readable(each.policy)), None)
    if statement is not None:
        return replace(found, policy=statement.policy, statement=statement)
    return replace(found, policy=matched[0].policy, readable=False) if matched else found


def looked_at(decision: Decision, statements: Iterable[ExaminedStatement], readable: Readable) -> tuple[LookedAt, ...]:
    """Every statement of every policy in the order of layers, with the values asked and found."""
    return tuple(_looked_at(decision, statements, readable))


def concealed(statement: ExaminedStatement, hides: Callable[[str], bool]) -> ExaminedStatement:
    """A statement without the values that the request has of some condition keys, where they told it apart."""
    return replace(statement, parts=tuple(_concealed(part, hides) for part in statement.parts))


def _concealed(part: Part, hides: Callable[[str], bool]) -> Part:
    key = part.name.partition(" ")[2]
    if part.matched or part.element != "condition" or not hides(key):
        return part
    sentence = f"The statement demands a value of {key} that the resource, of another account, does not have."
    return replace(part, asked=(_NOT_TOLD,), sentence=sentence)


def _looked_at(decision: Decision, statements: Iterable[ExaminedStatement], readable: Readable) -> Iterator[LookedAt]:
    for _, group in groupby(statements, key=lambda each: id(each.statement.policy)):
        mine = list(group)
        policy = mine[0].statement.policy
        layer = layer_name(decision, policy.policy_type)
        if readable(policy):
            yield from (LookedAt(layer, policy, statement) for statement in mine)
        else:
            yield LookedAt(layer, policy)


def _distance(miss: ExaminedStatement) -> tuple[int, ...]:
    """How far a statement is from the request: nearest is one that only fails a condition."""
    return (max(_FAR.index(part.element) for part in miss.partings), len(miss.partings))


def _nearest(
    layer: PolicyType, statements: Iterable[ExaminedStatement], found: Deciding, readable: Readable
) -> Deciding:
    """The Allow of the layer that came nearest: one about the action, or what a limit does let through."""
    misses = [
        each
        for each in statements
        if each.statement.policy_type is layer
        and each.effect is Effect.ALLOW
        and not each.matched
        and readable(each.statement.policy)
        and (each.is_about_action or layer is not PolicyType.IDENTITY)
    ]
    if misses:
        miss = min(misses, key=_distance)
        return replace(found, policy=miss.statement.policy, statement=miss.statement, parting=miss.partings[0])
    only = found.policies[0] if len(found.policies) == 1 else None
    return replace(found, policy=only, readable=all(map(readable, found.policies)))
