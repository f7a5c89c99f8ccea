from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role
from iamconsole.aws.errors import (
    AccessDenied,
    LimitExceeded,
    NoSuchEntity,
    PolicyNotAttachable,
    UnmodifiableEntity,
    ValidationError,
)
from iamconsole.aws.paging import PageRequest
from iamconsole.call import Call
from policies.models import Attachment, ManagedPolicy
from policies.operations import attachments
from policies.operations.attachments import (
    attach_group_policy,
    attach_role_policy,
    attach_user_policy,
    detach_user_policy,
    list_attached_user_policies,
)
from policies.operations.boundaries import put_role_permissions_boundary, put_user_permissions_boundary
from policies.operations.managed_policies import get_policy
from policies.operations.policy_entities import list_entities_for_policy
from tests.factories import a_call, a_group, a_user, an_account, an_inline_policy
from tests.policies.operations.documents import (
    ADMINISTRATOR_ACCESS,
    EVERYTHING,
    a_policy,
    allow,
    document,
    last_event,
)

pytestmark = pytest.mark.django_db

TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)  # fmt: skip
KINDS = ("user", "group", "role")


@pytest.fixture
def entities(alice: Call) -> None:
    a_user(alice.account, "dave", password=None)
    a_group(alice.account, "dave")
    a_role(alice, "dave")


def a_role(call: Call, role_name: str, **fields: Any) -> Role:
    return Role.objects.create(
        account=call.account, role_name=role_name, assume_role_policy_document=TRUST, **fields
    )  # fmt: skip


def act(verb: str, kind: str, *, plural: bool = False) -> Callable[..., Any]:
    """The operation of a verb on a kind of entity, whose name is given by position."""
    function = getattr(attachments, f"{verb}_{kind}_{'policies' if plural else 'policy'}")
    return lambda call, name, **more: function(call, **{f"{kind}_name": name}, **more)


@pytest.mark.usefixtures("entities")
@pytest.mark.parametrize("kind", KINDS)
def test_a_policy_is_attached_listed_and_detached(alice: Call, carol: Call, kind: str) -> None:
    arn = a_policy(alice)
    for refused in (act("attach", kind), act("detach", kind)):
        with pytest.raises(AccessDenied):
            refused(carol, "dave", policy_arn=arn)
    with pytest.raises(AccessDenied):
        act("list_attached", kind, plural=True)(carol, "dave")

    act("attach", kind)(alice, "dave", policy_arn=arn)
    event = last_event(alice)
    assert event.event_name == f"Attach{kind.capitalize()}Policy"
    assert event.record["requestParameters"] == {f"{kind}Name": "dave", "policyArn": arn}
    (attachment,) = act("list_attached", kind, plural=True)(alice, "DAVE")
    assert (attachment.policy.arn, attachment.entity.name) == (arn, "dave")
    assert last_event(alice).read_only

    act("detach", kind)(alice, "dave", policy_arn=arn)
    assert last_event(alice).event_name == f"Detach{kind.capitalize()}Policy"
    assert not act("list_attached", kind, plural=True)(alice, "dave")
    with pytest.raises(NoSuchEntity, match=f"Policy {arn} was not found."):
        act("detach", kind)(alice, "dave", policy_arn=arn)


@pytest.mark.usefixtures("entities")
@pytest.mark.parametrize("kind", KINDS)
def test_attaching_again_is_no_error_and_changes_nothing(alice: Call, kind: str) -> None:
    arn = a_policy(alice)
    for _ in range(2):
        act("attach", kind)(alice, "dave", policy_arn=arn)
    assert Attachment.objects.filter(account=alice.account).count() == 1


