"""The policy that ends sessions: it denies everything to those whose token was issued before a moment.

Rules: id_roles_use_revoke-sessions.
"""

import json
from datetime import UTC, datetime

__all__ = ["REVOKES_OLDER_SESSIONS", "revoking"]

REVOKES_OLDER_SESSIONS = "AWSRevokeOlderSessions"


def revoking(moment: datetime) -> str:
    """The document that denies everything to sessions that began before this moment."""
    condition = {"DateLessThan": {"aws:TokenIssueTime": _written(moment)}}
    statement = {"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=4)


def _written(moment: datetime) -> str:
    """To the millisecond: sessions tell their beginning in whole seconds, so those of this second are older."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{max(1, moment.microsecond // 1000):03}Z"
