"""Access that nobody uses: roles, access keys, passwords, and permissions of those who use others.

What was used is what the trail tells (`iamconsole.audit.models.LastAccessed`). All principals of the account are
looked at together, with the same few queries however many there are.

Rules: access-analyzer-unused-access-findings.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import CharField, Max, Q, QuerySet, Value
from django.db.models.functions import Concat

from accounts import queries
from accounts.access_keys import key_array, keys_of
from accounts.models import Role, User
from iamconsole.audit.models import LastAccessed
from iamconsole.call import Call
from policies.analysis import Subject, access_matrix
from policies.analysis.grants import granted_by_all, services_of, untracked
from policies.applied import applied_to_role, applied_to_user
from policies.applied_together import applied_together
from policies.catalog import action_bits, action_names, service_bits
from policies.evaluation import AppliedPolicies, Policy
from policies.last_accessed import TRACKING_PERIOD
from policies.models import Analyzer, Finding, FindingType

__all__ = ["Unused", "unused_by", "unused_findings"]

ROLE, USER = "AWS::IAM::Role", "AWS::IAM::User"


@dataclass(frozen=True, slots=True)
class Used:
    """What one principal tried in the tracking period: the newest attempt, and the actions."""

    last: datetime
    actions: int
    services: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unused:
    """Permissions of one principal that it does not use: whole services, and actions of those that it does use."""

    services: tuple[str, ...]
    actions: tuple[str, ...]
    used: int = field(repr=False)
    """The actions that it does use."""
    policies: tuple[Policy, ...] = field(repr=False)
    """The policies that give it permissions, its groups' included."""


def unused_findings(call: Call, analyzer: Analyzer) -> Iterator[Finding]:
    """What an analyzer of unused access finds now."""
    age = timedelta(days=analyzer.unused_access_age or 0)
    used = _used(call, age or TRACKING_PERIOD)
    rows: QuerySet[Any] = queries.users(call).select_related("login_profile")
    users: list[User] = list(rows.annotate(key_list=key_array()))
    roles = [role for role in queries.roles(call) if not role.is_service_linked]
    for user in users:
        yield from _credentials(call, analyzer, user, age)
    for role in roles:
        last = max(filter(None, (used[role.pk].last if role.pk in used else None, role.last_used_date)), default=None)
        if _idle(last, role.create_date, call.time, age):
            yield _finding(analyzer, FindingType.UNUSED_ROLE, role, ROLE, {"lastAccessed": _text(last)})
    everybody: tuple[User | Role, ...] = (*users, *roles)
    active = [entity for entity in everybody if entity.pk in used]
    yield from _permissions(call, analyzer, active, used)


def unused_by(call: Call, entity: User | Role, age: int) -> Unused:
    """What a user or role may do and does not use, as things are now."""
    used = _used(call, timedelta(days=age) or TRACKING_PERIOD, entity.pk).get(entity.pk)
    gather = applied_to_user if isinstance(entity, User) else applied_to_role
    applied = gather(call.account_id, entity.pk).policies
    allowed = _allowed({entity.pk: (entity.arn, applied)})[entity.pk]
    actions = used.actions if used else 0
    services, unused = _unused(allowed, actions, used.services if used else frozenset())
    own = tuple(policy for policy in applied.identity if policy.source or policy.version.startswith("sha256:"))
    return Unused(services, action_names(unused), actions, own)


def _credentials(call: Call, analyzer: Analyzer, user: User, age: timedelta) -> Iterator[Finding]:
    for key in keys_of(user):
        if key.is_active and _idle(key.last_used_date, key.create_date, call.time, age):
            details = {"accessKeyId": key.access_key_id, "lastAccessed": _text(key.last_used_date)}
            yield _finding(analyzer, FindingType.UNUSED_ACCESS_KEY, user, USER, details, key.access_key_id)
    profile = getattr(user, "login_profile", None)
    if profile is not None and _idle(user.password_last_used, profile.create_date, call.time, age):
        details = {"lastAccessed": _text(user.password_last_used)}
        yield _finding(analyzer, FindingType.UNUSED_PASSWORD, user, USER, details)


def _permissions(
    call: Call, analyzer: Analyzer, active: Iterable[User | Role], used: Mapping[str, Used]
) -> Iterator[Finding]:
    """One finding for each principal that uses something, and not everything that it may."""
    entities = list(active)
    if not entities:
        return
    applied = applied_together(call.account_id)
    nothing = AppliedPolicies()
    allowed = _allowed({each.pk: (each.arn, applied.get(each.pk, nothing)) for each in entities})
    for entity in entities:
        facts = used[entity.pk]
        services, actions = _unused(allowed[entity.pk], facts.actions, facts.services)
        if services or actions:
            details = {"services": len(services), "actions": actions.bit_count()}
            kind = USER if isinstance(entity, User) else ROLE
            yield _finding(analyzer, FindingType.UNUSED_PERMISSION, entity, kind, details)


def _allowed(applied: Mapping[str, tuple[str, AppliedPolicies]]) -> dict[str, int]:
    """What each principal may do by its identity policies, within its boundary."""
    subjects = [Subject(arn, policies) for arn, policies in applied.values()]
    matrix = access_matrix(subjects)
    return {
        key: row.allowed & granted_by_all(policy.compiled for policy in subject.applied.identity) & ~untracked()
        for key, subject, row in zip(applied, subjects, matrix.rows, strict=True)
    }


def _unused(allowed: int, used: int, used_services: frozenset[str]) -> tuple[tuple[str, ...], int]:
    """The services of which nothing is used, and the unused actions of the others."""
    services = services_of(allowed)
    in_use = 0
    for prefix in used_services.intersection(services):
        in_use |= service_bits(prefix)
    return tuple(prefix for prefix in services if prefix not in used_services), allowed & in_use & ~used


def _used(call: Call, period: timedelta, only: str = "") -> dict[str, Used]:
    """What each principal of the account tried in a period, by its unique id; one query."""
    rows = LastAccessed.objects.filter(account_id=call.account_id)
    rows = rows.filter(principal_id=only) if only else rows
    name = Concat("service", Value(":"), "action", output_field=CharField())
    found = rows.values("principal_id").annotate(
        last=Max("time"), names=ArrayAgg(name, filter=Q(time__gte=call.time - period), default=[])
    )
    return {row["principal_id"]: _of(row["last"], row["names"]) for row in found if row["names"]}


def _of(last: datetime, names: list[str]) -> Used:
    actions = 0
    for name in names:
        actions |= action_bits(name)
    return Used(last, actions, frozenset(name.partition(":")[0] for name in names))


def _idle(last: datetime | None, made: datetime, now: datetime, age: timedelta) -> bool:
    """Whether something was not used for that long; for no time at all: not since it was made."""
    return last is None if not age else (last or made) < now - age


def _finding(
    analyzer: Analyzer,
    kind: FindingType,
    entity: User | Role,
    resource_type: str,
    details: dict[str, Any],
    about: str = "",
) -> Finding:
    key = hashlib.sha256(f"{kind.value} {entity.pk} {about}".encode()).hexdigest()
    return Finding(
        account_id=analyzer.account_id,
        analyzer=analyzer,
        key=key,
        finding_type=kind,
        resource=entity.arn,
        resource_type=resource_type,
        details=details,
    )


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