@pytest.mark.usefixtures("entities")
@pytest.mark.parametrize("kind", KINDS)
def test_ac58_an_eleventh_policy_is_refused(alice: Call, kind: str) -> None:
    arns = [a_policy(alice, f"Tools{number}") for number in range(11)]
    for arn in arns[:10]:
        act("attach", kind)(alice, "dave", policy_arn=arn)
    with pytest.raises(LimitExceeded, match=f"Cannot exceed quota for PoliciesPer{kind.capitalize()}: 10"):
        act("attach", kind)(alice, "dave", policy_arn=arns[10])
    act("attach", kind)(alice, "dave", policy_arn=arns[0])
    assert get_policy(alice, policy_arn=arns[10]).attachment_count == 0


@pytest.mark.usefixtures("entities")
def test_ac58_the_policy_and_the_entity_show_the_same_attachment(alice: Call) -> None:
    arn = a_policy(alice)
    attach_user_policy(alice, user_name="dave", policy_arn=arn)
    attach_group_policy(alice, group_name="dave", policy_arn=arn)
    attach_role_policy(alice, role_name="dave", policy_arn=arn)
    page = list_entities_for_policy(alice, policy_arn=arn)
    assert sorted((each.type, each.entity.name) for each in page) == [
        ("Group", "dave"), ("Role", "dave"), ("User", "dave"),
    ]  # fmt: skip
    assert (page.total, get_policy(alice, policy_arn=arn).attachment_count) == (3, 3)
    rows = {attachment.pk for attachment in list_attached_user_policies(alice, user_name="dave")}
    assert rows == set(
        Attachment.objects.filter(policy__policy_name="Tools", user__isnull=False).values_list("pk", flat=True)
    )


