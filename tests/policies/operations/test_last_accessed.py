"""Reports of what was last accessed: by whom, of which services, and who may ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from accounts.operations.groups import list_groups
from accounts.operations.users import list_users
from iamconsole.audit.models import LastAccessed
from iamconsole.aws.errors import AccessDenied, NoSuchEntity, ValidationError
from policies.last_accessed import ServiceLastAccessed
from policies.models import Attachment, ManagedPolicy
from policies.operations.last_accessed import (
    Granularity,
    generate_service_last_accessed_details,
    get_service_last_accessed_details,
    list_policies_granting_service_access,
)
from policies.operations.managed_policies import create_policy
from tests.factories import a_call, a_group, a_role, a_user, an_account, an_inline_policy

pytestmark = pytest.mark.django_db

S3_AND_IAM = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["s3:Get*", "iam:List*"], "Resource": "*"}}'
)


def report(account: Account, arn: str, granularity: str = "SERVICE_LEVEL") -> dict[str, ServiceLastAccessed]:
    root = a_call(account)
    job_id = generate_service_last_accessed_details(root, arn=arn, granularity=granularity)
    details = get_service_last_accessed_details(root, job_id=job_id)
    return {each.service_namespace: each for each in details.services_last_accessed}


def tried(account: Account, principal_id: str, action: str, *, days: int = 0) -> None:
    service, _, name = action.partition(":")
    LastAccessed.objects.create(
        account_id=account.pk, principal_id=principal_id, service=service, action=name,
        time=timezone.now() - timedelta(days=days), region="us-east-1",
    )  # fmt: skip


def test_a_report_names_the_services_that_policies_allow_and_when_each_was_tried(account: Account) -> None:
    dave = a_user(account, "dave")
    an_inline_policy(dave, S3_AND_IAM)
    call = a_call(account, dave)
    list_users(call)
    found = report(account, dave.arn)
    assert set(found) == {"s3", "iam"}
    assert found["s3"].last_authenticated is None
    access = found["iam"].last_authenticated
    assert access is not None
    assert (access.time, access.entity_arn, access.region) == (call.time, dave.arn, "us-east-1")
    assert found["iam"].total_authenticated_entities == 1


def test_a_refused_attempt_counts(account: Account) -> None:
    dave = a_user(account, "dave")
    an_inline_policy(dave, S3_AND_IAM)
    deny = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}}'
    an_inline_policy(dave, deny)
    with pytest.raises(AccessDenied):
        list_users(a_call(account, dave))
    assert report(account, dave.arn)["iam"].last_authenticated is not None


def test_what_lies_before_the_tracking_period_counts_no_more(account: Account) -> None:
    dave = a_user(account, "dave")
    an_inline_policy(dave, S3_AND_IAM)
    tried(account, dave.user_id, "s3:GetObject", days=401)
    tried(account, dave.user_id, "iam:ListUsers", days=399)
    found = report(account, dave.arn)
    assert found["s3"].last_authenticated is None
    assert found["iam"].last_authenticated is not None


def test_an_action_level_report_tells_each_allowed_action(account: Account) -> None:
    dave = a_user(account, "dave")
    an_inline_policy(dave, S3_AND_IAM)
    list_groups(a_call(account, dave))
    tracked = report(account, dave.arn, "ACTION_LEVEL")["iam"].tracked_actions_last_accessed
    assert tracked[0].action_name == "ListGroups"
    assert tracked[0].last_accessed is not None
    assert {each.action_name for each in tracked[1:]} >= {"ListUsers", "ListRoles"}
    assert not any(each.last_accessed for each in tracked[1:])


def test_a_group_is_accessed_by_its_members_and_by_nobody_else(account: Account) -> None:
    group = a_group(account, "readers")
    an_inline_policy(group, S3_AND_IAM)
    erin, frank = a_user(account, "erin", groups=[group]), a_user(account, "frank", groups=[group])
    tried(account, erin.user_id, "s3:GetObject", days=3)
    tried(account, frank.user_id, "s3:GetBucketAcl", days=1)
    tried(account, a_user(account, "gina").user_id, "iam:ListUsers")
    found = report(account, group.arn)
    access = found["s3"].last_authenticated
    assert access is not None
    assert (access.entity_arn, found["s3"].total_authenticated_entities) == (frank.arn, 2)
    assert found["iam"].last_authenticated is None


def test_a_policy_is_accessed_by_whoever_carries_it_through_a_group_too(account: Account) -> None:
    create_policy(a_call(account), policy_name="Reads", policy_document=S3_AND_IAM)
    policy = ManagedPolicy.objects.get(account=account)
    group, role = a_group(account), a_role(account, "reader")
    member = a_user(account, "erin", groups=[group])
    for owner in ({"group": group}, {"role": role}):
        Attachment.objects.create(account=account, policy=policy, **owner)
    tried(account, member.user_id, "iam:ListUsers", days=2)
    tried(account, role.role_id, "iam:ListUsers", days=1)
    found = report(account, policy.arn)["iam"]
    assert found.last_authenticated is not None
    assert (found.last_authenticated.entity_arn, found.total_authenticated_entities) == (role.arn, 2)


def test_a_job_has_an_id_of_36_characters_and_can_be_asked_for_later(account: Account) -> None:
    dave = a_user(account, "dave")
    an_inline_policy(dave, S3_AND_IAM)
    ids = [
        generate_service_last_accessed_details(a_call(account), arn=dave.arn, granularity=each) for each in Granularity
    ]
    assert [len(job_id) for job_id in ids] == [36, 36]
    later = [get_service_last_accessed_details(a_call(account), job_id=job_id) for job_id in ids]
    assert [(each.job_id, each.job_type, each.job_status) for each in later] == [
        (ids[0], "SERVICE_LEVEL", "COMPLETED"),
        (ids[1], "ACTION_LEVEL", "COMPLETED"),
    ]
    assert {each.service_namespace for each in later[0].services_last_accessed} == {"s3", "iam"}


def test_another_accounts_job_is_as_absent_as_none(account: Account) -> None:
    alice = a_user(account, "alice-too")
    theirs = generate_service_last_accessed_details(a_call(account), arn=alice.arn)
    stranger = a_call(an_account())
    told = []
    for job_id in (theirs, "0b4bbf1e-0000-4000-8000-000000000000", "no id at all"):
        with pytest.raises(NoSuchEntity) as refused:
            get_service_last_accessed_details(stranger, job_id=job_id)
        told.append(refused.value.message.replace(job_id, "ID"))
    assert len(set(told)) == 1


def test_another_accounts_user_cannot_be_asked_about(account: Account) -> None:
    alice = a_user(account, "alice-too")
    with pytest.raises(NoSuchEntity):
        generate_service_last_accessed_details(a_call(an_account()), arn=alice.arn)


def test_carol_may_not_ask_and_a_granularity_must_be_one_of_two(account: Account) -> None:
    carol = a_user(account, "carol-too")
    with pytest.raises(AccessDenied, match="iam:GenerateServiceLastAccessedDetails"):
        generate_service_last_accessed_details(a_call(account, carol), arn=carol.arn)
    with pytest.raises(ValidationError):
        generate_service_last_accessed_details(a_call(account), arn=carol.arn, granularity="HOURLY")


def test_the_policies_that_grant_a_service_are_named_for_each(account: Account) -> None:
    dave = a_user(account, "dave")
    an_inline_policy(dave, S3_AND_IAM, "both")
    only_s3 = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
    an_inline_policy(dave, only_s3, "s3")
    found = list_policies_granting_service_access(
        a_call(account), arn=dave.arn, service_namespaces=["s3", "iam", "ec2"]
    )
    named = {each.service_namespace: sorted(policy.name for policy in each.policies) for each in found}
    assert named == {"s3": ["both", "s3"], "iam": ["both"], "ec2": []}
