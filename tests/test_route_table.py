"""The route table of operations: each asks for exactly one action on exactly its resources.

Who is allowed that action on those resources, and nothing else, passes the gate; who is allowed everything but that
action, or that action on another resource, is refused.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import Account, User
from iamconsole.aws.errors import AccessDenied, IamError
from iamconsole.call import Call
from iamconsole.gate import FUNCTIONS, OPERATIONS, Operation
from tests.factories import a_call, a_group, a_role, a_user, an_inline_policy
from tests.routes import load

load()

POLICY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}'
ARN = "arn:aws:iam::{account}:{kind}"
GIVEN: dict[str, Any] = {
    "action_names": ("iam:ListUsers",),
    "arn": ARN.format(account="{account}", kind="user/somebody"),
    "client_id_list": ("me",),
    "event_id": "00000000-0000-0000-0000-000000000000",
    "analyzer_arn": "arn:aws:access-analyzer:us-east-1:{account}:analyzer/mine",
    "open_id_connect_provider_arn": ARN.format(account="{account}", kind="oidc-provider/id.example.com"),
    "permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess",
    "policy_arn": ARN.format(account="{account}", kind="policy/Mine"),
    "policy_document": POLICY,
    "policy_input_list": (POLICY,),
    "policy_source_arn": ARN.format(account="{account}", kind="user/somebody"),
    "role_arn": ARN.format(account="{account}", kind="role/Mine"),
    "serial_number": ARN.format(account="{account}", kind="mfa/phone"),
    "service_namespaces": ("s3",),
    "tag_keys": ("team",),
    "tags": (("team", "red"),),
    "time": datetime(2026, 11, 25, tzinfo=UTC),
    "url": "https://id.example.com",
    "user_name": "somebody",
    "group_name": "Somebodies",
    "role_name": "Mine",
}
LAB_RESOURCES = {
    "s3": "arn:aws:s3:::bucket-{account}",
    "sqs": "arn:aws:sqs:us-east-1:{account}:mine",
    "sns": "arn:aws:sns:us-east-1:{account}:mine",
    "dynamodb": "arn:aws:dynamodb:us-east-1:{account}:table/mine",
    "lambda": "arn:aws:lambda:us-east-1:{account}:function:mine",
    "ec2": "arn:aws:ec2:us-east-1:{account}:instance/i-0123456789abcdef0",
    "secretsmanager": "arn:aws:secretsmanager:us-east-1:{account}:secret:mine-a1b2c3",
    "logs": "arn:aws:logs:us-east-1:{account}:log-group:mine",
}
BY_TYPE: dict[str, Any] = {"int": 1, "bool": True, "Sequence[str]": ("x",), "str": "x"}
ALWAYS_ALLOWED = {"sts:GetCallerIdentity": "no permission is needed and no deny stops it"}
KEYS = (
    "DescribeKey", "GetKeyPolicy", "PutKeyPolicy", "ScheduleKeyDeletion", "TagResource", "UntagResource",
)  # fmt: skip
ELSEWHERE = {
    **{f"kms:{name}": "asks the key policy too: test_lab_resources.py" for name in KEYS},
    "sts:AssumeRole": "asks the role's trust policy too: test_sts.py",
    "sts:AssumeRoleWithWebIdentity": "asks the trust policy alone: test_web_identity.py",
    "sts:GetSessionToken": "needs no allow: test_sts.py",
    "iam:TroubleshootAccess": "is answered to who asks about himself: its own tests",
}
OWN = {"iam:ChangePassword": "always about the caller itself"}


def names() -> Iterator[str]:
    yield from sorted(action for action in OPERATIONS if action not in ALWAYS_ALLOWED and action not in ELSEWHERE)


def filled(value: Any, account: Account) -> Any:
    return value.replace("{account}", account.pk) if isinstance(value, str) else value


def parameters_of(known: Operation, account: Account) -> dict[str, Any]:
    """Values for what the operation must be given; whether such things exist does not matter to the gate."""
    given = {}
    for name, parameter in inspect.signature(FUNCTIONS[known.action]).parameters.items():
        if name == "call" or parameter.default is not inspect.Parameter.empty:
            continue
        service = known.action.partition(":")[0]
        if name == "resource_arn" and service in LAB_RESOURCES:
            value = LAB_RESOURCES[service]
        else:
            value = GIVEN[name] if name in GIVEN else BY_TYPE.get(str(parameter.annotation), "x")
        given[name] = filled(value, account)
    return given


def allowing(action: str, resources: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resources}


@pytest.fixture
def caller(account: Account) -> Callable[..., Call]:
    """Make a call of a user with these statements and no others."""
    for make, name in ((a_user, "somebody"), (a_group, "Somebodies"), (a_role, "Mine")):
        make(account, name)
    user = a_user(account, "caller")

    def calling(*statements: dict[str, Any]) -> Call:
        user.inline_policies.all().delete()
        an_inline_policy(user, json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
        return a_call(account, User.objects.get(pk=user.pk))

    return calling


def resources_of(known: Operation, call: Call, given: dict[str, Any]) -> list[str]:
    signature = inspect.signature(FUNCTIONS[known.action])
    bound = signature.bind(call, **given)
    bound.apply_defaults()
    with suppress(IamError):
        return [
            target.arn for target in known.resource(call, {k: v for k, v in bound.arguments.items() if k != "call"})
        ]
    return ["*"]


def refusal_of(known: Operation, call: Call, given: dict[str, Any]) -> AccessDenied | None:
    """What the caller's policies refuse; any other error is one of the operation itself, behind the gate."""
    try:
        FUNCTIONS[known.action](call, **given)
    except AccessDenied as error:
        return error if error.decision is not None else None
    except IamError:
        return None
    return None


@pytest.mark.parametrize("action", list(names()))
def test_an_operation_asks_for_its_action_on_its_resources_and_nothing_else(
    action: str, account: Account, caller: Callable[..., Call]
) -> None:
    known = OPERATIONS[action]
    given = parameters_of(known, account)
    asked = resources_of(known, caller(), given)
    further = [allowing("iam:PassRole", ["*"])] if known.further else []
    assert refusal_of(known, caller(allowing(action, asked), *further), given) is None, f"{action} on {asked} is enough"
    everything_else = {"Effect": "Deny", "Action": action, "Resource": "*"}
    with pytest.raises(AccessDenied) as refused:
        FUNCTIONS[known.action](caller(allowing("*", ["*"]), everything_else), **given)
    assert refused.value.action == action
    if asked != ["*"] and action not in OWN:
        with pytest.raises(AccessDenied) as refused:
            FUNCTIONS[known.action](caller(allowing(action, [f"{arn}-of-another" for arn in asked]), *further), **given)
        assert refused.value.action == action


def test_every_exception_is_an_operation() -> None:
    assert set(ALWAYS_ALLOWED) | set(ELSEWHERE) | set(OWN) <= set(OPERATIONS)
