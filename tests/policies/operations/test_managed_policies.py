from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from iamconsole.aws.errors import (
    AccessDenied,
    DeleteConflict,
    EntityAlreadyExists,
    IamError,
    InvalidInput,
    LimitExceeded,
    MalformedPolicyDocument,
    NoSuchEntity,
    ValidationError,
)
from iamconsole.aws.paging import PageRequest
from iamconsole.call import Call
from policies.models import ManagedPolicy, PolicyVersion
from policies.operations.attachments import attach_user_policy
from policies.operations.boundaries import put_user_permissions_boundary
from policies.operations.managed_policies import create_policy, delete_policy, get_policy, list_policies
from policies.operations.policy_versions import create_policy_version, get_policy_version
from tests.factories import a_call, a_user, an_account, an_inline_policy
from tests.policies.operations.documents import (
    ADMINISTRATOR_ACCESS,
    EVERYTHING,
    LIST_BUCKET,
    a_policy,
    allow,
    last_event,
)

pytestmark = pytest.mark.django_db


def test_ac2_the_arn_of_a_new_policy_has_no_region_and_twelve_digits(alice: Call) -> None:
    policy = create_policy(alice, policy_name="Tools", policy_document=LIST_BUCKET, path="/team/")
    assert policy.arn == f"arn:aws:iam::{alice.account_id}:policy/team/Tools"
    assert len(alice.account_id) == 12


def test_ac48_the_document_is_stored_exactly_as_it_came(alice: Call) -> None:
    text = "\r\n" + LIST_BUCKET.replace("    ", "\t") + "  \n"
    arn = a_policy(alice, policy_document=text)
    assert get_policy_version(alice, policy_arn=arn, version_id="v1").document == text


def test_ac54_the_example_of_the_lesson_can_be_saved(alice: Call) -> None:
    assert create_policy(alice, policy_name="ListBucketObjects", policy_document=LIST_BUCKET).latest_version == 1


def test_ac57_a_sid_of_letters_and_digits_is_kept_and_one_with_a_space_is_refused(alice: Call) -> None:
    assert "ListBucketObjects" in LIST_BUCKET
    a_policy(alice)
    with pytest.raises(MalformedPolicyDocument):
        a_policy(alice, "Other", allow("s3:ListBucket", Sid="List Bucket"))


def test_a_new_policy_has_its_first_version_in_force_and_its_creator_named(alice: Call) -> None:
    arn = a_policy(alice, description="For tools", tags=(("team", "blue"),))
    policy = get_policy(alice, policy_arn=arn)
    assert (policy.default_version_number, policy.attachment_count, policy.description) == (1, 0, "For tools")
    assert policy.tag_list == [{"key": "team", "value": "blue"}]
    version = PolicyVersion.objects.get(policy=policy)
    assert (version.version_id, version.is_default, version.created_by) == ("v1", True, alice.principal.arn)


def test_ac61_the_event_holds_the_document_as_text_and_the_policy_as_answer(alice: Call) -> None:
    arn = a_policy(alice)
    event = last_event(alice)
    assert (event.event_name, event.read_only, event.error_code) == ("CreatePolicy", False, "")
    assert event.record["requestParameters"] == {
        "policyName": "Tools", "policyDocument": LIST_BUCKET, "path": "/", "description": "",
    }  # fmt: skip
    answer = event.record["responseElements"]["policy"]
    assert (answer["arn"], answer["defaultVersionId"], answer["attachmentCount"]) == (arn, "v1", 0)


def test_ac61_a_refused_creation_leaves_its_event_and_no_policy(alice: Call, carol: Call) -> None:
    with pytest.raises(AccessDenied):
        a_policy(carol)
    assert not ManagedPolicy.objects.filter(account=alice.account).exists()
    assert (last_event(alice).event_name, last_event(alice).error_code) == ("CreatePolicy", "AccessDenied")


