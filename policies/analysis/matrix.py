"""Who can do what: the effective access of many principals."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from policies.analysis.effective_access import EffectiveAccess, effective_access
from policies.analysis.subjects import Subject
from policies.evaluation import CompiledPolicy, Policy
from policies.evaluation.callers import CallerKind

__all__ = ["AccessMatrix", "access_matrix"]


Likeness = tuple[object, ...]


@dataclass(frozen=True)
class AccessMatrix:
    """The access of each subject, in order."""

    subjects: tuple[Subject, ...]
    rows: tuple[EffectiveAccess, ...]
    known: Mapping[Likeness, EffectiveAccess] = field(repr=False, compare=False)
    """The rows by what the subjects that they are of have in common."""

    def who_can(self, action: str) -> tuple[Subject, ...]:
        """The subjects who may be allowed an action of the catalog."""
        return tuple(subject for subject, row in zip(self.subjects, self.rows, strict=True) if row.may(action))

    @cached_property
    def anybody(self) -> int:
        """The actions that at least one of them may be allowed."""
        bits = 0
        for row in self.rows:
            bits |= row.allowed
        return bits


def access_matrix(
    subjects: Iterable[Subject],
    resource: str | None = None,
    *,
    resource_account: str = "",
    before: AccessMatrix | None = None,
) -> AccessMatrix:
    """Work out the access of many subjects; those with the same policies are alike and worked out once.

    From a matrix of `before`, about the same resource, the rows are taken of those whose policies are still the same.
    """
    asked = tuple(subjects)
    known = {} if before is None else dict(before.known)
    used: dict[Likeness, EffectiveAccess] = {}
    rows: list[EffectiveAccess] = []
    for subject in asked:
        alike = _alike(subject)
        row = known.get(alike) if alike else None
        if row is None:
            row = effective_access(subject, resource, resource_account=resource_account)
        if alike:
            known[alike] = used[alike] = row
        rows.append(row)
    return AccessMatrix(asked, tuple(rows), used)


def _alike(subject: Subject) -> Likeness:
    """What subjects of the same access have in common; nothing where a policy may name the one and not the other."""
    applied, caller = subject.applied, subject.caller
    if applied.resource or applied.rcp or applied.vpc_endpoint is not None:
        return ()
    if caller.kind is CallerKind.ROLE_SESSION and applied.scp:
        return ()
    return (
        caller.kind,
        caller.account,
        _documents(applied.identity),
        None if applied.boundary is None else _documents(applied.boundary),
        None if applied.session is None else _documents(applied.session),
        tuple(map(_documents, applied.scp)),
    )


def _documents(policies: Iterable[Policy]) -> frozenset[CompiledPolicy]:
    return frozenset(policy.compiled for policy in policies)
