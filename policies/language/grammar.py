"""Everything that IAM refuses when a policy is saved, by kind of policy.

Rules: reference_policies_grammar; API_CreatePolicy, API_PutUserPolicy, API_UpdateAssumeRolePolicy
(MalformedPolicyDocument). Advice about policies that can be saved is validation's.
"""

from collections.abc import Callable, Iterator

from policies.language.document import Document
from policies.language.kinds import PolicyKind
from policies.language.problems import PolicyRefused, Problem
from policies.language.reader import examine
from policies.language.rules.actions import actions
from policies.language.rules.conditions import conditions
from policies.language.rules.documents import ids, sids, versions
from policies.language.rules.principals import principals
from policies.language.rules.resources import resources

__all__ = ["PolicyRefused", "check", "problems"]

_RULES: tuple[Callable[[Document, PolicyKind], Iterator[Problem]], ...] = (
    versions,
    ids,
    sids,
    principals,
    actions,
    resources,
    conditions,
)
_MOST = 100


def check(text: str, kind: PolicyKind) -> Document:
    """Read a document as one of a kind, or raise PolicyRefused with every problem found."""
    reading = examine(text)
    found = _found(reading.partial, reading.problems, kind)
    if found or reading.document is None:
        raise PolicyRefused(found)
    return reading.document


def problems(text: str, kind: PolicyKind) -> tuple[Problem, ...]:
    """What would keep a document from being saved: faults of form first, as AWS reports them, then in reading order."""
    reading = examine(text)
    return _found(reading.partial, reading.problems, kind)


def _found(document: Document | None, faults: tuple[Problem, ...], kind: PolicyKind) -> tuple[Problem, ...]:
    further = [problem for rule in _RULES for problem in rule(document, kind)] if document else []
    further.sort(key=lambda problem: problem.span.start.offset)
    return (*faults, *further)[:_MOST]
