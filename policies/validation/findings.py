"""Findings about a policy text, as the editor lists them: the errors first, in reading order.

Rules: access_policies_policy-validator; access-analyzer-policy-validation.
"""

from dataclasses import dataclass
from enum import StrEnum

from policies.language import reader
from policies.language.document import Span
from policies.language.grammar import problems
from policies.language.kinds import PolicyKind
from policies.validation.known_names import unknown_names

__all__ = ["Finding", "Severity", "findings"]

_MOST = 100


class Severity(StrEnum):
    """How grave a finding is, by the tabs of the editor."""

    SECURITY = "security"
    ERROR = "error"
    WARNING = "warning"
    SUGGESTION = "suggestion"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a stretch of the text."""

    severity: Severity
    sentence: str
    span: Span


def findings(text: str, kind: PolicyKind) -> tuple[Finding, ...]:
    """Examine a text as a policy of a kind: what IAM refuses, and names that AWS does not know."""
    refused = [Finding(Severity.ERROR, problem.sentence, problem.span) for problem in problems(text, kind)]
    document = reader.examine(text).document
    unknown = (
        [Finding(Severity.ERROR, sentence, span) for sentence, span in unknown_names(document)] if document else []
    )
    return tuple(sorted((*refused, *unknown), key=lambda finding: finding.span.start.offset)[:_MOST])