@pytest.mark.parametrize(
    ("policy_arn", "error", "message"),
    [
        ("Tools", ValidationError, "Invalid ARN:  Could not be parsed!"),
        (
            "arn:aws:iam::aws:policy/Nothing",
            NoSuchEntity,
            "Policy arn:aws:iam::aws:policy/Nothing does not exist or is",
        ),
        ("arn:aws:iam::123456789012:policy/Foreign", NoSuchEntity, "does not exist or is not attachable."),
        ("arn:aws:s3:::bucket", ValidationError, "is not valid"),
        ("arn:aws:iam::aws:policy/\x00", ValidationError, "Could not be parsed"),
    ],
)
def test_what_is_no_policy_of_the_account_cannot_be_attached(
    alice: Call, policy_arn: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        attach_user_policy(alice, user_name="alice", policy_arn=policy_arn)


def test_a_policy_of_another_account_cannot_be_attached(alice: Call) -> None:
    other = an_account()
    admin = a_user(other, password=None)
    an_inline_policy(admin, EVERYTHING)
    with pytest.raises(NoSuchEntity, match="does not exist or is not attachable"):
        attach_user_policy(alice, user_name="alice", policy_arn=a_policy(a_call(other, admin)))


def test_a_policy_made_for_service_linked_roles_cannot_be_attached(alice: Call) -> None:
    policy = ManagedPolicy.objects.filter(account_id="aws", path="/aws-service-role/").first()
    assert policy is not None
    a_role(alice, "worker")
    with pytest.raises(PolicyNotAttachable, match=r"Cannot attach a Service Role Policy to a Customer Role\."):
        attach_role_policy(alice, role_name="worker", policy_arn=policy.arn)


def test_the_policies_of_a_service_linked_role_cannot_be_changed(alice: Call) -> None:
    a_role(alice, "AWSServiceRoleForX", path="/aws-service-role/x.amazonaws.com/")
    with pytest.raises(UnmodifiableEntity, match="Cannot perform the operation on the protected role"):
        attach_role_policy(alice, role_name="AWSServiceRoleForX", policy_arn=ADMINISTRATOR_ACCESS)
    with pytest.raises(UnmodifiableEntity):
        put_role_permissions_boundary(
            alice, role_name="AWSServiceRoleForX", permissions_boundary=ADMINISTRATOR_ACCESS
        )  # fmt: skip


def test_attaching_can_be_allowed_for_one_policy_only(alice: Call) -> None:
    """The condition key iam:PolicyARN carries the policy of the request."""
    erin = a_user(alice.account, "erin", password=None)
    only = {"ArnEquals": {"iam:PolicyARN": a_policy(alice)}}
    an_inline_policy(erin, allow(["iam:AttachUserPolicy", "iam:DetachUserPolicy"], Condition=only))
    call = a_call(alice.account, erin)
    attach_user_policy(call, user_name="erin", policy_arn=only["ArnEquals"]["iam:PolicyARN"])
    with pytest.raises(AccessDenied):
        attach_user_policy(call, user_name="erin", policy_arn=ADMINISTRATOR_ACCESS)
    detach_user_policy(call, user_name="erin", policy_arn=only["ArnEquals"]["iam:PolicyARN"])


def test_attached_policies_are_sorted_by_name_and_filtered_by_path(alice: Call) -> None:
    for name, path in (("beta", "/"), ("Alpha", "/team/"), ("gamma", "/")):
        attach_user_policy(alice, user_name="alice", policy_arn=a_policy(alice, name, path=path))
    found = list_attached_user_policies(alice, user_name="alice")
    assert [attachment.policy.policy_name for attachment in found] == ["Alpha", "beta", "gamma"]
    (only,) = list_attached_user_policies(alice, user_name="alice", path_prefix="/team/")
    assert only.policy.policy_name == "Alpha"


@pytest.mark.usefixtures("entities")
def test_entities_are_told_by_type_and_by_use(alice: Call) -> None:
    arn = a_policy(alice)
    attach_user_policy(alice, user_name="dave", policy_arn=arn)
    attach_group_policy(alice, group_name="dave", policy_arn=arn)
    a_user(alice.account, "erin", password=None)
    put_user_permissions_boundary(alice, user_name="erin", permissions_boundary=arn)

    def entities(**more: Any) -> list[tuple[str, str, str]]:
        page = list_entities_for_policy(alice, policy_arn=arn, **more)
        return [(each.type, each.entity.name, each.usage) for each in page]

    assert entities(policy_usage_filter="PermissionsBoundary") == [("User", "erin", "PermissionsBoundary")]
    assert entities(entity_filter="Group") == [("Group", "dave", "PermissionsPolicy")]
    assert entities(entity_filter="LocalManagedPolicy") == []
    assert len(entities(policy_usage_filter="PermissionsPolicy")) == 2
    assert entities(path_prefix="/nowhere/") == []
    with pytest.raises(ValidationError, match="'entityFilter' failed"):
        entities(entity_filter="Robot")

    seen, page = [], PageRequest(size=1)
    while True:
        found = list_entities_for_policy(alice, policy_arn=arn, page=page)
        seen += [(each.type, each.usage) for each in found]
        if found.after is None:
            break
        page = PageRequest(size=1, after=found.after)
    assert sorted(seen) == [
        ("Group", "PermissionsPolicy"), ("User", "PermissionsBoundary"), ("User", "PermissionsPolicy"),
    ]  # fmt: skip


def test_entities_of_an_aws_managed_policy_are_those_of_the_own_account(alice: Call) -> None:
    other = an_account()
    admin = a_user(other, password=None)
    Attachment.objects.create(
        account=other, user=admin, policy=ManagedPolicy.objects.get(account_id="aws", policy_name="AdministratorAccess")
    )
    assert not list_entities_for_policy(alice, policy_arn=ADMINISTRATOR_ACCESS).items
    assert get_policy(alice, policy_arn=ADMINISTRATOR_ACCESS).attachment_count == 0


def test_listing_entities_costs_the_same_for_many(
    alice: Call, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    arn = a_policy(alice)
    attach_user_policy(alice, user_name="alice", policy_arn=arn)
    with django_assert_max_num_queries(5) as few:
        list_entities_for_policy(alice, policy_arn=arn)
    for number in range(10):
        a_user(alice.account, f"user{number}", password=None)
        attach_user_policy(alice, user_name=f"user{number}", policy_arn=arn)
    with django_assert_max_num_queries(len(few)):
        assert len(list_entities_for_policy(alice, policy_arn=arn)) == 11
