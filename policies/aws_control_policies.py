"""The control policies that AWS itself has: one for each type, attached everywhere when the type is switched on.

Rules: orgs_manage_policies_scps ("FullAWSAccess"); orgs_manage_policies_rcps ("RCPFullAWSAccess").
"""

from dataclasses import dataclass

from django.db import connections

from accounts.models import AWS, PolicyTypes
from policies.models import FULL_ACCESS, ControlPolicy, document_hash

__all__ = ["can_load", "load"]


@dataclass(frozen=True, slots=True)
class _Published:
    name: str
    description: str
    document: str


_PUBLISHED = {
    PolicyTypes.SERVICE_CONTROL_POLICY: _Published(
        "FullAWSAccess",
        "Allows access to every operation",
        """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "*",
            "Resource": "*"
        }
    ]
}""",
    ),
    PolicyTypes.RESOURCE_CONTROL_POLICY: _Published(
        "RCPFullAWSAccess",
        "Allows access to every resource",
        """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "*",
            "Resource": "*"
        }
    ]
}""",
    ),
}
_INSERT = """
    INSERT INTO policies_controlpolicy
        (policy_id, account_id, type, policy_name, description, document, document_hash, create_date, update_date)
    VALUES (%s, %s, %s, %s, %s, %s, %s, '2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z')
    ON CONFLICT DO NOTHING
"""


def can_load(using: str = "default") -> bool:
    """Tell whether the table is there: `migrate` can also go backwards, or only part of the way."""
    return ControlPolicy._meta.db_table in connections[using].introspection.table_names()


def load(using: str = "default") -> None:
    """Load the control policies of AWS unless they are there already; the account `aws` is."""
    with connections[using].cursor() as cursor:
        for kind, policy in _PUBLISHED.items():
            facts = (policy.name, policy.description, policy.document, document_hash(policy.document))
            cursor.execute(_INSERT, (FULL_ACCESS[kind], AWS, kind.value, *facts))
