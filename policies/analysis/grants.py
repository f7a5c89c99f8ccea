"""What policies grant by themselves, whatever limits them: the actions of their Allow statements, by service."""

from collections.abc import Iterable
from functools import lru_cache
from weakref import WeakKeyDictionary

from policies.analysis.reaches import reaches_of
from policies.catalog import action as known_action
from policies.catalog import action_bits, action_index, service_bits
from policies.catalog.index import action_names
from policies.evaluation import CompiledPolicy

__all__ = ["UNTRACKED", "granted_actions", "granted_by_all", "needed_with", "services_of", "untracked"]

_PASSING = ("iam:PassRole",)
_SESSION = ("sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext")
UNTRACKED = _PASSING + _SESSION
"""Permissions that no call is named after: no trail tells whether they are used.

Rules: access_policies_last-accessed.
"""

_KEPT: WeakKeyDictionary[CompiledPolicy, int] = WeakKeyDictionary()


def granted_actions(policy: CompiledPolicy) -> int:
    """The actions that a policy allows on some resource at least, perhaps under conditions."""
    found = _KEPT.get(policy)
    if found is None:
        allowing = (statement for statement in policy.statements if not statement.denies)
        found = _KEPT[policy] = reaches_of(allowing, variables=policy.document.has_variables).anywhere
    return found


def granted_by_all(policies: Iterable[CompiledPolicy]) -> int:
    """The actions that at least one of several policies allows."""
    bits = 0
    for policy in policies:
        bits |= granted_actions(policy)
    return bits


@lru_cache(maxsize=1024)
def services_of(actions: int) -> tuple[str, ...]:
    """The services of a set of actions by their prefix, sorted."""
    return tuple(prefix for prefix in action_index().spans if actions & service_bits(prefix))


def untracked() -> int:
    """The permissions of UNTRACKED as a set."""
    return _together(UNTRACKED)


def needed_with(used: int) -> int:
    """The actions that used ones need and that leave no trace of their own: passing roles, tags at creation.

    Session tags and the source identity go with the assuming of roles.
    """
    needed = [name for full in action_names(used) if (known := known_action(full)) for name in known.dependent_actions]
    return _together(needed) | (_together(_SESSION) if used & action_bits("sts:AssumeRole*") else 0)


def _together(names: Iterable[str]) -> int:
    bits = 0
    for name in names:
        bits |= action_bits(name)
    return bits
