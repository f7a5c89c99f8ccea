"""Trying requests on lab resources: as oneself, across accounts, and as an instance or a function with its role."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Account, InstanceProfile, Role, TemporaryCredential, User
from accounts.operations.groups import add_user_to_group, remove_user_from_group
from iamconsole.audit.models import Event
from iamconsole.aws.errors import AccessDenied, InvalidInput, NoSuchEntity
from iamconsole.call import Call
from policies.models import InlinePolicy, LabResource
from policies.operations.lab_resources import CREATE, PUT_POLICY
from policies.operations.lab_tries import Tried, try_action
from policies.operations.last_accessed import (
    generate_service_last_accessed_details,
    get_service_last_accessed_details,
)
from tests.factories import a_call, a_group, a_role, a_user, an_account, an_inline_policy
from tests.policies.operations.lab_documents import LAMBDA_TRUST, allowing, policy_for


@pytest.fixture
def alice(account: Account) -> User:
    """Who administers, as a row: several calls are made as her."""
    user = a_user(account, "alice")
    an_inline_policy(user, allowing("*"))
    return user


@pytest.fixture
def carol(account: Account) -> User:
    """Who may do nothing."""
    return a_user(account, "carol")


@pytest.fixture
def reader(account: Account) -> Role:
    """A role for instances that reads S3."""
    role = a_role(account, "EC2-S3-Reader")
    an_inline_policy(role, allowing("s3:Get*", "s3:List*"))
    InstanceProfile.objects.create(account=account, instance_profile_name="EC2-S3-Reader", role=role)
    return role


@pytest.fixture
def bucket(account: Account) -> LabResource:
    made: LabResource = CREATE["bucket"](a_call(account), name=f"notes-{account.pk}")
    return made


@pytest.fixture
def instance(account: Account, reader: Role) -> LabResource:
    made: LabResource = CREATE["instance"](a_call(account), iam_instance_profile="EC2-S3-Reader")
    return made


def events(account: Account, **lookup: Any) -> list[Event]:
    return list(Event.objects.filter(account_id=account.pk, **lookup).order_by("event_time", "pk"))


def read(call: Call, bucket: LabResource, **more: Any) -> Tried:
    return try_action(call, action_name="s3:GetObject", resource_arn=bucket.arn, part="a.txt", **more)


def test_ac39_an_instance_reads_s3_with_the_role_of_its_profile(
    account: Account, alice: User, bucket: LabResource, instance: LabResource, reader: Role
) -> None:
    tried = read(a_call(account, alice), bucket, acting=instance.arn)
    assert tried.allowed
    session = f"arn:aws:sts::{account.pk}:assumed-role/EC2-S3-Reader/{instance.name}"
    assert tried.principal_arn == session
    (event,) = events(account, event_name="GetObject")
    assert str(event.event_id) == tried.event_id
    identity = event.record["userIdentity"]
    assert identity["arn"] == session
    assert identity["type"] == "AssumedRole"
    assert identity["principalId"] == f"{reader.role_id}:{instance.name}"
    assert identity["sessionContext"]["sessionIssuer"]["arn"] == reader.arn
    assert event.record["eventSource"] == "s3.amazonaws.com"
    assert event.record["resources"][0]["ARN"] == f"{bucket.arn}/a.txt"
    (assumed,) = events(account, event_name="AssumeRole")
    assert assumed.record["userIdentity"] == {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}


def test_ac39_taking_the_policy_away_refuses_the_instance_at_once(
    account: Account, alice: User, bucket: LabResource, instance: LabResource, reader: Role
) -> None:
    assert read(a_call(account, alice), bucket, acting=instance.arn).allowed
    InlinePolicy.objects.filter(role=reader).delete()
    tried = read(a_call(account, alice), bucket, acting=instance.arn)
    assert tried.refusal is not None
    assert tried.refusal.message == (
        f"User: arn:aws:sts::{account.pk}:assumed-role/EC2-S3-Reader/{instance.name} is not authorized to perform: "
        f"s3:GetObject on resource: {bucket.arn}/a.txt because no identity-based policy allows the s3:GetObject action"
    )
    assert events(account, event_name="GetObject")[-1].record["errorCode"] == "AccessDenied"
    assert tried.event_id == str(events(account, event_name="GetObject")[-1].event_id)


def test_an_instance_keeps_its_credentials_until_they_run_out(
    account: Account, alice: User, bucket: LabResource, instance: LabResource, reader: Role
) -> None:
    call = a_call(account, alice)
    read(call, bucket, acting=instance.arn)
    read(call, bucket, acting=instance.arn)
    assert TemporaryCredential.objects.filter(role=reader, session_name=instance.name).count() == 1
    later = a_call(account, alice, time=call.time + timedelta(hours=2))
    read(later, bucket, acting=instance.arn)
    assert len(events(account, event_name="AssumeRole")) == 2


def test_what_the_role_may_not_do_the_instance_may_not_whoever_acts(
    account: Account, alice: User, bucket: LabResource, instance: LabResource
) -> None:
    tried = try_action(
        a_call(account, alice), action_name="s3:PutObject", resource_arn=bucket.arn, part="a.txt", acting=instance.arn
    )
    assert not tried.allowed


def test_acting_as_an_instance_takes_a_session_on_it(
    account: Account, carol: User, bucket: LabResource, instance: LabResource
) -> None:
    with pytest.raises(AccessDenied) as refused:
        read(a_call(account, carol), bucket, acting=instance.arn)
    assert (refused.value.action, refused.value.resource) == ("ssm:StartSession", instance.arn)
    assert not TemporaryCredential.objects.filter(account=account).exists()
    an_inline_policy(carol, allowing("ssm:StartSession", resource=instance.arn))
    assert read(a_call(account, carol), bucket, acting=instance.arn).allowed
    assert not read(a_call(account, carol), bucket).allowed


def test_a_trust_policy_without_the_service_leaves_the_instance_without_credentials(
    account: Account, alice: User, bucket: LabResource, instance: LabResource, reader: Role
) -> None:
    Role.objects.filter(pk=reader.pk).update(assume_role_policy_document=LAMBDA_TRUST)
    with pytest.raises(AccessDenied, match=r"User: ec2.amazonaws.com is not authorized to perform: sts:AssumeRole"):
        read(a_call(account, alice), bucket, acting=instance.arn)


@pytest.mark.parametrize("gone", ["role taken out", "profile deleted", "none given"])
def test_an_instance_without_a_role_has_no_credentials(
    account: Account, alice: User, bucket: LabResource, instance: LabResource, gone: str
) -> None:
    profiles = InstanceProfile.objects.filter(account=account)
    if gone == "role taken out":
        profiles.update(role=None)
    elif gone == "profile deleted":
        profiles.delete()
    else:
        instance = CREATE["instance"](a_call(account))
    with pytest.raises(InvalidInput, match="has no role"):
        read(a_call(account, alice), bucket, acting=instance.arn)


def test_only_an_instance_or_a_function_of_the_account_can_act(
    account: Account, alice: User, bucket: LabResource
) -> None:
    with pytest.raises(InvalidInput, match="Only an instance or a function"):
        read(a_call(account, alice), bucket, acting=bucket.arn)
    other = an_account()
    theirs = CREATE["instance"](a_call(other))
    for arn in (theirs.arn, f"arn:aws:ec2:us-east-1:{account.pk}:instance/i-0123456789abcdef0"):
        with pytest.raises(NoSuchEntity):
            read(a_call(account, alice), bucket, acting=arn)


def test_ac40_a_function_writes_its_logs_and_nothing_else(account: Account, alice: User, bucket: LabResource) -> None:
    writer = a_role(account, "Lambda-Log-Writer", trust=LAMBDA_TRUST)
    an_inline_policy(writer, allowing("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"))
    function = CREATE["function"](a_call(account), name="thumbnails", role=writer.arn)
    group = CREATE["log-group"](a_call(account), name="/aws/lambda/thumbnails")
    call = a_call(account, alice)
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        tried = try_action(call, action_name=action, resource_arn=group.arn, part="today", acting=function.arn)
        assert tried.allowed
        assert tried.resource == f"{group.arn}:log-stream:today"
        assert tried.principal_arn == f"arn:aws:sts::{account.pk}:assumed-role/Lambda-Log-Writer/thumbnails"
    (invoked, _) = events(account, event_name="InvokeFunction")
    assert invoked.record["userIdentity"]["userName"] == "alice"
    others = (("logs:GetLogEvents", group, "today"), ("s3:GetObject", bucket, "a.txt"), ("s3:ListBucket", bucket, ""))
    for action, resource, part in others:
        tried = try_action(call, action_name=action, resource_arn=resource.arn, part=part, acting=function.arn)
        assert tried.judgement.decision.decision == "implicitDeny"


def test_ac43_a_website_reaches_its_table_and_its_database_through_its_role(account: Account, alice: User) -> None:
    web = a_role(account, "WebApp-DB")
    InstanceProfile.objects.create(account=account, instance_profile_name="WebApp-DB", role=web)
    site = CREATE["instance"](a_call(account), iam_instance_profile="WebApp-DB")
    table = CREATE["table"](a_call(account), name="webapp")
    other = CREATE["table"](a_call(account), name="payroll")
    database = f"arn:aws:rds-db:us-east-1:{account.pk}:dbuser:db-ABC/webapp"
    an_inline_policy(web, allowing("dynamodb:GetItem", "dynamodb:PutItem", resource=table.arn))
    an_inline_policy(web, allowing("rds-db:connect", resource=database))
    call = a_call(account, alice)
    cases = (
        ("dynamodb:GetItem", table.arn, True),
        ("dynamodb:DeleteItem", table.arn, False),
        ("dynamodb:GetItem", other.arn, False),
        ("rds-db:connect", database, True),
        ("rds-db:connect", database.replace("webapp", "admin"), False),
    )
    for action, arn, allowed in cases:
        tried = try_action(call, action_name=action, resource_arn=arn, acting=site.arn)
        assert (tried.action, tried.resource, tried.allowed) == (action, arn, allowed)
    (connected, _) = events(account, event_source="rds-db.amazonaws.com")
    assert connected.record["userIdentity"]["arn"].endswith(f"assumed-role/WebApp-DB/{site.name}")


def test_a_request_across_accounts_takes_both_sides(account: Account, alice: User) -> None:
    other = an_account()
    bucket = CREATE["bucket"](a_call(other), name=f"theirs-{other.pk}")
    call = a_call(account, alice)
    refused = read(call, bucket)
    assert refused.refusal is not None
    assert "no resource-based policy allows the s3:GetObject action" in refused.refusal.message
    text = policy_for(f'{{"AWS": "arn:aws:iam::{account.pk}:root"}}', "s3:GetObject", f"{bucket.arn}/*")
    PUT_POLICY["bucket"](a_call(other), resource_arn=bucket.arn, policy=text)
    assert read(call, bucket).allowed
    carol = a_user(account, "carol")
    refused = read(a_call(account, carol), bucket)
    assert refused.refusal is not None
    assert "no identity-based policy allows the s3:GetObject action" in refused.refusal.message
    (shared,) = events(other, event_name="GetObject")
    assert shared.record["userIdentity"]["accountId"] == account.pk


def test_a_resource_of_another_account_that_is_not_there_is_refused_as_one_that_is(
    account: Account, alice: User
) -> None:
    other = an_account()
    there = CREATE["queue"](a_call(other), name="jobs")
    call = a_call(account, alice)
    answers = [
        try_action(call, action_name="sqs:SendMessage", resource_arn=arn).refusal
        for arn in (there.arn, there.arn.replace("jobs", "none"))
    ]
    said = [answer.message.replace(":none", ":jobs") for answer in answers if answer]
    assert len(said) == 2
    assert said[0] == said[1]


def test_what_lies_in_another_account_and_has_no_policy_is_refused_whatever_ones_own_policies_say(
    account: Account, alice: User
) -> None:
    for action, arn in (
        ("rds-db:connect", "arn:aws:rds-db:us-east-1:111122223333:dbuser:db-ABC/webapp"),
        ("ec2:StopInstances", "arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0"),
        ("iam:GetRole", "arn:aws:iam::111122223333:role/Admin"),
    ):
        for call in (a_call(account, alice), a_call(account)):
            tried = try_action(call, action_name=action, resource_arn=arn)
            assert tried.judgement.decision.decided_by == "resource"
            assert not tried.allowed
    aws_managed = "arn:aws:iam::aws:policy/AdministratorAccess"
    assert try_action(a_call(account, alice), action_name="iam:GetPolicy", resource_arn=aws_managed).allowed


def test_a_request_for_what_does_not_exist_is_allowed_and_said_to_name_nothing(account: Account, alice: User) -> None:
    tried = try_action(
        a_call(account, alice), action_name="sqs:SendMessage", resource_arn=f"arn:aws:sqs:us-east-1:{account.pk}:none"
    )
    assert tried.allowed
    assert tried.missing


def test_a_prefix_can_be_asked_for_and_tested(account: Account, carol: User, bucket: LabResource) -> None:
    own = '{"StringLike": {"s3:prefix": "carol/*"}}'
    an_inline_policy(carol, allowing("s3:ListBucket", resource=bucket.arn, condition=own))
    call = a_call(account, carol)
    asked = {"action_name": "s3:ListBucket", "resource_arn": bucket.arn}
    assert try_action(call, **asked, part="carol/notes").allowed
    assert not try_action(call, **asked, part="dave/notes").allowed
    assert not try_action(call, **asked).allowed


def test_tags_of_a_resource_count_by_the_names_that_its_service_gives_them(account: Account, carol: User) -> None:
    dev = CREATE["instance"](a_call(account), tags=[("env", "dev")])
    prod = CREATE["instance"](a_call(account), tags=[("env", "prod")])
    an_inline_policy(carol, allowing("ec2:StopInstances", condition='{"StringEquals": {"ec2:ResourceTag/env": "dev"}}'))
    an_inline_policy(
        carol, allowing("ec2:StartInstances", condition='{"StringEquals": {"aws:ResourceTag/env": "dev"}}')
    )
    for action in ("ec2:StopInstances", "ec2:StartInstances"):
        assert try_action(a_call(account, carol), action_name=action, resource_arn=dev.arn).allowed
        assert not try_action(a_call(account, carol), action_name=action, resource_arn=prod.arn).allowed


def test_an_action_that_names_no_resource_is_asked_on_all(account: Account, alice: User, bucket: LabResource) -> None:
    tried = try_action(a_call(account, alice), action_name="s3:ListAllMyBuckets", resource_arn=bucket.arn)
    assert tried.resource == "*"
    assert tried.allowed


@pytest.mark.parametrize(
    ("action", "resource", "part", "field", "said"),
    [
        ("s3:Fly", "arn:aws:s3:::notes", "", "action", "AWS has no action s3:Fly."),
        ("", "arn:aws:s3:::notes", "", "action", "AWS has no action"),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/x", "", "action", "is no request"),
        ("s3:DeleteBucket", "arn:aws:s3:::notes", "", "action", "done for real"),
        ("iam:DeleteUser", "arn:aws:iam::111122223333:user/x", "", "action", "done for real"),
        ("s3:GetObject", "arn:aws:s3:::notes", "", "part", "enter the object key"),
        ("s3:GetObject", "arn:aws:sqs:us-east-1:111122223333:jobs", "", "resource", "Enter the ARN"),
        ("s3:GetObject", "", "", "resource", "Enter the ARN"),
        ("s3:GetObject", "notes", "", "resource", "Enter the ARN"),
        ("sqs:SendMessage", "*", "", "resource", "Enter the ARN"),
    ],
)
def test_what_is_no_request_is_said_at_its_field_and_leaves_no_event(
    account: Account, alice: User, action: str, resource: str, part: str, field: str, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said) as refused:
        try_action(a_call(account, alice), action_name=action, resource_arn=resource, part=part)
    assert refused.value.field == field
    assert not events(account)


def test_reading_leaves_a_read_event_and_writing_another(account: Account, alice: User, bucket: LabResource) -> None:
    call = a_call(account, alice)
    read(call, bucket)
    try_action(call, action_name="s3:PutObject", resource_arn=bucket.arn, part="a.txt")
    assert [event.read_only for event in events(account, event_name="GetObject")] == [True]
    assert [event.read_only for event in events(account, event_name="PutObject")] == [False]


def test_ac68_leaving_the_project_group_takes_the_shared_bucket_away_at_once(account: Account, carol: User) -> None:
    bucket = CREATE["bucket"](a_call(account), name=f"project-x-{account.pk}")
    group = a_group(account, "ProjectX")
    theirs = '{"StringLike": {"s3:prefix": "team-a/*"}}'
    an_inline_policy(group, allowing("s3:ListBucket", resource=bucket.arn, condition=theirs))
    an_inline_policy(group, allowing("s3:GetObject", "s3:PutObject", resource=f"{bucket.arn}/team-a/*"))
    shared = (("s3:ListBucket", "team-a/"), ("s3:GetObject", "team-a/plan.txt"), ("s3:PutObject", "team-a/plan.txt"))

    def answers() -> list[bool]:
        call = a_call(account, carol)
        return [
            try_action(call, action_name=action, resource_arn=bucket.arn, part=part).allowed for action, part in shared
        ]

    assert answers() == [False, False, False]
    add_user_to_group(a_call(account), group_name="ProjectX", user_name="carol")
    assert answers() == [True, True, True]
    other = try_action(
        a_call(account, carol), action_name="s3:GetObject", resource_arn=bucket.arn, part="team-b/plan.txt"
    )
    assert not other.allowed
    remove_user_from_group(a_call(account), group_name="ProjectX", user_name="carol")
    assert answers() == [False, False, False]


def test_the_event_of_a_resource_carries_its_region(account: Account, alice: User) -> None:
    queue = CREATE["queue"](a_call(account, alice), name="jobs", region="eu-west-1")
    try_action(a_call(account, alice), action_name="sqs:SendMessage", resource_arn=queue.arn)
    regions = {event.record["awsRegion"] for event in events(account, event_source="sqs.amazonaws.com")}
    assert regions == {"eu-west-1"}


def test_credentials_on_an_instance_die_with_the_sessions_of_its_role(
    account: Account, alice: User, bucket: LabResource, instance: LabResource, reader: Role
) -> None:
    call = a_call(account, alice)
    assert read(call, bucket, acting=instance.arn).allowed
    revoked = call.time + timedelta(seconds=30)
    an_inline_policy(
        reader,
        '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": '
        f'{{"DateLessThan": {{"aws:TokenIssueTime": "{revoked:%Y-%m-%dT%H:%M:%SZ}"}}}}}}}}',
        "AWSRevokeOlderSessions",
    )
    later = a_call(account, alice, time=call.time + timedelta(minutes=1))
    refused = read(later, bucket, acting=instance.arn)
    assert refused.judgement.decision.decision == "explicitDeny"
    renewed = a_call(account, alice, time=call.time + timedelta(hours=2))
    assert read(renewed, bucket, acting=instance.arn).allowed


def test_a_try_counts_as_the_last_access_of_whose_credentials_it_was_made_with(
    account: Account, alice: User, bucket: LabResource, instance: LabResource, reader: Role
) -> None:
    call = a_call(account, alice)
    assert read(call, bucket, acting=instance.arn).allowed
    job_id = generate_service_last_accessed_details(call, arn=reader.arn)
    (s3,) = get_service_last_accessed_details(call, job_id=job_id).services_last_accessed
    assert s3.service_namespace == "s3"
    assert s3.last_authenticated is not None
    assert s3.last_authenticated.time == call.time
    reader.refresh_from_db()
    assert reader.last_used_date == call.time
