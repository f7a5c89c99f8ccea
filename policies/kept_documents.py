"""Find documents that applied once, by their content: in the history of every table that holds documents.

The history keeps what was changed, deleted or detached since, so nothing else needs to. Only the AWS managed policies
have none: all their versions stay.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from pghistory.models import Event as HistoryEvent

from accounts.models import AWS
from policies.recorded import NamedPolicy

__all__ = ["kept_documents"]

_BY_HASH = """
    SELECT document_hash, document FROM {table} WHERE account_id = ANY(%(owners)s) AND document_hash = ANY(%(hashes)s)
"""
# Trust policies are part of their roles, which keep no hash: the few roles of a name are hashed as they are read.
_OF_ROLES = """
    SELECT encode(sha256(convert_to(assume_role_policy_document, 'UTF8')), 'hex'), assume_role_policy_document
    FROM accounts_roleevent WHERE account_id = ANY(%(owners)s) AND role_name = ANY(%(names)s)
"""
_OF_AWS = """
    SELECT v.document_hash, v.document FROM policies_managedpolicy p
    JOIN policies_policyversion v ON v.policy_id = p.policy_id
    WHERE p.account_id = %(aws)s AND lower(p.policy_name) = ANY(%(managed)s) AND v.document_hash = ANY(%(hashes)s)
"""


def kept_documents(policies: Iterable[NamedPolicy]) -> dict[str, str]:
    """The texts of these policies by their hashes, as far as anything keeps them. One query.

    Only the histories of the accounts that own the policies are looked at.
    """
    wanted = [policy for policy in policies if policy.digest and not policy.text]
    if not wanted:
        return {}
    asked: dict[str, Any] = {
        "owners": sorted({policy.owner for policy in wanted}),
        "hashes": sorted({policy.digest for policy in wanted}),
        "names": sorted({policy.source.rpartition("/")[2] for policy in wanted if ":role/" in policy.source}),
        "managed": sorted({policy.name.lower() for policy in wanted if policy.owner == AWS}),
        "aws": AWS,
    }
    parts = [*(_BY_HASH.format(table=table) for table in _tables()), _OF_ROLES, _OF_AWS]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)}) kept(hash, document)", asked)  # noqa: S608
        hashes = set(asked["hashes"])
        return {digest: text for digest, text in cursor.fetchall() if digest in hashes}


@cache
def _tables() -> Sequence[str]:
    """The histories of all tables whose rows are documents with a hash."""
    histories = (model for model in apps.get_models() if issubclass(model, HistoryEvent))
    needed = {"document", "document_hash"}
    return sorted(
        model._meta.db_table for model in histories if needed <= {field.name for field in model._meta.get_fields()}
    )
