"""The table of checks: every family's texts by issue code, and every family's rules in order."""

from collections.abc import Callable, Iterator, Mapping

from policies.validation.checks import Check, Finding
from policies.validation.families import (
    actions,
    addresses,
    arns,
    condition_keys,
    condition_values,
    control_policies,
    emptiness,
    form,
    least_privilege,
    passrole,
    principals,
    redundancy,
    services,
    sizes,
    tags,
    trust,
    variables,
    versions,
)
from policies.validation.subject import Subject

__all__ = ["CHECKS", "FAMILIES", "RULES", "Rule"]

Rule = Callable[[Subject], Iterator[Finding]]

FAMILIES: Mapping[str, tuple[tuple[Check, ...], tuple[Rule, ...]]] = {
    module.__name__.rpartition(".")[2]: (module.CHECKS, module.RULES)
    for module in (
        form,
        versions,
        sizes,
        actions,
        arns,
        principals,
        trust,
        passrole,
        condition_keys,
        condition_values,
        emptiness,
        variables,
        addresses,
        tags,
        control_policies,
        services,
        redundancy,
        least_privilege,
    )
}
CHECKS: Mapping[str, Check] = {check.code: check for checks, _ in FAMILIES.values() for check in checks}
RULES: tuple[Rule, ...] = tuple(rule for _, rules in FAMILIES.values() for rule in rules)
