"""Lab resources in the console: list, create, detail, policy, delete, and trying requests."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, InstanceProfile, User
from iamconsole.audit.models import Event
from policies.lab_kinds import KINDS
from policies.models import InlinePolicy, LabResource
from policies.operations.lab_resources import CREATE, PUT_POLICY
from tests.factories import a_call, a_role, an_account, an_inline_policy, sign_in

LAMBDA_TRUST = """{"Version": "2012-10-17", "Statement":
    [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"""


@pytest.fixture
def desk(client: Client, alice: User) -> Client:
    return sign_in(client, alice)


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_every_kind_can_be_made_and_looked_at_in_the_console(desk: Client, account: Account, kind: Any) -> None:
    role = a_role(account, "Runner", trust=LAMBDA_TRUST)
    address = f"/iam/resources/create?kind={kind.key}"
    assert f"Create {kind.label.lower()}" in text(desk.get(address))
    given = {"name": "notes", "region": "eu-west-1", "instance_type": "t3.micro", "role": role.role_name}
    made = desk.post(address, {**given, "description": "For notes", "tag-key": "team", "tag-value": "web"})
    assert made.status_code == 302, text(made)
    shown = text(desk.get(made["Location"]))
    resource = LabResource.objects.get(account=account, kind=kind.key)
    assert resource.arn in shown
    assert "Try" in shown
    for tab in ("tags", "policy"):
        assert desk.get(f"{made['Location']}?tab={tab}").status_code == 200
    listed = text(desk.get(f"/iam/resources?kind={kind.key}"))
    assert f'href="/iam/resources/details/{resource.arn}"' in listed
    question = text(desk.get(f"/iam/resources/delete/{resource.arn}"))
    assert f"To confirm, enter {resource.name}." in question
    assert desk.post(f"/iam/resources/delete/{resource.arn}", {"confirm": "no"}).status_code == 422
    assert desk.post(f"/iam/resources/delete/{resource.arn}", {"confirm": resource.name}).status_code == 302
    assert not LabResource.objects.filter(account=account).exists()


def a_bucket(account: Account, name: str = "") -> LabResource:
    made: LabResource = CREATE["bucket"](a_call(account), name=name or f"notes-{account.pk}")
    return made


def policy_for(principal: str, action: str, resource: str, effect: str = "Allow") -> str:
    return f"""{{"Version": "2012-10-17", "Statement": [
        {{"Effect": "{effect}", "Principal": {principal}, "Action": "{action}", "Resource": "{resource}"}}]}}"""


def granting(user: User, *actions: str) -> None:
    named = ", ".join(f'"{action}"' for action in actions)
    an_inline_policy(
        user, f'{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": [{named}], "Resource": "*"}}}}'
    )


def tried(client: Client, resource: LabResource | str, action: str, **more: str) -> str:
    arn = resource if isinstance(resource, str) else resource.arn
    response = client.post("/iam/resources/try", {"resource": arn, "action": action, **more})
    assert response.status_code == 200, text(response)
    return text(response)


def test_a_try_shows_the_decision_and_leads_to_its_event_and_its_explanation(desk: Client, account: Account) -> None:
    bucket = a_bucket(account)
    shown = tried(desk, bucket, "s3:GetObject", part="a.txt")
    assert "Allowed" in shown
    assert f"{bucket.arn}/a.txt" in shown
    assert "Identity policy" in shown
    event = Event.objects.get(account_id=account.pk, event_name="GetObject")
    assert event.event_source == "s3.amazonaws.com"
    assert event.read_only
    assert f"/iam/events?event={event.event_id}" in shown
    assert f"/iam/access/{event.event_id}" in shown
    assert str(event.event_id) in text(desk.get(f"/iam/events?event={event.event_id}"))


def test_a_refused_try_shows_awss_sentence(client: Client, account: Account, carol: User) -> None:
    bucket = a_bucket(account)
    sign_in(client, carol)
    shown = tried(client, bucket, "s3:GetObject", part="a.txt")
    assert "Denied" in shown
    assert (
        f"User: {carol.arn} is not authorized to perform: s3:GetObject on resource: {bucket.arn}/a.txt "
        "because no identity-based policy allows the s3:GetObject action"
    ) in shown
    event = Event.objects.get(account_id=account.pk, event_name="GetObject")
    assert event.error_code == "AccessDenied"
    assert f'Authorization ID: <span class="mono">{event.event_id}' in shown
    assert ">Explain</a>" not in shown
    granting(carol, "iam:TroubleshootAccess")
    shown = tried(client, bucket, "s3:GetObject", part="b.txt")
    event = Event.objects.filter(account_id=account.pk, event_name="GetObject").latest("event_time")
    assert f'href="/iam/access/{event.event_id}">Explain</a>' in shown
    assert "no identity-based policy allows" in text(client.get(f"/iam/access/{event.event_id}"))


def test_ac12_a_bucket_policy_is_written_in_the_console_and_lets_a_user_in(
    desk: Client, account: Account, alice: User, carol: User
) -> None:
    bucket = a_bucket(account)
    address = f"/iam/resources/policy/{bucket.arn}"
    assert "Every statement names a Principal" in text(desk.get(address))
    without = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
    refused = desk.post(address, {"policy": without})
    assert refused.status_code == 422
    assert "rincipal" in text(refused)
    written = policy_for(f'{{"AWS": "{carol.arn}"}}', "s3:GetObject", f"{bucket.arn}/*")
    saved = desk.post(address, {"policy": written.replace("\n", "\r\n")})
    assert saved["Location"] == f"/iam/resources/details/{bucket.arn}?tab=policy"
    bucket.refresh_from_db()
    assert bucket.document == written
    assert "s3:GetObject" in text(desk.get(saved["Location"]))
    sign_in(desk, carol)
    shown = tried(desk, bucket, "s3:GetObject", part="a.txt")
    assert "Allowed" in shown
    assert "Resource policy" in shown


def test_a_bucket_policy_is_checked_as_it_is_typed_and_kept_when_it_went_stale(desk: Client, account: Account) -> None:
    bucket = a_bucket(account)
    address = f"/iam/resources/policy/{bucket.arn}"
    public = policy_for('"*"', "s3:GetObject", f"{bucket.arn}/*")
    part = text(desk.post("/iam/policies/validate?kind=resource", {"policy": public}, HTTP_HX_TRIGGER_NAME="policy"))
    assert 'id="findings"' in part
    assert "Errors: 0" in part
    PUT_POLICY["bucket"](a_call(account), resource_arn=bucket.arn, policy=public)
    stale = desk.post(address, {"policy": public.replace("Get", "Put"), "basis": "0123456789abcdef"})
    assert stale.status_code == 409
    assert "Someone changed this while you were editing." in text(stale)
    bucket.refresh_from_db()
    assert bucket.document == public


@pytest.mark.parametrize("kind", ["bucket", "queue"])
def test_a_resource_policy_is_deleted_after_a_question(desk: Client, account: Account, kind: str) -> None:
    made = CREATE[kind](a_call(account), name=f"notes-{account.pk}")
    action = {"bucket": "s3:GetObject", "queue": "sqs:SendMessage"}[kind]
    where = {"bucket": f"{made.arn}/*", "queue": made.arn}[kind]
    PUT_POLICY[kind](a_call(account), resource_arn=made.arn, policy=policy_for('"*"', action, where))
    address = f"/iam/resources/delete-policy/{made.arn}"
    assert "Delete resource policy" in text(desk.get(address))
    assert desk.post(address).status_code == 302
    made.refresh_from_db()
    assert made.document == ""


def test_a_key_keeps_a_policy(desk: Client, account: Account) -> None:
    key = CREATE["key"](a_call(account))
    assert "A key always has a policy" in text(desk.get(f"/iam/resources/delete-policy/{key.arn}"))
    assert desk.post(f"/iam/resources/delete-policy/{key.arn}").status_code == 422
    key.refresh_from_db()
    assert key.document


def test_who_may_not_list_or_read_is_told_and_can_still_try(client: Client, account: Account, carol: User) -> None:
    bucket = a_bucket(account)
    sign_in(client, carol)
    listed = text(client.get("/iam/resources"))
    assert "s3:ListAllMyBuckets" in listed
    assert bucket.name not in listed
    response = client.get(f"/iam/resources/details/{bucket.arn}")
    assert response.status_code == 200
    shown = text(response)
    assert "s3:GetBucketLocation" in shown
    assert 'action="/iam/resources/try"' in shown
    never = text(client.get("/iam/resources/details/arn:aws:s3:::never-was"))
    strip = ("never-was", bucket.name)
    assert never.count("AccessDenied") == shown.count("AccessDenied")
    assert all(word not in never for word in strip[1:])


@pytest.mark.parametrize("page", ["details", "policy", "delete", "delete-policy", "tags"])
def test_another_accounts_resource_is_as_absent_as_one_that_never_was(
    desk: Client, account: Account, page: str
) -> None:
    other = an_account()
    theirs = a_bucket(other)
    for arn in (theirs.arn, "arn:aws:s3:::never-was-here"):
        response = desk.get(f"/iam/resources/{page}/{arn}")
        assert response.status_code == 404
        assert "There is no bucket with the ARN" in text(response)
    for arn in ("arn:aws:iam::111122223333:user/x", "nothing", "arn:aws:s3:::"):
        assert desk.get(f"/iam/resources/{page}/{arn}").status_code == 404
    assert desk.post(f"/iam/resources/delete/{theirs.arn}", {"confirm": theirs.name}).status_code == 404
    assert LabResource.objects.filter(pk=theirs.pk).exists()


def test_ac39_an_instance_is_launched_with_a_profile_and_reads_s3_from_its_page(
    desk: Client, account: Account, alice: User
) -> None:
    role = a_role(account, "EC2-S3-Reader")
    kept = an_inline_policy(
        role, '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}'
    )
    InstanceProfile.objects.create(account=account, instance_profile_name="EC2-S3-Reader", role=role)
    bucket = a_bucket(account)
    form = text(desk.get("/iam/resources/create?kind=instance"))
    assert '<option value="EC2-S3-Reader">' in form
    launched = desk.post(
        "/iam/resources/create?kind=instance",
        {"name": "web-1", "region": "us-east-1", "instance_type": "t3.micro", "iam_instance_profile": "EC2-S3-Reader"},
    )
    instance = LabResource.objects.get(account=account, kind="instance")
    shown = text(desk.get(launched["Location"]))
    assert "web-1" in shown
    assert "With the credentials of its role" in shown
    assert f'name="acting" value="{instance.arn}" checked' in shown
    asked = {"acting": instance.arn, "actor": instance.arn, "part": "a.txt"}
    session = f"arn:aws:sts::{account.pk}:assumed-role/EC2-S3-Reader/{instance.name}"
    answer = tried(desk, bucket, "s3:GetObject", **asked)
    assert "Allowed" in answer
    assert session in answer
    InlinePolicy.objects.filter(pk=kept.pk).delete()
    answer = tried(desk, bucket, "s3:GetObject", **asked)
    assert "Denied" in answer
    assert f"User: {session} is not authorized to perform: s3:GetObject" in answer
    assert 'name="acting" value="' + instance.arn in answer
    refusal = Event.objects.get(account_id=account.pk, event_name="GetObject", error_code="AccessDenied")
    assert refusal.record["userIdentity"]["arn"] == session


def test_who_may_not_get_at_the_instance_may_not_act_as_it(client: Client, account: Account, carol: User) -> None:
    instance = CREATE["instance"](a_call(account))
    sign_in(client, carol)
    response = client.post(
        "/iam/resources/try",
        {"resource": "arn:aws:s3:::notes", "action": "s3:ListBucket", "acting": instance.arn, "actor": instance.arn},
    )
    assert response.status_code == 422
    assert "ssm:StartSession" in text(response)


def test_creating_a_function_without_pass_role_names_the_role(client: Client, account: Account, carol: User) -> None:
    role = a_role(account, "Runner", trust=LAMBDA_TRUST)
    granting(carol, "lambda:*")
    sign_in(client, carol)
    address = "/iam/resources/create?kind=function"
    response = client.post(address, {"name": "f1", "region": "us-east-1", "role": "Runner"})
    assert response.status_code == 403
    shown = text(response)
    assert "is not authorized to perform: iam:PassRole on resource: " + role.arn in shown
    assert 'value="f1"' in shown
    granting(carol, "iam:PassRole")
    assert client.post(address, {"name": "f1", "region": "us-east-1", "role": "Runner"}).status_code == 302


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "Enter the bucket name."),
        ({"name": "My Bucket"}, "No bucket can have this name."),
        ({"name": "<b>x</b>"}, "No bucket can have this name."),
        ({"name": "notes-1", "region": "moon-1"}, "Select a valid choice"),
        ({"name": "notes-1", "tag-key": "aws:x", "tag-value": ""}, "aws:"),
    ],
)
def test_what_cannot_be_created_is_said_and_kept(desk: Client, given: dict[str, str], said: str) -> None:
    response = desk.post("/iam/resources/create?kind=bucket", {"region": "us-east-1", **given})
    assert response.status_code == 422
    assert said in text(response)
    assert "<b>x</b>" not in response.content.decode()
    assert not LabResource.objects.filter(name__in=("notes-1", "My Bucket")).exists()


def test_a_bucket_name_of_another_account_is_refused_at_its_field(desk: Client) -> None:
    theirs = a_bucket(an_account())
    response = desk.post("/iam/resources/create?kind=bucket", {"name": theirs.name, "region": "us-east-1"})
    assert response.status_code == 422
    assert "all accounts share the names of buckets" in text(response)
    assert 'id="id_name-error"' in response.content.decode()


def test_the_tag_editor_of_a_new_resource_keeps_what_was_typed(desk: Client) -> None:
    typed = {"name": "notes-7", "region": "eu-west-1", "tag-key": "team", "tag-value": "web", "tag-add": "1"}
    response = desk.post("/iam/resources/create?kind=bucket", typed)
    assert response.status_code == 200
    shown = text(response)
    assert 'value="notes-7"' in shown
    assert '<option value="eu-west-1" selected>' in shown
    assert shown.count('name="tag-key"') == 2


def test_tags_are_managed_on_the_page_that_all_nouns_share(desk: Client, account: Account) -> None:
    bucket = a_bucket(account)
    address = f"/iam/resources/tags/{bucket.arn}"
    assert desk.get(address).status_code == 200
    saved = desk.post(address, {"tag-key": "project", "tag-value": "x"})
    assert saved["Location"] == f"/iam/resources/details/{bucket.arn}?tab=tags"
    assert "project" in text(desk.get(saved["Location"]))
    assert Event.objects.filter(account_id=account.pk, event_name="TagResource").exists()


def test_the_list_pages_by_key_sorts_and_searches(desk: Client, account: Account) -> None:
    LabResource.objects.bulk_create(
        LabResource(account=account, kind="queue", name=f"jobs-{n:03}", region="us-east-1", arn=f"{n}")
        for n in range(60)
    )
    first = text(desk.get("/iam/resources?kind=queue&size=50"))
    assert "jobs-000" in first
    assert "jobs-059" not in first
    assert "kind=queue&amp;" in desk.get("/iam/resources?kind=queue&size=50").content.decode()
    assert "jobs-059" in text(desk.get("/iam/resources?kind=queue&sort=name&dir=desc&size=10"))
    found = text(desk.get("/iam/resources?kind=queue&q=jobs-042"))
    assert "jobs-042" in found
    assert "jobs-041" not in found
    assert desk.get("/iam/resources?kind=galaxy").status_code == 200


def test_the_list_costs_the_same_for_many_resources(
    desk: Client, account: Account, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(8) as few:
        desk.get("/iam/resources?kind=queue")
    LabResource.objects.bulk_create(
        LabResource(account=account, kind="queue", name=f"jobs-{n:03}", region="us-east-1", arn=f"{n}")
        for n in range(40)
    )
    with django_assert_max_num_queries(8) as many:
        desk.get("/iam/resources?kind=queue")
    assert len(few) == len(many)


def test_the_pages_of_a_resource_stay_within_eight_queries(
    desk: Client, account: Account, django_assert_max_num_queries: Any
) -> None:
    bucket = a_bucket(account)
    for tab in ("try", "policy", "tags"):
        with django_assert_max_num_queries(8):
            desk.get(f"/iam/resources/details/{bucket.arn}?tab={tab}")


def test_an_instances_page_tries_the_instance_itself_where_one_asks_as_oneself(desk: Client, account: Account) -> None:
    instance = CREATE["instance"](a_call(account))
    given = {"resource": "", "action": "ec2:StopInstances", "acting": "", "actor": instance.arn}
    shown = text(desk.post("/iam/resources/try", given))
    assert "Allowed" in shown
    assert instance.arn in shown
    assert Event.objects.get(account_id=account.pk, event_name="StopInstances").resource_name == instance.name


def test_the_services_in_the_top_navigation_lead_to_the_lists(desk: Client) -> None:
    shown = desk.get("/iam/").content.decode()
    for kind in KINDS:
        assert f'href="/iam/resources?kind={kind.key}"' in shown


def test_the_profile_of_an_instance_is_changed_and_taken_away_on_a_page(desk: Client, account: Account) -> None:
    role = a_role(account, "WebNode")
    InstanceProfile.objects.create(account=account, instance_profile_name="web", role=role)
    instance = CREATE["instance"](a_call(account))
    address = f"/iam/resources/role/{instance.arn}"
    assert '<option value="web">' in text(desk.get(address))
    assert address in desk.get(f"/iam/resources/details/{instance.arn}").content.decode()
    refused = desk.post(address, {"lent": "nothing-there"})
    assert refused.status_code == 422
    assert desk.post(address, {"lent": "web"})["Location"] == f"/iam/resources/details/{instance.arn}"
    assert f"arn:aws:iam::{account.pk}:instance-profile/web" in text(desk.get(f"/iam/resources/details/{instance.arn}"))
    assert desk.post(address, {"lent": ""}).status_code == 302
    instance.refresh_from_db()
    assert instance.runs_as == ""
    assert desk.get(f"/iam/resources/role/{a_bucket(account).arn}").status_code == 404
