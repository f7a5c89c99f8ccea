"""A policy document as frozen records, each knowing its place in the text.

Rules: reference_policies_grammar; reference_policies_elements.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "Condition",
    "Document",
    "Effect",
    "Element",
    "Position",
    "Principal",
    "PrincipalElement",
    "PrincipalType",
    "Span",
    "Statement",
    "Value",
    "Version",
]


class Version(StrEnum):
    """The two versions of the policy language."""

    CURRENT = "2012-10-17"
    OLD = "2008-10-17"


class Effect(StrEnum):
    """What a matching statement does."""

    ALLOW = "Allow"
    DENY = "Deny"


class PrincipalType(StrEnum):
    """The keys of a Principal element."""

    AWS = "AWS"
    FEDERATED = "Federated"
    SERVICE = "Service"
    CANONICAL_USER = "CanonicalUser"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the text: line and column from 1, offset from 0, all in characters."""

    line: int
    column: int
    offset: int


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text; `end` is the place just behind its last character."""

    start: Position
    end: Position


@dataclass(frozen=True, slots=True)
class Value:
    """One string of the document; a number or boolean of a condition stands here in its string form."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Element:
    """The values of an Action, NotAction, Resource or NotResource element."""

    name: str
    values: tuple[Value, ...]
    span: Span

    @property
    def texts(self) -> tuple[str, ...]:
        """The values without their places."""
        return tuple(value.text for value in self.values)


@dataclass(frozen=True, slots=True)
class Principal:
    """One entry of a Principal or NotPrincipal element."""

    type: PrincipalType
    value: Value


@dataclass(frozen=True, slots=True)
class PrincipalElement:
    """A Principal or NotPrincipal element; `everyone` marks the bare string `"*"`, which means `{"AWS": "*"}`."""

    name: str
    entries: tuple[Principal, ...]
    everyone: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator, with the values it is compared with."""

    operator: Value
    key: Value
    values: tuple[Value, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; of each pair of element and its Not-form at most one is there."""

    index: int
    sid: Value | None
    effect: Effect
    effect_span: Span
    principal: PrincipalElement | None
    not_principal: PrincipalElement | None
    action: Element | None
    not_action: Element | None
    resource: Element | None
    not_resource: Element | None
    conditions: tuple[Condition, ...]
    condition_span: Span | None
    span: Span


@dataclass(frozen=True, slots=True)
class Document:
    """A whole policy document."""

    version: str | None
    version_span: Span | None
    id: Value | None
    statements: tuple[Statement, ...]
    span: Span

    @property
    def has_variables(self) -> bool:
        """Whether `${...}` is a variable here; without Version 2012-10-17 it is plain text."""
        return self.version == Version.CURRENT
