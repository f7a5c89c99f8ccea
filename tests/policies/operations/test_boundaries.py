from __future__ import annotations

import pytest

from accounts.operations.users import get_user
from iamconsole.aws.errors import AccessDenied, NoSuchEntity
from iamconsole.call import Call
from policies.models import Boundary
from policies.operations.boundaries import delete_user_permissions_boundary, put_user_permissions_boundary
from policies.operations.simulation import simulate_principal_policy
from policies.operations.tags import list_policy_tags, tag_policy, untag_policy
from tests.factories import a_call, a_user, an_inline_policy
from tests.policies.operations.documents import (
    ADMINISTRATOR_ACCESS,
    EVERYTHING,
    a_policy,
    allow,
    last_event,
)

pytestmark = pytest.mark.django_db


def test_a_boundary_limits_at_once_and_its_removal_widens_again(alice: Call) -> None:
    dave = a_user(alice.account, "dave", password=None)
    an_inline_policy(dave, EVERYTHING)

    def decided() -> tuple[str, str, bool | None]:
        (result,) = simulate_principal_policy(alice, policy_source_arn=dave.arn, action_names=["ec2:RunInstances"])
        return result.eval_decision.value, result.decided_by, result.allowed_by_permissions_boundary

    assert decided() == ("allowed", "identity", None)
    arn = a_policy(alice, "Bounds", allow("s3:*"))
    put_user_permissions_boundary(alice, user_name="dave", permissions_boundary=arn)
    assert last_event(alice).record["requestParameters"] == {"userName": "dave", "permissionsBoundary": arn}
    assert get_user(alice, user_name="dave").boundary.policy.arn == arn
    assert decided() == ("implicitDeny", "boundary", False)
    put_user_permissions_boundary(alice, user_name="dave", permissions_boundary=ADMINISTRATOR_ACCESS)
    assert decided() == ("allowed", "identity", True)
    assert Boundary.objects.filter(user=dave).count() == 1
    delete_user_permissions_boundary(alice, user_name="dave")
    delete_user_permissions_boundary(alice, user_name="dave")
    assert decided() == ("allowed", "identity", None)


def test_setting_a_boundary_can_be_allowed_for_one_policy_only(alice: Call) -> None:
    erin = a_user(alice.account, "erin", password=None)
    arn = a_policy(alice)
    only = {"StringEquals": {"iam:PermissionsBoundary": arn}}
    an_inline_policy(erin, allow("iam:PutUserPermissionsBoundary", Condition=only))
    call = a_call(alice.account, erin)
    with pytest.raises(AccessDenied):
        put_user_permissions_boundary(call, user_name="erin", permissions_boundary=ADMINISTRATOR_ACCESS)
    put_user_permissions_boundary(call, user_name="erin", permissions_boundary=arn)
    with pytest.raises(AccessDenied):
        delete_user_permissions_boundary(call, user_name="erin")


def test_an_absent_policy_is_no_boundary(alice: Call, carol: Call) -> None:
    with pytest.raises(NoSuchEntity) as refused:
        put_user_permissions_boundary(
            alice, user_name="alice", permissions_boundary="arn:aws:iam::aws:policy/Nothing"
        )  # fmt: skip
    assert refused.value.field == "permissionsBoundary"
    with pytest.raises(AccessDenied):
        put_user_permissions_boundary(carol, user_name="carol", permissions_boundary=ADMINISTRATOR_ACCESS)


def test_a_policy_is_tagged_and_untagged(alice: Call, carol: Call) -> None:
    arn = a_policy(alice)
    tag_policy(alice, policy_arn=arn, tags=[("team", "blue"), ("Cost", "")])
    tag_policy(alice, policy_arn=arn, tags=[("TEAM", "red")])
    assert list_policy_tags(alice, policy_arn=arn) == (("Cost", ""), ("TEAM", "red"))
    untag_policy(alice, policy_arn=arn, tag_keys=["team", "absent"])
    assert list_policy_tags(alice, policy_arn=arn) == (("Cost", ""),)
    with pytest.raises(AccessDenied):
        tag_policy(carol, policy_arn=arn, tags=[("team", "x")])
    with pytest.raises(AccessDenied):
        list_policy_tags(carol, policy_arn=arn)


def test_ac49_an_aws_managed_policy_takes_no_tags(alice: Call) -> None:
    with pytest.raises(AccessDenied):
        tag_policy(alice, policy_arn=ADMINISTRATOR_ACCESS, tags=[("team", "blue")])
    assert list_policy_tags(alice, policy_arn=ADMINISTRATOR_ACCESS) == ()