def test_ac22_a_policy_name_differing_only_in_case_is_refused(alice: Call) -> None:
    a_policy(alice, "Tools")
    with pytest.raises(EntityAlreadyExists, match=r"A policy called TOOLS already exists\. Duplicate names") as refused:
        a_policy(alice, "TOOLS")
    assert refused.value.field == "policyName"


def test_ac51_an_impossible_version_is_refused_with_its_place_and_the_two_legal_ones(alice: Call) -> None:
    text = '{"Version": "2012-01-17",\n "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    with pytest.raises(MalformedPolicyDocument) as refused:
        a_policy(alice, "Admin", text)
    assert (refused.value.code, refused.value.field) == ("MalformedPolicyDocument", "policyDocument")
    problem = refused.value.problems[0]
    assert "2012-10-17" in problem.message
    assert "2008-10-17" in problem.message
    assert problem.span.start.line == 1
    assert not ManagedPolicy.objects.filter(account=alice.account).exists()


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"policy_name": "a b"}, ValidationError, "policyName"),
        ({"policy_name": ""}, ValidationError, "policyName"),
        ({"policy_name": "a\x00"}, ValidationError, "policyName"),
        ({"path": "team"}, ValidationError, "path"),
        ({"description": "x" * 1001}, ValidationError, "description"),
        ({"tags": (("k", "1"), ("K", "2"))}, InvalidInput, "tags"),
        ({"policy_document": ""}, ValidationError, "policyDocument"),
        ({"policy_document": "{\x00}"}, ValidationError, "policyDocument"),
        ({"policy_document": " " * 131073}, ValidationError, "policyDocument"),
        ({"policy_document": "[" * 100000}, MalformedPolicyDocument, "policyDocument"),
        ({"policy_document": "hello"}, MalformedPolicyDocument, "policyDocument"),
    ],
)
def test_a_parameter_that_breaks_a_rule_is_refused_at_its_field(
    alice: Call, change: dict[str, object], error: type[IamError], field: str
) -> None:
    parameters = {"policy_name": "Tools", "policy_document": LIST_BUCKET, **change}
    with pytest.raises(error) as refused:
        create_policy(alice, **parameters)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_document_may_have_6144_characters_without_white_space_and_not_one_more(alice: Call) -> None:
    empty = allow("s3:GetObject", "arn:aws:s3:::b/").replace(" ", "")
    fits = empty.replace("b/", "b/" + "x" * (6144 - len(empty)))
    a_policy(alice, "Fits", fits.replace(",", ",\n  \t"))
    with pytest.raises(LimitExceeded, match="Cannot exceed quota for PolicySize: 6144") as refused:
        a_policy(alice, "Larger", fits.replace("b/", "b/x"))
    assert refused.value.field == "policyDocument"


def test_an_account_has_at_most_1500_policies(alice: Call) -> None:
    type(alice.account).objects.filter(pk=alice.account_id).update(policy_count=1500)
    with pytest.raises(LimitExceeded, match="Cannot exceed quota for PoliciesPerAccount: 1500"):
        a_policy(alice)


def test_a_policy_of_another_account_does_not_exist(alice: Call) -> None:
    other = an_account()
    other_admin = a_user(other, "admin", password=None)
    an_inline_policy(other_admin, EVERYTHING)
    arn = a_policy(a_call(other, other_admin))
    with pytest.raises(NoSuchEntity, match=f"Policy {arn} was not found"):
        get_policy(alice, policy_arn=arn)


def test_ac49_an_aws_managed_policy_is_readable_and_cannot_be_deleted(alice: Call) -> None:
    assert get_policy(alice, policy_arn=ADMINISTRATOR_ACCESS).is_aws_managed
    with pytest.raises(AccessDenied, match=f"not authorized to perform: iam:DeletePolicy on .*{ADMINISTRATOR_ACCESS}"):
        delete_policy(alice, policy_arn=ADMINISTRATOR_ACCESS)
    assert last_event(alice).error_code == "AccessDenied"


