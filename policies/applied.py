"""Gather every policy that applies to a principal, with one query.

Documents are compiled once and kept by their content hash: the query brings names and hashes, and only documents not
seen before are read after it.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Literal, Protocol

from django.db import connection
from django.db.models import QuerySet

from accounts.models import PolicyTypes
from accounts.principals import FederatedUser, Principal, RoleSession, Root, Tags, UserPrincipal
from iamconsole.aws import arn
from iamconsole.aws.organizations import control_policy_arn
from policies.evaluation import AppliedPolicies, CompiledPolicy, Policy, PolicyType, compile_policy
from policies.models import ControlPolicyAttachment, InlinePolicy, PolicyVersion

Levels = tuple[tuple[Policy, ...], ...]

_ATTACHED = """
    SELECT '{kind}' AS kind, {via} AS via, {via_name} AS via_name, p.account_id AS owner, p.path, p.policy_name AS name,
           'v' || v.number AS version, v.document_hash AS hash, v.id AS row_id
    FROM {table} a
    JOIN policies_managedpolicy p ON p.policy_id = a.policy_id
    JOIN policies_policyversion v ON v.policy_id = a.policy_id AND v.is_default
    {more}
    WHERE a.account_id = %(account)s AND {condition}
"""
_INLINE = """
    SELECT 'inline', {via}, {via_name}, i.account_id, '', i.policy_name, '', i.document_hash, i.id
    FROM policies_inlinepolicy i {more}
    WHERE i.account_id = %(account)s AND {condition}
"""
_TAGS = """
    SELECT 'tag', '', '', account_id, '', key, value, '', 0 FROM accounts_{noun}tag
    WHERE account_id = %(account)s AND {noun}_id = %(entity)s
"""
_OF_ACCOUNT = """
    SELECT 'account', '', '', account_id, '', 'Account password policy', 'v1', 'own-password', 0
    FROM accounts_accountpasswordpolicy WHERE account_id = %(account)s AND allow_users_to_change_password
"""
# One row for each policy at each level from the root down, none named where a level has none. The levels themselves are
# rows as well: they are the place of the account. The management account has a place too, but nothing binds it.
_OF_ORGANIZATION = """
    SELECT k.kind, o.organization_id, l.level::text, COALESCE(p.account_id, ''), COALESCE(p.policy_id, ''),
           COALESCE(p.policy_name, ''), l.target, COALESCE(p.document_hash, ''), COALESCE(a.id, 0)
    FROM accounts_organizationaccount m
    JOIN accounts_organization o ON o.organization_id = m.organization_id
    LEFT JOIN accounts_organizationalunit u ON u.unit_id = m.unit_id
    CROSS JOIN LATERAL unnest(
        ARRAY[o.root_id]::varchar[] || COALESCE(u.path, '{}')::varchar[] || ARRAY[m.account_id]::varchar[]
    ) WITH ORDINALITY l(target, level)
    CROSS JOIN LATERAL unnest(
        '{level}'::varchar[] || CASE WHEN o.account_id = m.account_id THEN '{}' ELSE o.policy_types END
    ) k(kind)
    LEFT JOIN (policies_controlpolicyattachment a JOIN policies_controlpolicy p ON p.policy_id = a.policy_id)
        ON a.account_id = o.account_id AND a.target_id = l.target AND p.type = k.kind
    WHERE m.account_id = %(account)s
"""
_THROUGH_GROUPS = """
    JOIN accounts_membership m ON m.group_id = {alias}.group_id AND m.user_id = %(entity)s
    JOIN accounts_group g ON g.group_id = m.group_id
"""


def _attached(noun: str) -> str:
    return _ATTACHED.format(
        kind="managed", via=f"'{noun}'", via_name="''", table="policies_attachment", more="",
        condition=f"a.{noun}_id = %(entity)s",
    )  # fmt: skip


def _bounding(noun: str) -> str:
    return _ATTACHED.format(
        kind="boundary", via=f"'{noun}'", via_name="''", table="policies_boundary", more="",
        condition=f"a.{noun}_id = %(entity)s",
    )  # fmt: skip


def _inline(noun: str) -> str:
    return _INLINE.format(via=f"'{noun}'", via_name="''", more="", condition=f"i.{noun}_id = %(entity)s")


_GROUP_ATTACHED = _ATTACHED.format(
    kind="managed", via="'group'", via_name="g.group_name", table="policies_attachment",
    more=_THROUGH_GROUPS.format(alias="a"), condition="TRUE",
)  # fmt: skip
_GROUP_INLINE = _INLINE.format(
    via="'group'", via_name="g.group_name", more=_THROUGH_GROUPS.format(alias="i"), condition="TRUE"
)

_OF_USER = " UNION ALL ".join(
    [
        _attached("user"),
        _GROUP_ATTACHED,
        _bounding("user"),
        _inline("user"),
        _GROUP_INLINE,
        _OF_ACCOUNT,
        _TAGS.format(noun="user"),
        _OF_ORGANIZATION,
    ]
)
_OF_ROLE = " UNION ALL ".join(
    [_attached("role"), _bounding("role"), _inline("role"), _TAGS.format(noun="role"), _OF_ORGANIZATION]
)
_OF_GROUP = " UNION ALL ".join([_attached("group"), _inline("group")])


_ACCOUNT_WIDE = {
    "own-password": compile_policy(
        """{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "iam:ChangePassword",
             "Resource": ["arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::*:user/*/${aws:username}"]},
            {"Effect": "Allow", "Action": "iam:GetAccountPasswordPolicy", "Resource": "*"}
        ]}"""
    )
}
"""What the password policy of an account gives to each of its users.

