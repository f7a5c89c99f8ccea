"""Condition keys and values.

Rules: reference_policies_elements_condition; reference_policies_elements_condition_operators.
"""

from collections.abc import Iterator

from policies.language.document import Document
from policies.language.instants import instant
from policies.language.kinds import PolicyKind
from policies.language.problems import Path, Problem
from policies.language.rules.actions import NO_VENDOR

__all__ = ["conditions"]

_LEGACY_PARSING = "The policy failed legacy parsing"


def conditions(document: Document, _kind: PolicyKind) -> Iterator[Problem]:
    """Every key has a prefix, every date is a date."""
    for statement in document.statements:
        for condition in statement.conditions:
            operator, key = condition.operator.text, condition.key
            path: Path = ("Statement", statement.index, "Condition", operator, key.text)
            if ":" not in key.text:
                sentence = f'"{key.text}" is no condition key; keys have a prefix, such as aws:SourceIp.'
                yield Problem(sentence, NO_VENDOR, key.span, path, issue_code="INVALID_CONDITION_KEY_FORMAT")
            if "Date" not in operator:
                continue
            for value in condition.values:
                if instant(value.text) is None:
                    sentence = f'"{value.text}" is no date; write 2026-01-31T08:00:00Z, or seconds since 1970.'
                    yield Problem(sentence, _LEGACY_PARSING, value.span, path)
