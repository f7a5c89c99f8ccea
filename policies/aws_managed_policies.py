"""Keeping the rows of account `aws` equal to the catalog's AWS managed policies.

`migrate` calls `load`, which does nothing while the stamp of the data file is the one it left. Rows of customers are
never touched, and no row history is written: the data file is the history.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pgtrigger
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import AWS, Account
from policies.catalog.managed_policies import FILE_NAME, AwsManagedPolicy, aws_managed_policies, data_hash
from policies.models import DataFile, ManagedPolicy, PolicyVersion, document_hash

_LOCK = 0x1A_4C_A7
"""The number of the advisory lock that makes two migrations load one after the other."""
_FACTS = ("path", "description", "latest_version", "create_date", "update_date")
_COPY_POLICIES = """
    COPY policies_managedpolicy
        (policy_id, account_id, policy_name, path, description, latest_version, create_date, update_date)
    FROM STDIN
"""
_COPY_VERSIONS = """
    COPY policies_policyversion
        (account_id, policy_id, number, is_default, document, document_hash, create_date, created_by)
    FROM STDIN
"""
_UPDATE_FACTS = """
    UPDATE policies_managedpolicy
    SET path = %s, description = %s, latest_version = %s, create_date = %s, update_date = %s
    WHERE policy_id = %s
"""
_DELETE_VERSION = "DELETE FROM policies_policyversion WHERE policy_id = %s AND number = %s"
_UNSET_DEFAULT = """
    UPDATE policies_policyversion SET is_default = false WHERE policy_id = %s AND is_default AND number <> %s
"""
_SET_DEFAULT = """
    UPDATE policies_policyversion SET is_default = true WHERE policy_id = %s AND number = %s AND NOT is_default
"""

_Row = tuple[Any, ...]


@dataclass(slots=True)
class _Known:
    """What the database holds of one policy."""

    policy_id: str
    facts: tuple[Any, ...]
    versions: dict[int, str] = field(default_factory=dict)
    default: int | None = None


@dataclass(slots=True)
class _Changes:
    """What has to be written."""

    new_policies: list[_Row] = field(default_factory=list)
    new_versions: list[_Row] = field(default_factory=list)
    changed_facts: list[_Row] = field(default_factory=list)
    outdated_versions: list[tuple[str, int]] = field(default_factory=list)
    new_defaults: list[tuple[str, int]] = field(default_factory=list)


def can_load(using: str = "default") -> bool:
    """Tell whether the tables are there: `migrate` can also go backwards, or only part of the way."""
    tables = {model._meta.db_table for model in (Account, ManagedPolicy, PolicyVersion, DataFile)}
    return tables <= set(connections[using].introspection.table_names())


def load(using: str = "default") -> bool:
    """Load the AWS managed policies unless they are there already; tell whether anything was done."""
    stamp = data_hash()
    with transaction.atomic(using=using), pgtrigger.ignore(databases=[using]), connections[using].cursor() as cursor:
        # Its first statement also tells the transaction's COPY which triggers to leave out.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if DataFile.objects.using(using).filter(name=FILE_NAME, sha256=stamp).exists():
            return False
        Account.objects.using(using).bulk_create([Account(account_id=AWS, name="AWS")], ignore_conflicts=True)
        _write(cursor, _compare(aws_managed_policies(), _known_policies(using)))
        DataFile.objects.using(using).update_or_create(
            name=FILE_NAME, defaults={"sha256": stamp, "load_date": timezone.now()}
        )
    return True


def _known_policies(using: str) -> dict[str, _Known]:
    """Read the rows of account `aws` by the lower-case name that the database holds unique."""
    policies = ManagedPolicy.objects.using(using).filter(account_id=AWS)
    versions = PolicyVersion.objects.using(using).filter(account_id=AWS)
    known = {row[0]: _Known(row[0], row[2:]) for row in policies.values_list("policy_id", "policy_name", *_FACTS)}
    for policy_id, number, digest, is_default in versions.values_list(
        "policy_id", "number", "document_hash", "is_default"
    ):
        known[policy_id].versions[number] = digest
        if is_default:
            known[policy_id].default = number
    return {name.lower(): known[policy_id] for policy_id, name in policies.values_list("policy_id", "policy_name")}


def _compare(published: Iterable[AwsManagedPolicy], known_policies: dict[str, _Known]) -> _Changes:
    """Find what is new or different; a policy that the data file no longer holds stays, it may be attached."""
    changes = _Changes()
    for policy in published:
        latest = policy.versions[-1].number
        facts = (policy.path, policy.description, latest, policy.create_date, policy.update_date)
        known = known_policies.get(policy.name.lower())
        if known is None:
            known = _Known(policy.policy_id, facts)
            changes.new_policies.append((policy.policy_id, AWS, policy.name, *facts))
        elif known.facts != facts:
            changes.changed_facts.append((*facts, known.policy_id))
        _compare_versions(policy, known, changes)
    return changes


def _compare_versions(policy: AwsManagedPolicy, known: _Known, changes: _Changes) -> None:
    if known.versions and known.default != policy.default_version:
        changes.new_defaults.append((known.policy_id, policy.default_version))
    for version in policy.versions:
        digest = document_hash(version.document)
        there = known.versions.get(version.number)
        if there == digest:
            continue
        if there is not None:
            changes.outdated_versions.append((known.policy_id, version.number))
        is_default = version.number == policy.default_version
        changes.new_versions.append(
            (AWS, known.policy_id, version.number, is_default, version.document, digest, version.create_date, "")
        )


def _write(cursor: Any, changes: _Changes) -> None:
    for statement, rows in (
        (_DELETE_VERSION, changes.outdated_versions),
        (_UPDATE_FACTS, changes.changed_facts),
        (_UNSET_DEFAULT, changes.new_defaults),
    ):
        _for_each(cursor, statement, rows)
    _copy(cursor, _COPY_POLICIES, changes.new_policies)
    _copy(cursor, _COPY_VERSIONS, changes.new_versions)
    _for_each(cursor, _SET_DEFAULT, changes.new_defaults)
    cursor.execute("ANALYZE policies_managedpolicy, policies_policyversion")


def _for_each(cursor: Any, statement: str, rows: Sequence[_Row]) -> None:
    for row in rows:
        cursor.execute(statement, row)


def _copy(cursor: Any, statement: str, rows: Sequence[_Row]) -> None:
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
