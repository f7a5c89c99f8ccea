"""What the grammar refuses, as findings: each problem under the analyzer's code, with a repair where one is certain.

Rules: access-analyzer-reference-policy-checks (errors).
"""

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from policies.language.document import Document, Effect, Version
from policies.language.operators import BASE_OPERATORS
from policies.language.problems import Problem
from policies.validation.checks import Finding, Fix
from policies.validation.families.form import REFUSED
from policies.validation.families.versions import version_to_add
from policies.validation.table import CHECKS

__all__ = ["refusal"]

_ELEMENTS = (
    *("Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
    *("Resource", "NotResource", "Condition"),
)
_USE_CURRENT = f'Use "{Version.CURRENT}"'


def refusal(problem: Problem, text: str, document: Document | None) -> Finding:
    """A problem of the grammar as a finding; one that the analyzer has no code for gets ours."""
    check = CHECKS.get(problem.issue_code, REFUSED)
    repair = _REPAIRS.get(problem.issue_code)
    fix = repair(problem, text[problem.span.start.offset : problem.span.end.offset], document) if repair else None
    return Finding(check, problem.sentence, problem.span, problem.path, fix)


def _version(problem: Problem, _written: str, document: Document | None) -> Fix | None:
    if document is not None and document.version_span is None:
        return version_to_add(document)
    return Fix(problem.span, f'"{Version.CURRENT}"', _USE_CURRENT)


def _renamed(known: tuple[str, ...]) -> "Repair":
    folded = {name.lower(): name for name in known}

    def repair(problem: Problem, written: str, _document: Document | None) -> Fix | None:
        name = written.strip('"')
        near = folded.get(name.lower())
        if near is None and len(name) <= 60:
            near = next(iter(get_close_matches(name, known, 1, 0.85)), None)
        return Fix(problem.span, f'"{near}"', f'Use "{near}"') if near else None

    return repair


Repair = Callable[[Problem, str, Document | None], Fix | None]
_REPAIRS: Mapping[str, Repair] = {
    "INVALID_VERSION": _version,
    "INVALID_EFFECT": _renamed(tuple(Effect)),
    "INVALID_POLICY_ELEMENT": _renamed(_ELEMENTS),
    "INVALID_CONDITION_OPERATOR": _renamed(BASE_OPERATORS),
}
