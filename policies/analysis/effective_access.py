"""Effective access: which of all actions a principal can do, on a given resource or at all.

Two bounds are worked out. What may be allowed leaves out only what no request of any context would get; what is
allowed without conditions holds for every context. Between them lies what depends on conditions.

Rules: reference_policies_evaluation-logic; access_policies_boundaries (evaluating effective permissions).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from policies.analysis.layers import Layers, layers_of, role_assumptions
from policies.analysis.subjects import Subject
from policies.catalog import action_index, service_bits
from policies.catalog.applicability import ArnForm, actions_of_form, actions_on, actions_without_resource, forms_of
from policies.language.resource_patterns import EVERYTHING, ResourcePattern, exact_resource, overlap, resource_pattern
from policies.language.wildcards import ANY, ONE

__all__ = ["EffectiveAccess", "effective_access"]

_KEY, _ROLE = "arn:*:kms:*:*:key/*", "arn:*:iam::*:role/*"


@dataclass(frozen=True, slots=True)
class EffectiveAccess:
    """Sets of actions over `policies.catalog.action_index`.

    `resource` is the resource they are about, or None for all resources of the principal's account. Then `allowed` and
    `unconditional` are about at least one resource each, and `on_every_resource` about all.
    INVARIANT: on_every_resource is part of unconditional, and unconditional of allowed.
    """

    resource: str | None
    allowed: int = field(repr=False)
    """What may be allowed, perhaps under conditions."""
    unconditional: int = field(repr=False)
    """What is allowed in every context."""
    on_every_resource: int = field(repr=False)
    """What is allowed whatever the resource and the context."""
    idle: int = field(repr=False)
    """What is granted without effect: on resources that the action does not take."""

    @property
    def conditional(self) -> int:
        """What depends on conditions or variables."""
        return self.allowed & ~self.unconditional

    def may(self, action: str) -> bool:
        """Whether an action of the catalog may be allowed."""
        at = action_index().position(action)
        return at is not None and bool(self.allowed >> at & 1)


def effective_access(subject: Subject, resource: str | None = None, *, resource_account: str = "") -> EffectiveAccess:
    """Work out what a subject can do on a resource, or at all.

    `resource_account` is the owner of the resource; left out, it is the subject's own account. Without a resource
    nothing is known of trust and key policies: what they must allow counts as possible, never as unconditional.
    """
    layers = layers_of(subject)
    foreign = resource_account not in ("", subject.caller.account)
    if resource is not None:
        return _on(layers, resource, foreign=foreign)
    return _anywhere(layers, foreign=foreign)


def _on(layers: Layers, resource: str, *, foreign: bool) -> EffectiveAccess:
    target = exact_resource(resource)
    taken = actions_on(target)
    may = _possibly(layers, target, needing_grant=_needing_grant(target), foreign=foreign)
    must = _surely(layers, target, foreign=foreign)
    return EffectiveAccess(resource, may & taken, must & taken, must & taken, may & ~taken)


def _possibly(layers: Layers, target: ResourcePattern, *, needing_grant: int, foreign: bool) -> int:
    """What may be allowed on some resource of the target."""
    return layers.allowed(
        lambda layer: layer.may(target),
        denied=layers.denials.must(target),
        needing_grant=needing_grant,
        foreign=foreign,
    )


def _surely(layers: Layers, target: ResourcePattern, *, foreign: bool) -> int:
    """What is allowed on all resources of the target, in every context."""
    return layers.allowed(
        lambda layer: layer.must(target),
        denied=layers.denials.may(target),
        needing_grant=_needing_grant(target),
        foreign=foreign,
    )


def _anywhere(layers: Layers, *, foreign: bool) -> EffectiveAccess:
    denials = layers.denials
    everywhere = layers.allowed(
        lambda layer: layer.certain_everywhere,
        denied=denials.anywhere,
        needing_grant=_needing_grant(EVERYTHING),
        foreign=foreign,
    )
    allowed = _possible(layers, foreign=foreign)
    unconditional = everywhere | allowed & _sure_somewhere(layers, everywhere, allowed, foreign=foreign)
    return EffectiveAccess(None, allowed, unconditional, everywhere, _idle(layers, foreign=foreign) & ~allowed)


def _possible(layers: Layers, *, foreign: bool) -> int:
    """What may be allowed on some resource: all layers together first, then resource by resource where they differ."""
    together = layers.allowed(
        lambda layer: layer.anywhere, denied=layers.denials.certain_everywhere, needing_grant=0, foreign=foreign
    )
    disputed = layers.denials.certain_somewhere
    for layer in layers.limiting:
        disputed |= layer.somewhere & ~layer.everywhere
    disputed &= together & ~layers.without_grant & layers.by_limited_statements
    if not disputed:
        return together
    settled = 0
    layers = layers.about(disputed)
    for layer in layers.granting:
        for reach in layer.limited:
            open_ = reach.with_effect & disputed & ~settled
            if not open_:
                continue
            if not reach.negated:
                open_ &= _possibly(layers, reach.patterns[0], needing_grant=0, foreign=foreign)
            settled |= open_
    return together & ~disputed | settled


def _sure_somewhere(layers: Layers, everywhere: int, allowed: int, *, foreign: bool) -> int:
    """What is allowed in every context on some resource: the patterns of the policies are tried, then new names."""
    found = everywhere | layers.allowed(
        lambda layer: layer.certain_everywhere,
        by_identity=lambda layer: layer.certain_everywhere | layer.certain_somewhere,
        denied=layers.denials.anywhere,
        needing_grant=_needing_grant(EVERYTHING),
        foreign=foreign,
    )
    hopeful = (
        allowed
        & ~found
        & layers.allowed(
            lambda layer: layer.certain_everywhere | layer.certain_somewhere,
            denied=layers.denials.everywhere,
            needing_grant=0,
            foreign=foreign,
        )
    )
    layers = layers.about(hopeful)
    for target, actions in _targets(layers, hopeful) if hopeful else ():
        if actions & hopeful & ~found:
            found |= actions & hopeful & _surely(layers, target, foreign=foreign)
    return found


def _targets(layers: Layers, hopeful: int) -> Iterator[tuple[ResourcePattern, int]]:
    """Resources on which hopeful actions may prove allowed, with the actions that take such resources."""
    for layer in (*layers.granting, *layers.limiting):
        for reach in layer.limited:
            if reach.certain and not reach.negated:
                yield reach.patterns[0], reach.with_effect
    yield exact_resource("*"), actions_without_resource()
    for reach in layers.denials.limited:
        for pattern in reach.patterns if reach.with_effect & hopeful else ():
            if reach.negated:
                yield pattern, actions_on(pattern)
            else:
                yield from ((_new_name(form), actions_of_form(form)) for form in forms_of(pattern))


@cache
def _new_name(form: ArnForm) -> ResourcePattern:
    """A resource of a form whose names no policy mentions."""
    partition, service, region, account, rest = form.pattern.parts[1:]
    named = [part.replace(ANY, "a-name-nobody-gave").replace(ONE, "x") for part in (region, account, rest)]
    return ResourcePattern("", ("arn", partition.replace(ANY, "aws"), service.replace(ANY, "any"), *named))


def _idle(layers: Layers, *, foreign: bool) -> int:
    if not any(layer.idle for layer in (*layers.granting, *layers.limiting)):
        return 0
    return layers.allowed(
        lambda layer: layer.anywhere | layer.idle,
        denied=layers.denials.certain_everywhere,
        needing_grant=0,
        foreign=foreign,
    )


def _needing_grant(target: ResourcePattern) -> int:
    """The actions that a key's or a role's own policy must allow on resources of the target.

    Rules: key-policies; reference_policies_evaluation-logic_policy-eval-basics (role trust policies).
    """
    bits = 0
    key, role = _key_and_role()
    if overlap(key, target):
        bits |= service_bits("kms")
    if overlap(role, target):
        bits |= role_assumptions()
    return bits


@cache
def _key_and_role() -> tuple[ResourcePattern, ResourcePattern]:
    key, role = (resource_pattern(text, variables=False) for text in (_KEY, _ROLE))
    if key is None or role is None:
        raise AssertionError
    return key, role
