"""What was last accessed: by a user or a role, by the users of a group, by whoever carries a policy.

One query over the rows that the trail keeps of each action (`iamconsole.audit.models.LastAccessed`), never over events.

Rules: access_policies_last-accessed; API_GetServiceLastAccessedDetails.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.db import connection

from accounts.models import Group, Role, User
from iamconsole.aws import arn as arns
from iamconsole.aws import quotas
from iamconsole.call import Call
from policies import queries
from policies.analysis.grants import granted_actions, services_of
from policies.applied import applied_to_group, applied_to_role, applied_to_user
from policies.catalog import action_names, service, service_bits
from policies.documents import policy_of
from policies.evaluation import Policy, PolicyType
from policies.models import ManagedPolicy
from policies.simulation import find_entity

__all__ = [
    "TRACKING_PERIOD", "Access", "Carrier", "ServiceLastAccessed", "TrackedAction", "carrier_of", "granting",
    "last_accessed_of",
]  # fmt: skip

TRACKING_PERIOD = timedelta(days=quotas.LAST_ACCESSED_TRACKING_DAYS)

Carrier = User | Group | Role | ManagedPolicy
"""What a report is about."""


@dataclass(frozen=True, slots=True)
class Access:
    """The newest attempt: when, in which Region and by whom."""

    time: datetime
    region: str
    entity_arn: str


@dataclass(frozen=True, slots=True)
class TrackedAction:
    """An action and its newest attempt, None for none in the tracking period. Rules: API_TrackedActionLastAccessed."""

    action_name: str
    last_accessed: Access | None


@dataclass(frozen=True)
class ServiceLastAccessed:
    """A service that the policies allow, and its newest attempt. Rules: API_ServiceLastAccessed."""

    service_name: str
    service_namespace: str
    last_authenticated: Access | None
    total_authenticated_entities: int
    granted: int = field(repr=False)
    accessed: Mapping[str, Access] = field(default_factory=dict, repr=False)

    @cached_property
    def tracked_actions_last_accessed(self) -> tuple[TrackedAction, ...]:
        """The service's allowed actions, those accessed first, the newest of them before all."""
        names = [name.partition(":")[2] for name in action_names(self.granted)]
        tracked = [TrackedAction(name, self.accessed.get(name.lower())) for name in names]
        done = sorted((each for each in tracked if each.last_accessed), key=_newest_first)
        return (*done, *(each for each in tracked if not each.last_accessed))


def carrier_of(call: Call, arn: str) -> Carrier:
    """Find the user, group, role or policy of an ARN; raises NoSuchEntity for one of another account."""
    if ":policy/" in arn:
        return queries.find_policy(call, arn)
    _, entity = find_entity(call, arn, "arn")
    if entity is None:
        raise queries.no_policy(arn)
    return entity


def granting(call: Call, carrier: Carrier) -> tuple[Policy, ...]:
    """The policies whose grants count: those that apply to an entity, or the policy itself."""
    key = ("granting", type(carrier).__name__, carrier.pk)
    return call.remember(key, lambda: _granting(call, carrier))


def last_accessed_of(
    call: Call, carrier: Carrier, *, actions: bool = False, only: str = ""
) -> tuple[ServiceLastAccessed, ...]:
    """The services that the policies of an entity allow, by name, each with its newest attempt.

    With `actions` each tells its actions as well; `only` limits the answer to one service.
    """
    bits = 0
    for policy in granting(call, carrier):
        bits |= granted_actions(policy.compiled)
    accessed = _accessed(call, carrier, actions=actions, only=only)
    wanted = [prefix for prefix in services_of(bits) if not only or prefix == only]
    found = (_service(prefix, bits & service_bits(prefix), accessed.get(prefix), actions=actions) for prefix in wanted)
    return tuple(sorted(found, key=lambda each: each.service_name.lower()))


