"""What a check is, and what it finds: a code, a title, a severity, and texts for the reader.

Rules: access-analyzer-reference-policy-checks; API_ValidatePolicyFinding.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from policies.language.document import Span
from policies.language.problems import Path

__all__ = ["Check", "Finding", "Fix", "Severity", "quoted"]

_LONGEST_NAME = 100


class Severity(StrEnum):
    """How grave a finding is; the names are the finding types of AWS, the values the tabs of the editor."""

    ERROR = "error"
    SECURITY_WARNING = "security"
    WARNING = "warning"
    SUGGESTION = "suggestion"


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair that is certain: put `replacement`, which is JSON text, where `span` is."""

    span: Span
    replacement: str
    label: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a stretch of the text; `path` names it as the API's locations do."""

    check: "Check"
    sentence: str
    span: Span
    path: Path = ()
    fix: Fix | None = None

    @property
    def code(self) -> str:
        """The issue code."""
        return self.check.code

    @property
    def name(self) -> str:
        """The code and the place: no other finding of the text has both."""
        return f"{self.code}@{self.span.start.offset}"

    @property
    def message(self) -> str:
        """The sentence with its place."""
        return f"Line {self.span.start.line}, column {self.span.start.column}: {self.sentence}"

    @property
    def title(self) -> str:
        """What kind of thing it is, in a few words."""
        return self.check.title

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return self.check.severity

    @property
    def learn_more(self) -> str:
        """Why it matters and what to do."""
        return self.check.learn_more

    def repaired(self, fix: Fix | None) -> "Finding":
        """The same with a repair, or with none."""
        return replace(self, fix=fix)


@dataclass(frozen=True, slots=True)
class Check:
    """A kind of finding. `text` holds the names of what was found in braces."""

    code: str
    title: str
    severity: Severity
    text: str
    learn_more: str

    @property
    def is_ours(self) -> bool:
        """Whether IAM Access Analyzer has no such check."""
        return self.code.startswith("LAB_")

    def at(self, span: Span, path: Path, /, **names: str) -> Finding:
        """A finding with the names filled in."""
        return Finding(self, self.text.format(**{key: _short(name) for key, name in names.items()}), span, path)


def quoted(names: tuple[str, ...] | list[str], most: int = 3) -> str:
    """A list of names for a sentence: the first few and how many more there are."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 3]}..."
