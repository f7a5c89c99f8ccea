"""Version, Sid and Id: advice beside what is refused.

Rules: reference_policies_elements_version; reference_policies_elements_sid.
"""

from collections.abc import Iterator

from policies.language.document import Document, Position, Span, Version
from policies.validation.checks import Check, Finding, Fix, Severity
from policies.validation.subject import Subject

__all__ = ["CHECKS", "RULES", "version_to_add"]

MISSING_VERSION = Check(
    "MISSING_VERSION",
    "Missing version",
    Severity.WARNING,
    'The policy has no Version; add "Version": "2012-10-17".',
    "Without Version a policy counts as one of 2008-10-17, in which ${...} is plain text and no policy variable.",
)
OLD_VERSION = Check(
    "LAB_OLD_VERSION",
    "Old version",
    Severity.SUGGESTION,
    'Version "2008-10-17" is the old policy language; use "2012-10-17".',
    "The old version knows no policy variables. Everything else reads the same, so moving on is safe unless a value "
    "holds the characters ${.",
)
UNIQUE_SIDS_RECOMMENDED = Check(
    "UNIQUE_SIDS_RECOMMENDED",
    "Unique Sids recommended",
    Severity.WARNING,
    'The Sid "{sid}" stands already in line {line}.',
    "This kind of policy is saved all the same, but such a Sid no longer tells one statement from another.",
)
EMPTY_SID_VALUE = Check(
    "EMPTY_SID_VALUE",
    "Empty Sid value",
    Severity.SUGGESTION,
    "The Sid is an empty string; give the statement a name or leave Sid out.",
    "Sid is optional. An empty one is kept but helps nobody find the statement.",
)
CHECKS = (MISSING_VERSION, OLD_VERSION, UNIQUE_SIDS_RECOMMENDED, EMPTY_SID_VALUE)


def version(subject: Subject) -> Iterator[Finding]:
    """The Version is there and the current one."""
    document = subject.document
    if document.version_span is None:
        fix = version_to_add(document)
        yield MISSING_VERSION.at(Span(document.span.start, fix.span.end), ()).repaired(fix)
    elif document.version == Version.OLD and not subject.kind.current_version:
        fix = Fix(document.version_span, f'"{Version.CURRENT}"', f'Use "{Version.CURRENT}"')
        yield OLD_VERSION.at(document.version_span, ("Version",)).repaired(fix)


def version_to_add(document: Document) -> Fix:
    """The Version element, to be put first."""
    brace = document.span.start
    behind = Position(brace.line, brace.column + 1, brace.offset + 1)
    element = f'"Version": "{Version.CURRENT}"'
    comma = ", " if document.statements or document.id else ""
    return Fix(Span(behind, behind), f"{element}{comma}", f"Add {element}")


def sids(subject: Subject) -> Iterator[Finding]:
    """Each Sid is a name, and one of its own."""
    seen: dict[str, int] = {}
    for statement in subject.statements:
        sid = statement.sid
        if sid is None:
            continue
        path = ("Statement", statement.index, "Sid")
        if not sid.text:
            yield EMPTY_SID_VALUE.at(sid.span, path)
        elif sid.text in seen and not subject.kind.unique_sids:
            yield UNIQUE_SIDS_RECOMMENDED.at(sid.span, path, sid=sid.text, line=str(seen[sid.text]))
        seen.setdefault(sid.text, sid.span.start.line)


RULES = (version, sids)
