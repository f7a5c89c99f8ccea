"""A refusal, what is found when it is opened, and the documents that these tests are refused by."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from accounts.models import User
from accounts.operations.users import get_user
from iamconsole.aws.errors import AccessDenied
from iamconsole.call import Call
from iamconsole.gate import attempt
from policies.lab_kinds import locate
from policies.lab_resources import request_target
from policies.models import LabResource, document_hash
from policies.operations.boundaries import put_user_permissions_boundary
from policies.operations.troubleshooting import Investigation, Verdict, troubleshoot_access
from tests.factories import an_inline_policy
from tests.policies.operations.documents import a_policy, allow

TROUBLESHOOT = allow("iam:TroubleshootAccess")
SPARE = {"Sid": "Spare", "Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
BUCKET = "arn:aws:s3:::papers-of-the-class"


def pretty(*statements: dict[str, Any]) -> str:
    """A document whose first statement begins in line 4; SPARE takes six lines."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=4)


def statement(effect: str, action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Sid": "Deciding", "Effect": effect, "Action": action, "Resource": resource, **more}


ALLOW_ALL = pretty(statement("Allow", "*"))
DENY_USERS = pretty(SPARE, statement("Deny", "iam:GetUser"))


@dataclass(frozen=True)
class Turn:
    """What a page must name: where the decision was made."""

    layer: str
    policy: str
    index: int | None = 1
    line: int | None = 10


def refused(act: Callable[[], object]) -> str:
    """The authorization id of a refusal."""
    with pytest.raises(AccessDenied) as caught:
        act()
    assert str(uuid.UUID(caught.value.authorization_id)) == caught.value.authorization_id
    return caught.value.authorization_id


def look(alice: Call, authorization_id: str) -> Investigation:
    """Open an authorization as alice does, with what she has read before forgotten."""
    return troubleshoot_access(replace(alice, memo={}), authorization_id=authorization_id)


def then_of(found: Investigation) -> Verdict:
    assert found.then is not None
    assert found.agrees
    return found.then


def now_of(found: Investigation) -> Verdict:
    assert found.now is not None
    return found.now


def turn(verdict: Verdict) -> Turn:
    decided = verdict.deciding
    name = decided.policy.name if decided.policy else ""
    if decided.statement is None:
        return Turn(decided.layer, name, None, None)
    return Turn(decided.layer, name, decided.statement.index, decided.first_line)


def reads_user(call: Call) -> str:
    return refused(lambda: get_user(replace(call, memo={}), user_name="carol"))


def user_of(call: Call) -> User:
    return User.objects.get(account=call.account, user_name=call.principal.name)


def bounded(alice: Call, dave: Call, document: str) -> str:
    an_inline_policy(user_of(dave), ALLOW_ALL, "all")
    arn = a_policy(alice, "Limit", document)
    put_user_permissions_boundary(alice, user_name="dave", permissions_boundary=arn)
    return arn


def a_bucket(call: Call, document: str) -> LabResource:
    return LabResource.objects.create(
        account=call.account, kind="bucket", region="us-east-1", name=BUCKET.rpartition(":")[2], arn=BUCKET,
        document=document, document_hash=document_hash(document),
    )  # fmt: skip


def gets_object(call: Call) -> str:
    asked = f"{BUCKET}/exam.txt"
    target, _ = request_target(call, locate(asked), asked)
    return refused(lambda: attempt(replace(call, memo={}), "s3:GetObject", (target,), read_only=True))


def bucket_policy(effect: str) -> str:
    spare = {**SPARE, "Action": "s3:ListBucket", "Resource": BUCKET, "Principal": "*"}
    return pretty(spare, {**statement(effect, "s3:GetObject", f"{BUCKET}/*"), "Principal": "*"})


def trust(alice: Call, *, mfa: bool = False) -> str:
    condition = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}} if mfa else {}
    principal = {"AWS": f"arn:aws:iam::{alice.account_id}:{'root' if mfa else 'user/nobody'}"}
    spare = {
        "Sid": "Spare",
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:TagSession",
    }
    return pretty(
        spare, {"Sid": "Deciding", "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **condition}
    )
