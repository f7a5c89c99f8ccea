"""Lab resources: what creating and reading one asks for, and the policies they carry."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Account, User
from iamconsole.audit.models import Event
from iamconsole.aws.errors import (
    AccessDenied,
    EntityAlreadyExists,
    LimitExceeded,
    MalformedPolicyDocument,
    NoSuchEntity,
    ValidationError,
)
from iamconsole.aws.paging import PageRequest
from policies.lab_kinds import KINDS, LabKind, kind_of, locate
from policies.models import LabResource
from policies.operations.lab_resources import CREATE, DELETE, DELETE_POLICY, GET_POLICY, LIST, PUT_POLICY, READ, TAG
from policies.operations.lab_tries import try_action
from policies.operations.managed_policies import create_policy
from tests.factories import a_call, a_role, a_user, an_account, an_inline_policy
from tests.policies.operations.lab_documents import LAMBDA_TRUST, a_resource, allowing, policy_for


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


def last_event(account: Account) -> Event:
    return Event.objects.filter(account_id=account.pk).latest("event_time")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.name], ids=lambda kind: kind.key)
def test_every_kind_is_made_read_listed_tagged_and_deleted(account: Account, kind: LabKind) -> None:
    role = a_role(account, "Runner", trust=LAMBDA_TRUST)
    given = {"role": role.arn} if kind.runs_as == "role" else {}
    made = a_resource(account, kind.key, name="notes", region="eu-west-1", **given)
    located = locate(made.arn)
    assert located is not None
    assert located.kind is kind
    call = a_call(account)
    assert READ[kind.key](call, resource_arn=made.arn) == made
    assert made in LIST[kind.key](call).items
    TAG[kind.key](call, resource_arn=made.arn, tags=[("team", "web")])
    assert READ[kind.key](call, resource_arn=made.arn).tag_list == [{"key": "team", "value": "web"}]
    DELETE[kind.key](call, resource_arn=made.arn)
    with pytest.raises(NoSuchEntity):
        READ[kind.key](call, resource_arn=made.arn)
    names = set(Event.objects.filter(account_id=account.pk).values_list("event_source", "event_name"))
    assert (f"{kind.service}.amazonaws.com", kind.create.partition(":")[2]) in names
    assert (f"{kind.service}.amazonaws.com", kind.delete.partition(":")[2]) in names


def test_an_instance_is_known_by_its_id_and_called_by_its_name_tag(account: Account) -> None:
    made = a_resource(account, "instance", tags=[("Name", "web-1")], region="eu-west-1")
    assert made.name.startswith("i-0")
    assert len(made.name) == 19
    assert made.arn == f"arn:aws:ec2:eu-west-1:{account.pk}:instance/{made.name}"
    assert READ["instance"](a_call(account), resource_arn=made.arn).title == "web-1"
    a_resource(account, "instance", tags=[("Name", "db-1")])
    for query in ("WEB", made.name):
        assert LIST["instance"](a_call(account), page=PageRequest(query=query)).items == (made,)


def test_creating_asks_for_the_services_own_action_on_the_arn_to_be(account: Account, carol: User) -> None:
    call = a_call(account, carol)
    with pytest.raises(AccessDenied) as refused:
        CREATE["queue"](call, name="jobs", region="eu-west-1")
    assert refused.value.message == (
        f"User: arn:aws:iam::{account.pk}:user/carol is not authorized to perform: sqs:CreateQueue on resource: "
        f"arn:aws:sqs:eu-west-1:{account.pk}:jobs because no identity-based policy allows the sqs:CreateQueue action"
    )
    assert last_event(account).error_code == "AccessDenied"
    an_inline_policy(carol, allowing("sqs:CreateQueue", resource="arn:aws:sqs:*:*:jobs"))
    call.forget()
    CREATE["queue"](call, name="jobs", region="eu-west-1")
    with pytest.raises(AccessDenied):
        CREATE["queue"](call, name="others")
    with pytest.raises(AccessDenied, match="sqs:TagQueue"):
        CREATE["queue"](call, name="jobs", region="us-west-2", tags=[("team", "web")])


def test_the_region_of_a_resource_is_the_requested_region(account: Account, carol: User) -> None:
    in_ireland = '{"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}'
    an_inline_policy(carol, allowing("dynamodb:*", condition=in_ireland))
    in_region = CREATE["table"](a_call(account, carol), name="notes", region="eu-west-1")
    READ["table"](a_call(account, carol), resource_arn=in_region.arn)
    with pytest.raises(AccessDenied):
        CREATE["table"](a_call(account, carol), name="notes", region="us-east-1")
    elsewhere = a_resource(account, "table", name="elsewhere", region="us-east-1")
    with pytest.raises(AccessDenied):
        READ["table"](a_call(account, carol), resource_arn=elsewhere.arn)


def test_an_instance_type_can_be_limited(account: Account, carol: User) -> None:
    small = '{"StringEquals": {"ec2:InstanceType": "t3.micro"}}'
    an_inline_policy(carol, allowing("ec2:RunInstances", condition=small))
    CREATE["instance"](a_call(account, carol), instance_type="t3.micro")
    with pytest.raises(AccessDenied):
        CREATE["instance"](a_call(account, carol), instance_type="p4d.24xlarge")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("bucket", "My-Bucket"),
        ("bucket", "ab"),
        ("bucket", "a..b"),
        ("bucket", "192.168.0.1"),
        ("bucket", "xn--x"),
        ("queue", "a b"),
        ("table", "ab"),
        ("secret", ""),
        ("function", "a/b"),
        ("log-group", "a:b"),
        ("queue", "x\x00"),
    ],
)
def test_names_follow_the_service(account: Account, kind: str, name: str) -> None:
    with pytest.raises(ValidationError):
        a_resource(account, kind, name=name)


def test_all_accounts_share_the_names_of_buckets_and_nothing_else(account: Account) -> None:
    other = an_account()
    a_resource(other, "bucket", name="shared-name")
    a_resource(other, "queue", name="jobs")
    a_resource(account, "queue", name="jobs")
    with pytest.raises(EntityAlreadyExists, match="all accounts share the names"):
        a_resource(account, "bucket", name="shared-name")
    with pytest.raises(EntityAlreadyExists):
        a_resource(account, "queue", name="jobs")
    a_resource(account, "queue", name="jobs", region="eu-west-1")
    row = LabResource.objects.get(account=other, kind="bucket")
    row.pk, row.account, row._state.adding = None, account, True
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_another_accounts_resource_is_as_absent_as_one_that_never_was(account: Account) -> None:
    other = an_account()
    for theirs in (a_resource(other, "bucket", name="their-bucket"), a_resource(other, "secret", name="db")):
        never = theirs.arn.replace("their-bucket", "never-was").replace("secret:db", "secret:never")
        for arn in (theirs.arn, never):
            kind = theirs.kind
            for operation in (READ[kind], DELETE[kind], GET_POLICY[kind], DELETE_POLICY[kind]):
                with pytest.raises(NoSuchEntity) as absent:
                    operation(a_call(account), resource_arn=arn)
                assert absent.value.message.partition(" with ")[0] == f"There is no {kind}"
            with pytest.raises(NoSuchEntity):
                PUT_POLICY[kind](a_call(account), resource_arn=arn, policy=allowing("s3:*"))
    assert LabResource.objects.filter(account=other).count() == 2


def test_ac12_a_resource_takes_a_policy_with_a_principal_and_refuses_one_without(account: Account) -> None:
    bucket, queue = a_resource(account, "bucket", name="notes-1"), a_resource(account, "queue", name="jobs")
    for resource, action in ((bucket, "s3:GetObject"), (queue, "sqs:SendMessage")):
        put = PUT_POLICY[resource.kind]
        text = policy_for('"*"', action, resource.arn)
        put(a_call(account), resource_arn=resource.arn, policy=text)
        assert GET_POLICY[resource.kind](a_call(account), resource_arn=resource.arn) == text
        with pytest.raises(MalformedPolicyDocument, match="rincipal"):
            put(a_call(account), resource_arn=resource.arn, policy=allowing(action, resource=resource.arn))
        resource.refresh_from_db()
        assert resource.document == text


def test_ac12_an_identity_policy_with_a_principal_is_refused(account: Account) -> None:
    with pytest.raises(MalformedPolicyDocument, match="rincipal"):
        create_policy(
            a_call(account),
            policy_name="WithPrincipal",
            policy_document=policy_for('"*"', "s3:GetObject", "arn:aws:s3:::notes/*"),
        )


def test_ac12_a_resource_policy_alone_lets_a_user_of_the_same_account_in(account: Account, carol: User) -> None:
    bucket = a_resource(account, "bucket", name="notes-2")
    asked = {"action_name": "s3:GetObject", "resource_arn": bucket.arn, "part": "a.txt"}
    refused = try_action(a_call(account, carol), **asked)
    assert not refused.allowed
    assert refused.refusal is not None
    assert "no identity-based policy allows the s3:GetObject action" in refused.refusal.message
    text = policy_for(f'{{"AWS": "{carol.arn}"}}', "s3:GetObject", f"{bucket.arn}/*")
    PUT_POLICY["bucket"](a_call(account), resource_arn=bucket.arn, policy=text)
    passed = try_action(a_call(account, carol), **asked)
    assert passed.allowed
    assert passed.judgement.decision.decided_by == "resource"
    dave = a_user(account, "dave")
    assert not try_action(a_call(account, dave), **asked).allowed


def test_an_explicit_deny_of_a_resource_policy_refuses_an_administrator_and_root(account: Account, alice: User) -> None:
    bucket = a_resource(account, "bucket", name="notes-3")
    text = policy_for('"*"', "s3:DeleteObject", f"{bucket.arn}/*", effect="Deny")
    PUT_POLICY["bucket"](a_call(account), resource_arn=bucket.arn, policy=text)
    for call in (a_call(account, alice), a_call(account)):
        asked = {"resource_arn": bucket.arn, "part": "a.txt"}
        refused = try_action(call, action_name="s3:DeleteObject", **asked)
        assert refused.refusal is not None
        assert "explicit deny in a resource-based policy" in refused.refusal.message
        assert try_action(call, action_name="s3:GetObject", **asked).allowed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Syntax"),
        (policy_for('{"AWS": "arn:aws:iam::<account>:user/nobody"}', "s3:GetObject", "<arn>/*"), "Invalid principal"),
        (policy_for('"*"', "s3:GetObject", "arn:aws:s3:::somebody-elses/*"), "invalid resource"),
    ],
)
def test_a_bucket_policy_that_s3_would_not_take_is_refused(account: Account, text: str, said: str) -> None:
    bucket = a_resource(account, "bucket", name="notes-4")
    written = text.replace("<account>", account.pk).replace("<arn>", bucket.arn)
    with pytest.raises(MalformedPolicyDocument, match=said):
        PUT_POLICY["bucket"](a_call(account), resource_arn=bucket.arn, policy=written)


def test_a_resource_policy_has_a_size(account: Account) -> None:
    bucket = a_resource(account, "bucket", name="notes-5")
    text = policy_for('"*"', "s3:GetObject", f"{bucket.arn}/*") + " " * 20_480
    with pytest.raises(LimitExceeded):
        PUT_POLICY["bucket"](a_call(account), resource_arn=bucket.arn, policy=text)


def test_a_key_begins_with_a_policy_that_lets_its_account_decide(account: Account, alice: User, carol: User) -> None:
    key = a_resource(account, "key", description="For notes")
    assert f"arn:aws:iam::{account.pk}:root" in GET_POLICY["key"](a_call(account), resource_arn=key.arn)
    asked = {"action_name": "kms:Decrypt", "resource_arn": key.arn}
    assert try_action(a_call(account, alice), **asked).allowed
    assert not try_action(a_call(account, carol), **asked).allowed


def test_a_key_policy_that_names_only_others_shuts_an_administrator_out(
    account: Account, alice: User, carol: User
) -> None:
    key = a_resource(account, "key")
    call = a_call(account, carol)
    an_inline_policy(carol, allowing("kms:PutKeyPolicy"))
    only_carol = policy_for(f'{{"AWS": "{carol.arn}"}}', "kms:*", "*")
    with pytest.raises(MalformedPolicyDocument, match="will not allow you to update"):
        PUT_POLICY["key"](a_call(account, alice), resource_arn=key.arn, policy=only_carol)
    PUT_POLICY["key"](call, resource_arn=key.arn, policy=only_carol)
    assert not try_action(a_call(account, alice), action_name="kms:Decrypt", resource_arn=key.arn).allowed
    assert try_action(call, action_name="kms:Decrypt", resource_arn=key.arn).allowed
    with pytest.raises(ValidationError):
        PUT_POLICY["key"](call, resource_arn=key.arn, policy="")


def test_the_policy_of_a_queue_is_taken_away_by_setting_it_to_nothing(account: Account) -> None:
    queue = a_resource(account, "queue", name="jobs")
    call = a_call(account)
    PUT_POLICY["queue"](call, resource_arn=queue.arn, policy=policy_for('"*"', "sqs:SendMessage", queue.arn))
    PUT_POLICY["queue"](call, resource_arn=queue.arn, policy="")
    assert GET_POLICY["queue"](call, resource_arn=queue.arn) == ""


def test_kinds_are_found_by_key_and_arn() -> None:
    assert kind_of("bucket") is KINDS[0]
    assert kind_of("galaxy") is None
    for text in ("", "my-bucket", "arn:aws:iam::111122223333:user/x", "arn:aws:sqs:::jobs", "arn:aws:s3:us-east-1:1:b"):
        assert locate(text) is None
    located = locate("arn:aws:s3:::notes/a/b.txt")
    assert located is not None
    assert (located.arn, located.name, located.part) == ("arn:aws:s3:::notes", "notes", "a/b.txt")