def _service(prefix: str, granted: int, accessed: "_Accessed | None", *, actions: bool) -> ServiceLastAccessed:
    known = service(prefix)
    name = known.name if known else prefix
    if accessed is None:
        return ServiceLastAccessed(name, prefix, None, 0, granted)
    newest = max(accessed.by_action.values(), key=lambda access: access.time)
    return ServiceLastAccessed(
        name, prefix, newest, accessed.entities, granted, accessed.by_action if actions else {}
    )  # fmt: skip


def _newest_first(tracked: TrackedAction) -> tuple[float, str]:
    return (-tracked.last_accessed.time.timestamp() if tracked.last_accessed else 0, tracked.action_name)


def _granting(call: Call, carrier: Carrier) -> tuple[Policy, ...]:
    match carrier:
        case User():
            return applied_to_user(call.account_id, carrier.user_id).policies.identity
        case Group():
            return applied_to_group(call.account_id, carrier.group_id).policies.identity
        case Role():
            return applied_to_role(call.account_id, carrier.role_id).policies.identity
        case ManagedPolicy():
            document = queries.default_version(carrier).document
            return (policy_of(carrier.policy_name, document, PolicyType.IDENTITY, carrier.arn),)


_WHO: Mapping[type, str] = {
    User: "SELECT %(entity)s",
    Role: "SELECT %(entity)s",
    Group: "SELECT user_id FROM accounts_membership WHERE account_id = %(account)s AND group_id = %(entity)s",
    ManagedPolicy: """
        SELECT COALESCE(a.user_id, a.role_id, m.user_id)
        FROM policies_attachment a LEFT JOIN accounts_membership m ON m.group_id = a.group_id
        WHERE a.account_id = %(account)s AND a.policy_id = %(entity)s
    """,
}
"""Whose attempts count for an entity, by their unique ids."""

_NEWEST = """
    WITH attempt AS (
        SELECT principal_id, service, {action} AS action, time, region FROM audit_lastaccessed
        WHERE account_id = %(account)s AND principal_id IN ({who}) AND time >= %(since)s {narrowed}
    ), counted AS (
        SELECT service, count(DISTINCT principal_id) AS entities FROM attempt GROUP BY service
    )
    SELECT DISTINCT ON (t.service, t.action) t.service, t.action, t.time, t.region, c.entities,
           u.path, u.user_name, r.path, r.role_name
    FROM attempt t
    JOIN counted c ON c.service = t.service
    LEFT JOIN accounts_user u ON u.user_id = t.principal_id
    LEFT JOIN accounts_role r ON r.role_id = t.principal_id
    ORDER BY t.service, t.action, t.time DESC
"""


@dataclass(frozen=True, slots=True)
class _Accessed:
    """The attempts at one service: how many entities made them, and the newest by lower-case action."""

    entities: int
    by_action: dict[str, Access] = field(default_factory=dict)


def _accessed(call: Call, carrier: Carrier, *, actions: bool, only: str) -> dict[str, _Accessed]:
    """The newest attempts by service; without `actions` each service has one, under no name."""
    sql = _NEWEST.format(
        action="action" if actions else "''",
        who=_WHO[type(carrier)],
        narrowed="AND service = %(service)s" if only else "",
    )
    since = call.time - TRACKING_PERIOD
    with connection.cursor() as cursor:
        cursor.execute(sql, {"account": call.account_id, "entity": carrier.pk, "since": since, "service": only})
        rows = cursor.fetchall()
    found: dict[str, _Accessed] = {}
    for prefix, action, time, region, entities, *names in rows:
        known = found.setdefault(prefix, _Accessed(entities))
        known.by_action[action.lower()] = Access(time, region, _arn(call.account_id, *names))
    return found


def _arn(account_id: str, user_path: str, user_name: str, role_path: str, role_name: str) -> str:
    """The ARN of who tried; nothing for who is gone."""
    if user_name:
        return arns.user_arn(account_id, user_path, user_name)
    return arns.role_arn(account_id, role_path, role_name) if role_name else ""
