"""Version, Id and Sid by kind of policy.

Rules: reference_policies_elements_version; reference_policies_elements_id; reference_policies_elements_sid.
"""

import re
from collections.abc import Iterator

from policies.language.document import Document, Version
from policies.language.kinds import Need, PolicyKind
from policies.language.problems import SYNTAX_ERRORS, Problem

__all__ = ["ids", "sids", "versions"]

_SIMPLE_SID = re.compile(r"[A-Za-z0-9]*")
_VERSION_TOO_OLD = "Policy document must be version 2012-10-17 or greater."
_SID_TWICE = "Statement IDs (SID) in a single policy must be unique."
_SID_CHARACTERS = (
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
)


def versions(document: Document, kind: PolicyKind) -> Iterator[Problem]:
    """Managed policies are of the current version."""
    if not kind.current_version or document.version == Version.CURRENT:
        return
    if document.version is None and document.version_span is not None:
        return  # what stands there is no version at all, which has been said
    sentence = f'A {kind.label} needs "Version": "{Version.CURRENT}".'
    if document.version is None:
        sentence += ' Without Version a document counts as "2008-10-17".'
    span = document.version_span or document.span
    yield Problem(sentence, _VERSION_TOO_OLD, span, ("Version",), issue_code="INVALID_VERSION")


def ids(document: Document, kind: PolicyKind) -> Iterator[Problem]:
    """Only policies of resources have an Id."""
    if document.id is not None and kind.id is Need.FORBIDDEN:
        sentence = f"A {kind.label} has no Id."
        yield Problem(sentence, SYNTAX_ERRORS, document.id.span, ("Id",), issue_code="INVALID_POLICY_ELEMENT")


def sids(document: Document, kind: PolicyKind) -> Iterator[Problem]:
    """A Sid is letters and digits, and stands once in the document."""
    seen: dict[str, int] = {}
    for statement in document.statements:
        sid = statement.sid
        if sid is None:
            continue
        path = ("Statement", statement.index, "Sid")
        if kind.simple_sids and not _SIMPLE_SID.fullmatch(sid.text):
            sentence = f'The Sid "{sid.text}" may hold only letters A to Z, a to z and digits: no spaces, no hyphens.'
            yield Problem(sentence, _SID_CHARACTERS, sid.span, path, issue_code="UNSUPPORTED_SID")
        if kind.unique_sids and sid.text and sid.text in seen:
            sentence = f'The Sid "{sid.text}" stands already in line {seen[sid.text]}; each Sid may stand only once.'
            yield Problem(sentence, _SID_TWICE, sid.span, path, issue_code="UNIQUE_SIDS_REQUIRED")
        seen.setdefault(sid.text, sid.span.start.line)
