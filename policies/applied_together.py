"""Gather the policies of all users and roles of an account at once, with one query.

Only what gives and bounds permissions is gathered: no tags, no control policies.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db import connection

from iamconsole.aws import arn
from policies.applied import COMPILED
from policies.evaluation import AppliedPolicies, Policy, PolicyType

__all__ = ["applied_together"]

_MANAGED = """
    SELECT '{kind}', {who}, p.account_id, p.path, p.policy_name, 'v' || v.number, v.document_hash, v.id
    FROM {table} a {members}
    JOIN policies_managedpolicy p ON p.policy_id = a.policy_id
    JOIN policies_policyversion v ON v.policy_id = a.policy_id AND v.is_default
    WHERE a.account_id = %(account)s AND {who} IS NOT NULL
"""
_INLINE = """
    SELECT 'inline', {who}, a.account_id, '', a.policy_name, '', a.document_hash, a.id
    FROM policies_inlinepolicy a {members}
    WHERE a.account_id = %(account)s AND {who} IS NOT NULL
"""
_MEMBERS = "LEFT JOIN accounts_membership m ON m.group_id = a.group_id"
_CARRIER = "COALESCE(a.user_id, a.role_id, m.user_id)"
_ALL = " UNION ALL ".join(
    (
        _MANAGED.format(kind="managed", who=_CARRIER, table="policies_attachment", members=_MEMBERS),
        _MANAGED.format(kind="boundary", who="COALESCE(a.user_id, a.role_id)", table="policies_boundary", members=""),
        _INLINE.format(who=_CARRIER, members=_MEMBERS),
    )
)


@dataclass(frozen=True, slots=True)
class _Row:
    """A policy and who carries it."""

    kind: str
    who: str
    owner: str
    path: str
    name: str
    version: str
    hash: str
    row_id: int


def applied_together(account_id: str) -> dict[str, AppliedPolicies]:
    """The policies of every user and role that has any, by unique id: own, of groups, and the boundary."""
    with connection.cursor() as cursor:
        cursor.execute(_ALL, {"account": account_id})
        rows = [_Row(*row) for row in cursor.fetchall()]
    compiled = COMPILED.of(rows)
    known: dict[tuple[str, int], Policy] = {}
    identity: defaultdict[str, list[Policy]] = defaultdict(list)
    bounds: defaultdict[str, list[Policy]] = defaultdict(list)
    for row in rows:
        key = (row.kind, row.row_id)
        if key not in known:
            bounding = row.kind == "boundary"
            known[key] = Policy(
                row.name,
                PolicyType.BOUNDARY if bounding else PolicyType.IDENTITY,
                compiled[row.hash],
                source=arn.policy_arn(row.owner, row.path, row.name) if row.version else "",
                version=row.version,
            )
        (bounds if row.kind == "boundary" else identity)[row.who].append(known[key])
    return {
        who: AppliedPolicies(identity=tuple(identity[who]), boundary=tuple(bounds[who]) or None)
        for who in {**identity, **bounds}
    }
