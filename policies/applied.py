"""Gather every policy that applies to a principal, with one query.

Documents are compiled once and kept by their content hash: the query brings names and hashes, and only documents not
seen before are read after it.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock

from django.db import connection

from accounts.principals import FederatedUser, Principal, RoleSession, Tags, UserPrincipal
from iamconsole.aws import arn
from policies.evaluation import AppliedPolicies, CompiledPolicy, Policy, PolicyType, compile_policy
from policies.models import InlinePolicy, PolicyVersion

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
    ]
)
_OF_ROLE = " UNION ALL ".join([_attached("role"), _bounding("role"), _inline("role"), _TAGS.format(noun="role")])
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


@dataclass(frozen=True, slots=True)
class Applied:
    """The policies that apply to a principal, and the principal's tags."""

    policies: AppliedPolicies
    tags: Tags = ()


def applied_to(principal: Principal) -> Applied:
    """Gather what applies to a principal, session policies aside. Only users and roles have policies."""
    match principal:
        case UserPrincipal():
            return applied_to_user(principal.account_id, principal.user_id)
        case RoleSession():
            return applied_to_role(principal.account_id, principal.role_id)
        case FederatedUser() if principal.user_id:
            return applied_to_user(principal.account_id, principal.user_id)
        case FederatedUser():
            return Applied(AppliedPolicies(identity=(_ROOT_USER,)))
        case _:
            return Applied(AppliedPolicies())


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
    found = [row for row in rows if row.kind != "tag"]
    compiled = {**COMPILED.of([row for row in found if row.kind != "account"]), **_ACCOUNT_WIDE}
    policies = AppliedPolicies(
        identity=tuple(row.policy(compiled) for row in found if row.kind != "boundary"),
        boundary=tuple(row.policy(compiled) for row in found if row.kind == "boundary") or None,
    )
    return Applied(policies, tuple((row.name, row.version) for row in rows if row.kind == "tag"))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the gathering query; a tag has its key as name and its value as version."""

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
        source = arn.policy_arn(self.owner, self.path, self.name) if self.kind in ("managed", "boundary") else ""
        layer = PolicyType.BOUNDARY if self.kind == "boundary" else PolicyType.IDENTITY
        # An inline policy has no versions: its content names it.
        version = self.version or f"sha256:{self.hash}"
        return Policy(self.name, layer, compiled[self.hash], source=source, version=version)


class CompiledPolicies:
    """Compiled documents by content hash, the least recently used dropped first.

    A document of a hash never changes, so the cache is never stale, in any worker.
    """

    def __init__(self, size: int = 8192) -> None:
        self._size = size
        self._kept: OrderedDict[str, CompiledPolicy] = OrderedDict()
        self._lock = Lock()

    def of(self, rows: Sequence[_Row]) -> dict[str, CompiledPolicy]:
        """Answer the compiled policies of these rows by hash, reading the documents not seen before."""
        with self._lock:
            found = {row.hash: self._kept[row.hash] for row in rows if row.hash in self._kept}
            for key in found:
                self._kept.move_to_end(key)
        missing = [row for row in rows if row.hash not in found]
        for model, kinds in _HELD_BY:
            ids = [row.row_id for row in missing if row.kind in kinds]
            for key, document in _documents(model, ids):
                found[key] = self._keep(key, document)
        return found

    def _keep(self, key: str, document: str) -> CompiledPolicy:
        compiled = compile_policy(document)
        with self._lock:
            self._kept[key] = compiled
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return compiled


COMPILED = CompiledPolicies()


_HELD_BY: tuple[tuple[type[PolicyVersion] | type[InlinePolicy], tuple[str, ...]], ...] = (
    (PolicyVersion, ("managed", "boundary")),
    (InlinePolicy, ("inline",)),
)


def _documents(model: type[PolicyVersion] | type[InlinePolicy], ids: list[int]) -> Iterable[tuple[str, str]]:
    return model._default_manager.filter(pk__in=ids).values_list("document_hash", "document") if ids else ()
