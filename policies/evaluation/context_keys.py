"""The context keys that policies refer to, in conditions and as variables.

Rules: API_GetContextKeysForCustomPolicy; API_GetContextKeysForPrincipalPolicy.
"""

from collections.abc import Iterable

from policies.evaluation.compiled import CompiledPolicy

__all__ = ["context_keys"]


def context_keys(policies: Iterable[CompiledPolicy]) -> tuple[str, ...]:
    """Each key once, as first written, in the order of the policies."""
    names: dict[str, str] = {}
    for policy in policies:
        for statement in policy.statements:
            for key, name in statement.keys:
                names.setdefault(key, name)
    return tuple(names.values())
