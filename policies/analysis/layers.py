"""The layers of a principal's policies as reaches, and the decision's formula over sets of actions.

Rules: reference_policies_evaluation-logic_policy-eval-denyallow; as in policies.evaluation.evaluate.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from weakref import WeakKeyDictionary

from policies.analysis.reaches import Reaches, reaches_of
from policies.analysis.subjects import Subject
from policies.catalog import action_bits, action_index
from policies.evaluation import CompiledPolicy, Policy
from policies.evaluation.callers import CallerKind
from policies.evaluation.examination import Examination
from policies.evaluation.principals import Grant

__all__ = ["Layers", "layers_of", "role_assumptions"]

Measure = Callable[[Reaches], int]
"""How a layer's Allow statements are turned into the set of actions that it allows."""


@dataclass(frozen=True, slots=True)
class Layers:
    """Each layer's Allow statements, and the Deny statements of all; None means that there is no such layer."""

    kind: CallerKind
    has_identity_policies: bool
    denials: Reaches
    identity: Reaches
    granted: dict[Grant, Reaches]
    """What the resource policy grants, by the strength of the grant."""
    outer: tuple[Reaches, ...]
    """The VPC endpoint policy and each level of SCPs: all must allow."""
    boundary: Reaches | None
    session: Reaches | None

    @property
    def granting(self) -> tuple[Reaches, ...]:
        """The layers that can give access."""
        return (self.identity, *self.granted.values())

    @property
    def limiting(self) -> tuple[Reaches, ...]:
        """The layers that can only keep access."""
        return (*self.outer, *(layer for layer in (self.boundary, self.session) if layer is not None))

    def about(self, actions: int) -> "Layers":
        """The same for a look at these actions only: statements limited to some resources are sorted out."""
        return Layers(
            kind=self.kind,
            has_identity_policies=self.has_identity_policies,
            denials=self.denials.about(actions),
            identity=self.identity.about(actions),
            granted={grant: layer.about(actions) for grant, layer in self.granted.items()},
            outer=tuple([layer.about(actions) for layer in self.outer]),
            boundary=None if self.boundary is None else self.boundary.about(actions),
            session=None if self.session is None else self.session.about(actions),
        )

    @property
    def by_limited_statements(self) -> int:
        """The actions that only statements about some resources can give."""
        if self.kind is CallerKind.ROOT:
            return 0
        some = every = 0
        for layer in self.granting:
            some |= layer.somewhere
            every |= layer.everywhere
        return some & ~every

    @property
    def without_grant(self) -> int:
        """The actions that need no Allow statement, as long as nothing denies them."""
        return _session_token() if self.kind in (CallerKind.USER, CallerKind.ROOT) else 0

    def allowed(
        self,
        measure: Measure,
        *,
        denied: int,
        needing_grant: int,
        foreign: bool,
        by_identity: Measure | None = None,
    ) -> int:
        """The actions that are allowed, when `measure` says what layers allow and `denied` is what is denied.

        `needing_grant` are the actions that a resource policy must allow in any case. `by_identity` stands in for
        `measure` where the identity policies are looked at in another way.
        """
        open_ = _every_action() & ~denied
        free = _always_allowed() | open_ & self.without_grant
        for layer in self.outer:
            open_ &= measure(layer)
        identity = (by_identity or measure)(self.identity)
        return free | open_ & self._within_accounts(measure, identity, needing_grant, foreign=foreign)

    def _within_accounts(self, measure: Measure, identity: int, needing_grant: int, *, foreign: bool) -> int:
        strengths = {grant: measure(reaches) for grant, reaches in self.granted.items()}
        direct, limited = strengths.get(Grant.DIRECT, 0), strengths.get(Grant.LIMITED, 0)
        named = direct | limited | strengths.get(Grant.ACCOUNT, 0)
        if not self.has_identity_policies:
            return named
        possible = named if foreign else named | (_every_action() & ~needing_grant)
        if self.kind is CallerKind.ROOT:
            return possible & ~role_assumptions()
        if foreign:
            direct = limited = 0
        inner = limited | identity & possible
        if self.boundary is not None:
            inner &= measure(self.boundary)
        if self.session is not None:
            inner &= measure(self.session)
        elif self.kind is CallerKind.FEDERATED_USER:
            inner = 0
        return direct | inner


def layers_of(subject: Subject) -> Layers:
    """Gather the reaches of a subject's policies; each policy is looked through once and kept."""
    applied, caller = subject.applied, subject.caller
    outer: list[Reaches] = []
    denials: list[Reaches] = []

    def allows(policies: Iterable[Policy]) -> Reaches:
        found = [_reaches(policy.compiled) for policy in policies]
        denials.extend(deny for _, deny in found)
        return Reaches.together(allow for allow, _ in found)

    identity = allows(applied.identity)
    boundary = None if applied.boundary is None else allows(applied.boundary)
    session = None if applied.session is None else allows(applied.session)
    if applied.scp and subject.is_bound_by_scps:
        outer += [allows(level) for level in applied.scp]
    granted: dict[Grant, Reaches] = {}
    if applied.resource or applied.vpc_endpoint is not None or applied.rcp:
        examination = subject.examination
        if applied.vpc_endpoint is not None:
            named = [_by_grant(policy.compiled, examination) for policy in applied.vpc_endpoint]
            outer.append(Reaches.together(each for grants, _ in named for each in grants.values()))
            denials += [deny for _, deny in named]
        if subject.is_bound_by_rcps:
            levels = (policy for level in applied.rcp for policy in level)
            denials += [_by_grant(policy.compiled, examination)[1] for policy in levels]
        if applied.resource:
            granted, deny = _by_grant(applied.resource.compiled, examination)
            denials.append(deny)
    return Layers(
        kind=caller.kind,
        has_identity_policies=caller.has_identity_policies,
        denials=Reaches.together(denials),
        identity=identity,
        granted=granted,
        outer=tuple(outer),
        boundary=boundary,
        session=session,
    )


_KEPT: WeakKeyDictionary[CompiledPolicy, tuple[Reaches, Reaches]] = WeakKeyDictionary()
"""What policies allow and deny; a compiled policy never changes."""


def _reaches(policy: CompiledPolicy) -> tuple[Reaches, Reaches]:
    found = _KEPT.get(policy)
    if found is None:
        variables = policy.document.has_variables
        found = (
            reaches_of((each for each in policy.statements if not each.denies), variables=variables),
            reaches_of((each for each in policy.statements if each.denies), variables=variables),
        )
        _KEPT[policy] = found
    return found


def _by_grant(policy: CompiledPolicy, examination: Examination) -> tuple[dict[Grant, Reaches], Reaches]:
    """What a policy with principals grants to the caller, by strength, and what it denies."""
    variables = policy.document.has_variables
    grants: dict[Grant, list[Reaches]] = {}
    denials: list[Reaches] = []
    for statement in policy.statements:
        grant = statement.grant(examination)
        if grant:
            reaches = reaches_of((statement,), variables=variables, own=True)
            (denials if statement.denies else grants.setdefault(grant, [])).append(reaches)
    return {grant: Reaches.together(parts) for grant, parts in grants.items()}, Reaches.together(denials)


@cache
def _every_action() -> int:
    return action_index().every_action


@cache
def _always_allowed() -> int:
    return action_bits("sts:GetCallerIdentity")


@cache
def _session_token() -> int:
    return action_bits("sts:GetSessionToken")


@cache
def role_assumptions() -> int:
    """The actions that a role's trust policy decides."""
    names = ("sts:AssumeRole*", "sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext")
    bits = 0
    for name in names:
        bits |= action_bits(name)
    return bits
