"""Control policies for these tests, and who is refused by them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import PolicyTypes
from iamconsole.aws.errors import AccessDenied
from iamconsole.call import Call
from policies.models import ControlPolicy
from policies.operations.control_policies import create_policy
from tests.policies.operations.documents import deny, document

SCP, RCP = PolicyTypes.SERVICE_CONTROL_POLICY.value, PolicyTypes.RESOURCE_CONTROL_POLICY.value
NO_USERS = deny("iam:CreateUser")
NO_READS = document({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"})


def again(call: Call) -> Call:
    """The next request of the same caller."""
    return Call(principal=call.principal, account=call.account, time=call.time, session=call.session)


def a_control(call: Call, content: str = NO_USERS, name: str = "Guard", policy_type: str = SCP) -> ControlPolicy:
    return create_policy(call, name=name, policy_type=policy_type, content=content)


def refusal(act: Callable[[], object]) -> AccessDenied:
    with pytest.raises(AccessDenied) as refused:
        act()
    return refused.value
