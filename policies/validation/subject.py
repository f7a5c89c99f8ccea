"""A policy text as the checks see it: the document, its actions, resources and conditions, each with its path.

Rules: API_ValidatePolicy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from policies.catalog import ConditionKey, condition_key
from policies.language.document import Condition, Document, Effect, Element, Statement, Value
from policies.language.json_text import Json
from policies.language.kinds import PolicyKind
from policies.language.operators import OperatorName, operator_name
from policies.language.problems import Path, Problem

__all__ = ["Entry", "Subject", "Test", "entries_of", "subject_of"]

_GRANTING = (PolicyKind.IDENTITY_MANAGED, PolicyKind.IDENTITY_INLINE, PolicyKind.SESSION)
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of an Action, NotAction, Resource or NotResource element."""

    statement: Statement
    element: Element
    value: Value
    path: Path

    @property
    def text(self) -> str:
        """The value."""
        return self.value.text


@dataclass(frozen=True, slots=True)
class Test:
    """One condition key under one operator, with what the catalog knows of it."""

    statement: Statement
    condition: Condition
    operator: OperatorName | None
    key: str
    known: ConditionKey | None
    path: Path

    @property
    def base(self) -> str:
        """The operator without qualifier and IfExists; empty for one that IAM does not know."""
        return self.operator.base if self.operator else ""

    @property
    def negated(self) -> bool:
        """Whether the operator holds when the key is missing."""
        return "Not" in self.base

    @property
    def texts(self) -> tuple[str, ...]:
        """The values without their places."""
        return tuple(value.text for value in self.condition.values)

    def placed(self) -> Iterator[tuple[Value, Path]]:
        """Each value with its path."""
        values = self.condition.values
        single = len(values) == 1 and values[0].span.end == self.condition.span.end
        for index, value in enumerate(values):
            yield value, self.path if single else (*self.path, index)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is validated: a text as a policy of a kind, attached to a type of resource."""

    text: str
    kind: PolicyKind
    resource_type: str
    document: Document
    json: Json | None
    problems: tuple[Problem, ...]
    actions: tuple[Entry, ...]
    resources: tuple[Entry, ...]
    tests: tuple[Test, ...]
    tests_by_statement: Mapping[int, tuple[Test, ...]]

    @property
    def grants(self) -> bool:
        """Whether an Allow of this kind gives its owner permissions."""
        return self.kind in _GRANTING

    @property
    def service(self) -> str:
        """The prefix of the service whose resource carries the policy: `s3` for `AWS::S3::Bucket`; may be empty."""
        parts = self.resource_type.split("::")
        return _PREFIXES.get(parts[1], parts[1].lower()) if len(parts) == 3 else ""

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements that could be read."""
        return self.document.statements

    @property
    def allows(self) -> Iterator[Statement]:
        """The statements that allow."""
        return (statement for statement in self.document.statements if statement.effect is Effect.ALLOW)

    def tests_of(self, statement: Statement) -> tuple[Test, ...]:
        """The conditions of one statement."""
        return self.tests_by_statement[statement.index]


_PREFIXES = {
    "S3ObjectLambda": "s3-object-lambda",
    "CertificateManager": "acm",
    "EFS": "elasticfilesystem",
    "OpenSearchService": "es",
    "Elasticsearch": "es",
}


def subject_of(
    text: str,
    kind: PolicyKind,
    resource_type: str,
    document: Document,
    json: Json | None,
    problems: tuple[Problem, ...],
) -> Subject:
    """Gather what the checks walk over, once."""
    statements = document.statements
    tests = {each.index: tuple(_test(each, condition) for condition in each.conditions) for each in statements}
    return Subject(
        text=text,
        kind=kind,
        resource_type=resource_type,
        document=document,
        json=json,
        problems=problems,
        actions=tuple(entry for each in statements for entry in entries_of(each, each.action or each.not_action)),
        resources=tuple(entry for each in statements for entry in entries_of(each, each.resource or each.not_resource)),
        tests=tuple(test for each in tests.values() for test in each),
        tests_by_statement=tests,
    )


def entries_of(statement: Statement, element: Element | None) -> Iterator[Entry]:
    """The values of an element, each with its path."""
    if element is None:
        return
    path: Path = ("Statement", statement.index, element.name)
    for index, value in enumerate(element.values):
        yield Entry(statement, element, value, path if value.span == element.span else (*path, index))


def _test(statement: Statement, condition: Condition) -> Test:
    operator, key = condition.operator.text, condition.key.text
    return Test(
        statement=statement,
        condition=condition,
        operator=operator_name(operator),
        key=key.lower(),
        known=condition_key(key) if len(key) <= _LONGEST_KEY else None,
        path=("Statement", statement.index, "Condition", operator, key),
    )
