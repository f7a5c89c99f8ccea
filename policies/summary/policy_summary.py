"""A policy in a table: for each service what is allowed or denied, by access level, on which resources, and when.

Rules: access_policies_understand-policy-summary.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policies.catalog import Service, is_service, service_bits, services
from policies.language.document import Document, Effect
from policies.language.problems import PolicySyntaxError
from policies.language.reader import read
from policies.summary import wording
from policies.summary.sayings import Saying, sayings
from policies.summary.warnings import NO_ACTIONS, condition_warnings, resource_warnings

__all__ = ["MissingSummary", "PolicySummary", "ServiceRow", "policy_summary", "summarize"]


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """What the statements of one effect say of one service, and the warnings of each column."""

    prefix: str
    name: str
    access_level: str
    resource: str
    condition: str
    access_warnings: tuple[str, ...] = ()
    resource_warnings: tuple[str, ...] = ()
    condition_warnings: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings of all columns."""
        return (*self.access_warnings, *self.resource_warnings, *self.condition_warnings)


@dataclass(frozen=True, slots=True)
class PolicySummary:
    """The rows of a policy by effect; `services` counts those of AWS.

    `uncategorized` are services that AWS does not have.
    """

    uncategorized: tuple[ServiceRow, ...]
    deny: tuple[ServiceRow, ...]
    allow: tuple[ServiceRow, ...]
    services: int
    grants_nothing: bool
    """Whether no allowed action has a resource that it takes."""

    @property
    def unknown(self) -> tuple[str, ...]:
        """The prefixes of the services that AWS does not have."""
        return tuple(row.prefix for row in self.uncategorized)

    @property
    def remaining(self) -> tuple[ServiceRow, ...]:
        """The services that the policy neither allows nor denies: they are denied implicitly."""
        said = {row.prefix for row in (*self.deny, *self.allow)}
        return tuple(
            ServiceRow(each.prefix, each.name, "None", "", "") for each in services() if each.prefix not in said
        )


@dataclass(frozen=True, slots=True)
class MissingSummary:
    """Why a policy has no summary.

    Rules: access_policies_understand-policy-summary (troubleshooting a missing policy summary).
    """

    reason: str


def policy_summary(text: str) -> PolicySummary | MissingSummary:
    """Sum up the text of a policy, or say why there is no summary."""
    try:
        document = read(text)
    except PolicySyntaxError as error:
        return MissingSummary(f"The policy has a syntax error. {error.message}")
    if any(each.principal or each.not_principal for each in document.statements):
        return MissingSummary("Policies that name principals have no summary.")
    return summarize(document)


def summarize(document: Document) -> PolicySummary:
    """Sum a policy up; an action that is allowed and denied stands in both tables."""
    denied, allowed = sayings(document, Effect.DENY), sayings(document, Effect.ALLOW)
    return PolicySummary(
        uncategorized=tuple(_uncategorized((*denied, *allowed))),
        deny=tuple(_rows(denied)),
        allow=tuple(_rows(allowed)),
        services=len(services()),
        grants_nothing=not any(saying.actions & ~saying.without_resource for saying in allowed),
    )


def _rows(said: tuple[Saying, ...]) -> Iterator[ServiceRow]:
    named = {prefix for saying in said for prefix in _named_without_actions(saying)}
    for service in services():
        every = service_bits(service.prefix)
        concerned = tuple(saying for saying in said if saying.actions & every)
        if concerned:
            yield _row(service, every, concerned)
        elif service.prefix in named:
            yield _without_actions(service, said)


def _row(service: Service, every: int, said: tuple[Saying, ...]) -> ServiceRow:
    bits = 0
    for saying in said:
        bits |= saying.actions & every
    resources = (wording.resource(entry, service.prefix) for saying in said for entry in saying.entries_for(every))
    return ServiceRow(
        prefix=service.prefix,
        name=service.name,
        access_level=wording.access_level(bits, every),
        resource=wording.one_of(resources, ""),
        condition=conditions(said),
        resource_warnings=tuple(resource_warnings(said, service.prefix, every)),
        condition_warnings=tuple(condition_warnings(said, service.prefix, every)),
    )


def conditions(said: Iterable[Saying]) -> str:
    """The text of the Request condition column."""
    texts: list[str] = []
    for saying in said:
        tested = saying.statement.conditions
        texts += map(wording.condition, tested) if tested else (wording.NO_CONDITION,)
    return wording.one_of(texts, wording.NO_CONDITION)


def _named_without_actions(saying: Saying) -> Iterator[str]:
    """The services that a statement names by a resource that none of its actions takes, or by an unknown action."""
    yield from saying.mentioned if saying.statement.action else ()
    for entry in saying.entries:
        if not entry.actions & saying.actions and not entry.excluded:
            yield from (text.split(":", 3)[2] for text in entry.texts if text.count(":") >= 3)


def _without_actions(service: Service, said: Iterable[Saying]) -> ServiceRow:
    found = [
        wording.resource(entry, service.prefix)
        for saying in said
        for entry in saying.entries
        if entry.everything or any(text.split(":", 3)[2:3] == [service.prefix] for text in entry.texts)
    ]
    return ServiceRow(
        service.prefix, service.name, "", wording.one_of(found, ""), conditions(said), access_warnings=(NO_ACTIONS,)
    )


def _uncategorized(said: tuple[Saying, ...]) -> Iterator[ServiceRow]:
    for prefix in sorted({prefix for saying in said for prefix in saying.mentioned}):
        if is_service(prefix) or "*" in prefix or "?" in prefix:
            continue
        concerned = tuple(saying for saying in said if prefix in saying.mentioned)
        resources = (wording.resource(entry, prefix) for saying in concerned for entry in saying.entries)
        yield ServiceRow(prefix, prefix, "", wording.one_of(resources, ""), conditions(concerned))
