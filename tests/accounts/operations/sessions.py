"""Policies that let roles be taken, and calls of who has taken one."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from accounts.models import Account, User
from accounts.sessions import Credentials, recall_session
from iamconsole.call import Call
from tests.factories import a_call

LIST_USERS = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}}'
EVERYTHING = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'


def allowing(action: str, resource: str = "*") -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": resource}}
    )


def trusting(*principals: str, condition: dict[str, Any] | None = None, action: Any = "sts:AssumeRole") -> str:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": action}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def calling_with(credentials: Credentials, **fields: Any) -> Call:
    standing = recall_session(credentials.credential.access_key_id, timezone.now())
    assert standing is not None
    return Call(
        principal=standing.principal,
        account=standing.account,
        time=timezone.now(),
        session=standing.session,
        access_key_id=credentials.credential.access_key_id,
        **fields,
    )


def a_program(account: Account, user: User | None = None) -> Call:
    """A call with long-term credentials."""
    call = a_call(account, user)
    return Call(principal=call.principal, account=account, time=call.time, access_key_id="AKIAEXAMPLEEXAMPLE00")