Rules: id_credentials_passwords_enable-user-change.
"""


_ROOT_USER = Policy(
    "Root user",
    PolicyType.IDENTITY,
    compile_policy('{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'),
    version="v1",
)
"""What a session that the root user handed on starts from: its session policies alone bind it."""


BUILT_IN = {each.digest: each for each in (*_ACCOUNT_WIDE.values(), _ROOT_USER.compiled)}
"""The documents that no table holds, by their content."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an account stands in its organization: the ids of the root, of the units, and of the account."""

    organization_id: str
    targets: tuple[str, ...]

    def keys(self, whose: Literal["Principal", "Resource"]) -> dict[str, tuple[str, ...]]:
        """The condition keys that follow. Rules: reference_policies_condition-keys (aws:PrincipalOrgPaths)."""
        path = "/".join((self.organization_id, *self.targets[:-1], ""))
        return {f"aws:{whose}OrgID": (self.organization_id,), f"aws:{whose}OrgPaths": (path,)}


@dataclass(frozen=True, slots=True)
class Applied:
    """The policies that apply to a principal, the principal's tags, and its account's place in an organization.

    Among the policies are the control policies of that account: SCPs bind its principals, RCPs its resources.
    """

    policies: AppliedPolicies
    tags: Tags = ()
    place: Place | None = None


def applied_to(principal: Principal) -> Applied:
    """Gather what applies to a principal, session policies aside. Only users and roles have policies of their own."""
    match principal:
        case Root():
            return applied_to_root(principal.account_id)
        case UserPrincipal():
            return applied_to_user(principal.account_id, principal.user_id)
        case RoleSession():
            return applied_to_role(principal.account_id, principal.role_id)
        case FederatedUser() if principal.user_id:
            return applied_to_user(principal.account_id, principal.user_id)
        case FederatedUser():
            applied = applied_to_root(principal.account_id)
            return replace(applied, policies=replace(applied.policies, identity=(_ROOT_USER,)))
        case _:
            # A service or a token's bearer is no principal of the account; its resources' RCPs bind them all the same.
            applied = applied_to_root(principal.account_id)
            return Applied(AppliedPolicies(rcp=applied.policies.rcp))


def applied_to_root(account_id: str) -> Applied:
    """Gather what binds the root user: the control policies of a member account, and nothing of the account's own."""
    return _gather(_OF_ORGANIZATION, account_id, "")


def resource_controls(account_id: str) -> Levels:
    """Gather the RCPs that bind the resources of an account, the root of its organization first."""
    return applied_to_root(account_id).policies.rcp


def applied_to_user(account_id: str, user_id: str) -> Applied:
    """Gather the policies of a user: own, of all its groups, and the boundary."""
    return _gather(_OF_USER, account_id, user_id)


def applied_to_role(account_id: str, role_id: str) -> Applied:
    """Gather the policies of a role and its boundary."""
    return _gather(_OF_ROLE, account_id, role_id)


def applied_to_group(account_id: str, group_id: str) -> Applied:
    """Gather the policies of a group, as the simulator asks for them."""
    return _gather(_OF_GROUP, account_id, group_id)


def _gather(sql: str, account_id: str, entity: str) -> Applied:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"account": account_id, "entity": entity})
        rows = [_Row(*row) for row in cursor.fetchall()]
    compiled = {**COMPILED.of([row for row in rows if row.row_id]), **_ACCOUNT_WIDE}
    policies = AppliedPolicies(
        identity=tuple(row.policy(compiled) for row in rows if row.kind in _IDENTITY),
        boundary=tuple(row.policy(compiled) for row in rows if row.kind == "boundary") or None,
        scp=_levels(rows, compiled, PolicyTypes.SERVICE_CONTROL_POLICY),
        rcp=_levels(rows, compiled, PolicyTypes.RESOURCE_CONTROL_POLICY),
    )
    return Applied(policies, tuple((row.name, row.version) for row in rows if row.kind == "tag"), _place(rows))


