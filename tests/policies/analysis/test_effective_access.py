"""What single policies add up to."""

from typing import Any

import pytest

from policies.analysis import Subject, effective_access
from policies.catalog import action_names
from policies.evaluation import AppliedPolicies, PolicyType
from tests.policies.evaluation.cast import ACCOUNT, ALICE, ROOT, allow, deny
from tests.policies.evaluation.cast import a_policy as policy

OBJECTS = "arn:aws:s3:::app/*"
ONLY_WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def alice(*statements: dict[str, Any], **layers: Any) -> Subject:
    return Subject(ALICE, AppliedPolicies(identity=(policy(statements),), **layers))


def names(bits: int) -> set[str]:
    """The actions without those that everybody is allowed."""
    return set(action_names(bits)) - {"sts:GetCallerIdentity", "sts:GetSessionToken"}


def test_an_action_with_a_wide_resource_is_allowed_everywhere() -> None:
    access = effective_access(alice(allow("s3:GetObject")))
    assert names(access.on_every_resource) == names(access.allowed) == {"s3:GetObject"}


def test_an_action_on_some_resources_is_allowed_there_without_conditions() -> None:
    access = effective_access(alice(allow("s3:GetObject", OBJECTS)))
    assert names(access.unconditional) == {"s3:GetObject"}
    assert names(access.on_every_resource) == set()


def test_a_condition_and_a_variable_make_access_conditional() -> None:
    access = effective_access(
        alice(
            allow("s3:GetObject", OBJECTS, Condition=ONLY_WITH_MFA),
            allow("s3:PutObject", "arn:aws:s3:::app/${aws:username}/*"),
        )
    )
    assert names(access.conditional) == {"s3:GetObject", "s3:PutObject"}


def test_an_action_granted_on_resources_that_it_does_not_take_is_idle() -> None:
    access = effective_access(alice(allow(["s3:ListBucket", "s3:ListAllMyBuckets", "s3:GetObject"], OBJECTS)))
    assert names(access.allowed) == {"s3:GetObject"}
    assert names(access.idle) == {"s3:ListBucket", "s3:ListAllMyBuckets"}


def test_a_denial_of_everything_leaves_nothing() -> None:
    assert names(effective_access(alice(allow("s3:*"), deny("s3:Get*"))).allowed) & {"s3:GetObject"} == set()


def test_a_denial_of_some_resources_leaves_the_others() -> None:
    access = effective_access(alice(allow("s3:GetObject"), deny("s3:GetObject", OBJECTS)))
    assert names(access.unconditional) == {"s3:GetObject"}
    assert names(access.on_every_resource) == set()


def test_a_denial_of_the_very_resources_that_are_allowed_leaves_nothing() -> None:
    access = effective_access(alice(allow("s3:*", OBJECTS), deny("s3:GetObject", "arn:aws:s3:::a*")))
    assert "s3:GetObject" not in names(access.allowed)
    assert "s3:PutObject" in names(access.unconditional)


def test_a_denial_under_a_condition_leaves_the_rest_conditional() -> None:
    access = effective_access(alice(allow("s3:GetObject"), deny("*", Condition=ONLY_WITH_MFA)))
    assert names(access.conditional) == {"s3:GetObject"}


