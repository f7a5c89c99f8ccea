"""Policies made ready for many decisions: patterns prepared, statements indexed by action.

A policy version never changes: compile it once and keep it.
"""

import hashlib
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from policies.evaluation.conditions import ConditionTest, compile_condition
from policies.evaluation.patterns import ResourceTest, action_matcher, is_everything, resource_test
from policies.evaluation.principals import CompiledPrincipals, Grant, compile_principals
from policies.language.document import Condition, Document, Effect, Element, Span, Statement
from policies.language.operators import operator_name
from policies.language.reader import read
from policies.language.variables import referenced_keys
from policies.language.wildcards import Matcher

if TYPE_CHECKING:
    from policies.evaluation.examination import Examination

__all__ = ["CompiledPolicy", "CompiledStatement", "compile_document", "compile_policy"]


@dataclass(frozen=True, slots=True, eq=False)
class CompiledStatement:
    """One statement made ready."""

    statement: Statement
    denies: bool
    not_action: bool
    actions: tuple[Matcher, ...]
    not_resource: bool
    has_resource: bool
    every_resource: bool
    resources: tuple[ResourceTest, ...]
    conditions: tuple[ConditionTest, ...]
    principals: CompiledPrincipals | None
    keys: tuple[tuple[str, str], ...]
    """The context keys it refers to, in lower case and as written."""

    @property
    def index(self) -> int:
        """The statement's place in the document, from 0."""
        return self.statement.index

    @property
    def sid(self) -> str:
        """The statement's Sid, or nothing."""
        return self.statement.sid.text if self.statement.sid else ""

    @property
    def span(self) -> Span:
        """The statement's place in the text."""
        return self.statement.span

    def covers_action(self, action: str) -> bool:
        """Whether the lower-case action is one that the statement speaks of."""
        return any(match(action) for match in self.actions) is not self.not_action

    def covers_resource(self, examination: "Examination") -> bool:
        """Whether the requested resource is one that the statement speaks of."""
        if self.every_resource:
            return True
        if not self.has_resource:
            return False
        for test in self.resources:
            if test(examination):
                return not self.not_resource
        return self.not_resource

    def holds(self, examination: "Examination") -> bool:
        """Whether resource and conditions match; the action is known to."""
        if not self.every_resource and not self.covers_resource(examination):
            return False
        for test in self.conditions:  # noqa: SIM110 - a generator costs more than the tests
            if not test(examination):
                return False
        return True

    def grant(self, examination: "Examination") -> Grant:
        """What the statement is worth for the caller by its Principal or NotPrincipal."""
        return self.principals.grant(examination) if self.principals else Grant.NONE

    def holds_as_resource_policy(self, examination: "Examination") -> bool:
        """As `holds`, but a trust policy's statement, which has no Resource, speaks of its role."""
        if self.has_resource and not self.covers_resource(examination):
            return False
        return all(test(examination) for test in self.conditions)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class CompiledPolicy:
    """A document made ready. INVARIANT: what it answers depends on the document alone."""

    document: Document
    statements: tuple[CompiledStatement, ...]
    text: str = ""
    digest: str = ""
    """The SHA-256 of the text, by which records name it."""
    _services: dict[str, tuple[CompiledStatement, ...]] = field(default_factory=dict, repr=False)
    _everywhere: tuple[CompiledStatement, ...] = ()

    def candidates(self, action: str) -> tuple[CompiledStatement, ...]:
        """The statements that speak of a lower-case action, in order."""
        service = action.partition(":")[0]
        indexed = self._services.get(service, self._everywhere)
        return tuple(statement for statement in indexed if statement.covers_action(action))


def compile_policy(text: str) -> CompiledPolicy:
    """Read a policy document and make it ready, or raise PolicySyntaxError."""
    return compile_document(read(text), text)


def compile_document(document: Document, text: str = "") -> CompiledPolicy:
    """Make a document ready."""
    variables = document.has_variables
    statements = tuple(_statement(statement, variables=variables) for statement in document.statements)
    homes = [_services(statement) for statement in statements]
    names = {name for home in homes if home is not None for name in home}
    services = {
        name: tuple(each for each, home in zip(statements, homes, strict=True) if home is None or name in home)
        for name in names
    }
    everywhere = tuple(each for each, home in zip(statements, homes, strict=True) if home is None)
    return CompiledPolicy(document, statements, text, _digest(text) if text else "", services, everywhere)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _services(statement: CompiledStatement) -> frozenset[str] | None:
    """The services whose actions a statement can speak of; None for any."""
    element = statement.statement.action
    if element is None:
        return None
    names = [text.lower().partition(":")[0] for text in element.texts]
    return None if any("*" in name or "?" in name for name in names) else frozenset(names)


def _statement(statement: Statement, *, variables: bool) -> CompiledStatement:
    action = statement.action or statement.not_action
    resource = statement.resource or statement.not_resource
    everything = resource is not None and any(map(is_everything, resource.texts))
    tests = (resource_test(text, variables=variables) for text in (resource.texts if resource else ()))
    return CompiledStatement(
        statement=statement,
        denies=statement.effect is Effect.DENY,
        not_action=statement.not_action is not None,
        actions=tuple(action_matcher(text) for text in (action.texts if action else ())),
        not_resource=statement.not_resource is not None,
        has_resource=resource is not None,
        every_resource=everything and statement.resource is not None,
        resources=tuple(test for test in tests if test is not None),
        conditions=tuple(map(partial(_condition, variables=variables), statement.conditions)),
        principals=compile_principals(statement),
        keys=_keys(statement.conditions, resource, variables=variables),
    )


def _condition(condition: Condition, *, variables: bool) -> ConditionTest:
    operator = operator_name(condition.operator.text)
    if operator is None:
        raise ValueError(f"{condition.operator.text} is not a condition operator.")
    texts = tuple(value.text for value in condition.values)
    return compile_condition(operator, condition.key.text, texts, variables=variables)


def _keys(
    conditions: tuple[Condition, ...], resource: Element | None, *, variables: bool
) -> tuple[tuple[str, str], ...]:
    names: dict[str, str] = {}
    for condition in conditions:
        names.setdefault(condition.key.text.lower(), condition.key.text)
    if variables:
        texts = [value.text for condition in conditions for value in condition.values]
        texts += resource.texts if resource else ()
        for text in texts:
            for key in referenced_keys(text) if "${" in text else ():
                names.setdefault(key.lower(), key)
    return tuple(names.items())