def test_a_policy_that_is_attached_or_a_boundary_cannot_be_deleted(alice: Call) -> None:
    arn = a_policy(alice)
    attach_user_policy(alice, user_name="alice", policy_arn=arn)
    with pytest.raises(DeleteConflict, match=r"Cannot delete a policy attached to entities\."):
        delete_policy(alice, policy_arn=arn)
    bounding = a_policy(alice, "Bounds", EVERYTHING)
    put_user_permissions_boundary(alice, user_name="alice", permissions_boundary=bounding)
    with pytest.raises(DeleteConflict, match=r"Cannot delete a policy attached to entities\."):
        delete_policy(alice, policy_arn=bounding)


def test_a_policy_with_a_second_version_cannot_be_deleted(alice: Call) -> None:
    arn = a_policy(alice)
    create_policy_version(alice, policy_arn=arn, policy_document=EVERYTHING)
    with pytest.raises(DeleteConflict, match="This policy has more than one version"):
        delete_policy(alice, policy_arn=arn)


def test_delete_policy_takes_version_and_tags_along(alice: Call, bob: Call) -> None:
    arn = a_policy(alice, tags=(("team", "blue"),))
    with pytest.raises(AccessDenied):
        delete_policy(bob, policy_arn=arn)
    delete_policy(alice, policy_arn=arn)
    assert not PolicyVersion.objects.filter(account=alice.account).exists()
    with pytest.raises(NoSuchEntity):
        get_policy(alice, policy_arn=arn)


def test_list_policies_tells_customer_managed_from_aws_managed(alice: Call) -> None:
    arn = a_policy(alice, "zeta")
    a_policy(alice, "Alpha", path="/team/")
    local = list_policies(alice, scope="Local")
    assert [policy.policy_name for policy in local] == ["Alpha", "zeta"]
    assert [policy.policy_name for policy in list_policies(alice, scope="Local", path_prefix="/team/")] == ["Alpha"]
    assert all(policy.is_aws_managed for policy in list_policies(alice, scope="AWS"))
    alice.account.refresh_from_db()
    everything = list_policies(alice)
    assert everything.total == 2 + (list_policies(alice, scope="AWS").total or 0)
    attach_user_policy(alice, user_name="alice", policy_arn=arn)
    assert [(p.policy_name, p.attachment_count) for p in list_policies(alice, only_attached=True)] == [("zeta", 1)]
    assert not list_policies(alice, policy_usage_filter="PermissionsBoundary").items


def test_list_policies_searches_filters_and_sorts_by_type(alice: Call) -> None:
    a_policy(alice, "AdministratorAccessOfMine")
    found = list_policies(alice, page=PageRequest(query="administratoraccess", sort="type", descending=True))
    assert found.items[0].policy_name == "AdministratorAccessOfMine"
    assert len(found) > 1
    jobs = list_policies(alice, page=PageRequest(filters=(("type", "job-function"),)))
    assert jobs.items
    assert {policy.type_label for policy in jobs} == {"AWS managed - job function"}
    for sort in ("policy_name", "type", "attached", "created"):
        first = list_policies(alice, page=PageRequest(size=5, sort=sort))
        second = list_policies(alice, page=PageRequest(size=5, sort=sort, after=first.after))
        assert len({policy.pk for policy in (*first, *second)}) == 10


def test_an_unknown_scope_is_refused(alice: Call) -> None:
    with pytest.raises(ValidationError, match=r"Value at 'scope' failed.*enum value set"):
        list_policies(alice, scope="Mine")


def test_list_policies_costs_the_same_for_many_policies(
    alice: Call, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    a_policy(alice)
    with django_assert_max_num_queries(4) as few:
        list_policies(alice, scope="Local")
    for number in range(20):
        a_policy(alice, f"Tools{number}")
    attach_user_policy(alice, user_name="alice", policy_arn=a_policy(alice, "Attached"))
    with django_assert_max_num_queries(len(few)):
        assert len(list_policies(alice, scope="Local")) == 22