def test_not_action_allows_the_remaining_actions() -> None:
    statement = {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"}
    found = names(effective_access(alice(statement)).on_every_resource)
    assert "s3:GetObject" in found
    assert not any(name.startswith("iam:") for name in found)


def test_a_denial_by_not_resource_leaves_the_named_ones() -> None:
    statement = {"Effect": "Deny", "Action": "s3:*", "NotResource": OBJECTS}
    access = effective_access(alice(allow("s3:*"), statement))
    assert "s3:GetObject" in names(access.unconditional)
    assert "s3:GetObject" in names(effective_access(alice(allow("s3:*"), statement), "arn:aws:s3:::app/x").allowed)
    assert names(effective_access(alice(allow("s3:*"), statement), "arn:aws:s3:::other/x").allowed) == set()


def test_a_boundary_bounds_and_does_not_grant() -> None:
    boundary = (policy(allow(["s3:*", "ec2:*"]), PolicyType.BOUNDARY),)
    access = effective_access(alice(allow(["s3:GetObject", "iam:GetUser"]), boundary=boundary))
    assert names(access.allowed) == {"s3:GetObject"}


def test_a_boundary_about_other_resources_leaves_nothing() -> None:
    boundary = (policy(allow("s3:*", "arn:aws:s3:::other/*"), PolicyType.BOUNDARY),)
    assert names(effective_access(alice(allow("s3:GetObject", OBJECTS), boundary=boundary)).allowed) == set()


def test_every_level_of_scps_must_allow() -> None:
    levels = ((policy(allow("*"), PolicyType.SCP),), (policy(allow("ec2:*"), PolicyType.SCP),))
    assert names(effective_access(alice(allow("s3:GetObject"), scp=levels)).allowed) == set()
    assert names(effective_access(alice(allow("ec2:RunInstances"), scp=levels)).allowed) == {"ec2:RunInstances"}


def test_scps_do_not_bind_a_service_linked_role() -> None:
    applied = AppliedPolicies(identity=(policy(allow("s3:GetObject")),), scp=((),))
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForApp/one"
    assert names(effective_access(Subject(session, applied)).allowed) == {"s3:GetObject"}


def test_a_session_policy_bounds_and_a_federated_session_without_one_can_do_nothing() -> None:
    session = (policy(allow("s3:Get*"), PolicyType.SESSION),)
    identity = (policy(allow("s3:*")),)
    federated = f"arn:aws:sts::{ACCOUNT}:federated-user/alice"
    bounded = effective_access(Subject(federated, AppliedPolicies(identity, session=session)))
    assert "s3:GetObject" in names(bounded.allowed)
    assert "s3:PutObject" not in names(bounded.allowed)
    assert names(effective_access(Subject(federated, AppliedPolicies(identity))).allowed) == set()


def test_the_root_user_can_do_everything_but_assume_roles() -> None:
    found = names(effective_access(Subject(ROOT, AppliedPolicies())).allowed)
    assert "iam:CreateUser" in found
    assert "sts:AssumeRole" not in found


def test_a_bucket_policy_grants_beyond_the_boundary() -> None:
    bucket = policy(allow("s3:GetObject", OBJECTS, Principal={"AWS": ALICE}), PolicyType.RESOURCE)
    subject = Subject(ALICE, AppliedPolicies(boundary=(), resource=bucket))
    assert names(effective_access(subject, "arn:aws:s3:::app/x").unconditional) == {"s3:GetObject"}


def test_a_role_is_assumed_only_with_its_trust_policy() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/App"
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    trusting = policy(trust, PolicyType.RESOURCE)
    statement = allow("sts:AssumeRole", role)
    assert names(effective_access(alice(statement), role).allowed) == set()
    assert names(effective_access(alice(statement, resource=trusting), role).unconditional) == {"sts:AssumeRole"}
    assert names(effective_access(alice(statement)).conditional) == {"sts:AssumeRole"}


def test_another_account_needs_a_grant_too() -> None:
    subject = alice(allow("s3:GetObject"))
    assert names(effective_access(subject, "arn:aws:s3:::app/x", resource_account="222222222222").allowed) == set()


@pytest.mark.parametrize(
    ("resource", "action", "other"),
    [
        ("arn:aws:s3:::app/x", "s3:GetObject", "s3:ListBucket"),
        ("arn:aws:s3:::app", "s3:ListBucket", "s3:GetObject"),
        (f"arn:aws:iam::{ACCOUNT}:user/bob", "iam:GetUser", "iam:GetRole"),
        ("*", "s3:ListAllMyBuckets", "iam:DeleteUser"),
    ],
)
def test_access_to_a_resource_is_about_actions_that_take_it(resource: str, action: str, other: str) -> None:
    access = effective_access(alice(allow("*")), resource)
    assert action in names(access.unconditional)
    assert other not in names(access.allowed)
    assert other in names(access.idle)