def _levels(rows: Sequence["_Row"], compiled: dict[str, CompiledPolicy], kind: str) -> Levels:
    levels: dict[int, list[Policy]] = {}
    for row in sorted((row for row in rows if row.kind == kind), key=lambda row: (int(row.via_name), row.name)):
        level = levels.setdefault(int(row.via_name), [])
        if row.row_id:
            level.append(row.policy(compiled))
    return tuple(map(tuple, levels.values()))


def _place(rows: Sequence["_Row"]) -> Place | None:
    levels = sorted((row for row in rows if row.kind == "level"), key=lambda row: int(row.via_name))
    return Place(levels[0].via, tuple(row.version for row in levels)) if levels else None


_IDENTITY = frozenset({"managed", "inline", "account"})
_WITH_VERSIONS = frozenset({"managed", "boundary", "account"})
_CONTROL = frozenset(PolicyTypes.values)
_LAYERS = {
    "boundary": PolicyType.BOUNDARY,
    PolicyTypes.SERVICE_CONTROL_POLICY.value: PolicyType.SCP,
    PolicyTypes.RESOURCE_CONTROL_POLICY.value: PolicyType.RCP,
}


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the gathering query.

    A tag has its key as name and its value as version; a control policy its level as `via_name`, its id as path.
    """

    kind: str
    via: str
    via_name: str
    owner: str
    path: str
    name: str
    version: str
    hash: str
    row_id: int

    def policy(self, compiled: dict[str, CompiledPolicy]) -> Policy:
        layer = _LAYERS.get(self.kind, PolicyType.IDENTITY)
        # Inline and control policies have no versions: their content names them.
        version = self.version if self.kind in _WITH_VERSIONS else f"sha256:{self.hash}"
        group = self.via_name if self.via == "group" else ""
        return Policy(self.name, layer, compiled[self.hash], source=self._source(), version=version, via=group)

    def _source(self) -> str:
        if self.kind in ("managed", "boundary"):
            return arn.policy_arn(self.owner, self.path, self.name)
        return control_policy_arn(self.owner, self.via, self.kind, self.path) if self.kind in _CONTROL else ""


class HeldDocument(Protocol):
    """A document by its hash, and the row that holds it."""

    @property
    def kind(self) -> str:
        """What kind of row holds it: `managed`, `boundary`, `inline`, or a type of control policy."""

    @property
    def hash(self) -> str:
        """The hash of the document."""

    @property
    def row_id(self) -> int:
        """The key of the row."""


class CompiledPolicies:
    """Compiled documents by content hash, the least recently used dropped first.

    A document of a hash never changes, so the cache is never stale, in any worker.
    """

    def __init__(self, size: int = 8192) -> None:
        self._size = size
        self._kept: OrderedDict[str, CompiledPolicy] = OrderedDict()
        self._lock = Lock()

    def of(self, rows: Sequence[HeldDocument]) -> dict[str, CompiledPolicy]:
        """Answer the compiled policies of these rows by hash, reading the documents not seen before."""
        with self._lock:
            found = {row.hash: self._kept[row.hash] for row in rows if row.hash in self._kept}
            for key in found:
                self._kept.move_to_end(key)
        missing = [row for row in rows if row.hash not in found]
        for holders, kinds in _HELD_BY:
            ids = [row.row_id for row in missing if row.kind in kinds]
            for key, document in _documents(holders, ids):
                found[key] = self._keep(key, document)
        return found

    def known(self, keys: Iterable[str]) -> dict[str, CompiledPolicy]:
        """Answer those of these hashes that are kept, without a query."""
        with self._lock:
            return {key: self._kept[key] for key in keys if key in self._kept}

    def _keep(self, key: str, document: str) -> CompiledPolicy:
        compiled = compile_policy(document)
        with self._lock:
            self._kept[key] = compiled
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return compiled


COMPILED = CompiledPolicies()


_HELD_BY: tuple[tuple[QuerySet[Any], tuple[str, ...]], ...] = (
    (PolicyVersion.objects.values_list("document_hash", "document"), ("managed", "boundary")),
    (InlinePolicy.objects.values_list("document_hash", "document"), ("inline",)),
    (ControlPolicyAttachment.objects.values_list("policy__document_hash", "policy__document"), tuple(_CONTROL)),
)


def _documents(rows: QuerySet[Any], ids: list[int]) -> Iterable[tuple[str, str]]:
    return rows.filter(pk__in=ids) if ids else ()
