"""Roles through the gate: rows, events, refusals, quotas, trust policies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Account, Role, RoleTag, User
from accounts.operations.instance_profiles import add_role_to_instance_profile, create_instance_profile
from accounts.operations.roles import (
    create_role,
    delete_role,
    get_role,
    list_roles,
    update_assume_role_policy,
    update_role,
    update_role_description,
)
from iamconsole.audit.models import Event
from iamconsole.aws import quotas
from iamconsole.aws.errors import (
    AccessDenied,
    DeleteConflict,
    EntityAlreadyExists,
    InvalidInput,
    LimitExceeded,
    MalformedPolicyDocument,
    NoSuchEntity,
    UnmodifiableEntity,
    ValidationError,
)
from iamconsole.aws.paging import PageRequest
from iamconsole.call import Call
from policies.operations.attachments import attach_role_policy
from tests.factories import EC2_TRUST, a_call, a_group, a_role, a_user, an_account, an_inline_policy

pytestmark = pytest.mark.django_db

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def call(account: Account) -> Call:
    return a_call(account)


def last_event(call: Call) -> Event:
    return Event.objects.filter(request_id=call.request_id).order_by("-sequence")[0]


def a_trust(principal: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_role_is_made_with_the_trust_policy_as_it_was_sent_and_recorded(call: Call) -> None:
    text = EC2_TRUST.replace(" ", "\n  ")
    role = create_role(
        call, role_name="Web", assume_role_policy_document=text, path="/app/", description="Web servers",
        max_session_duration=7200, permissions_boundary=READ_ONLY, tags=[("team", "web")],
    )  # fmt: skip
    role.refresh_from_db()
    assert role.role_id.startswith("AROA")
    assert role.arn == f"arn:aws:iam::{call.account_id}:role/app/Web"
    assert role.assume_role_policy_document == text
    assert (role.description, role.max_session_duration) == ("Web servers", 7200)
    assert role.boundary.policy.arn == READ_ONLY
    assert [(tag.key, tag.value) for tag in RoleTag.objects.filter(role=role)] == [("team", "web")]
    event = last_event(call)
    assert (event.event_name, event.read_only) == ("CreateRole", False)
    assert event.record["requestParameters"]["roleName"] == "Web"
    assert event.record["responseElements"]["role"]["roleId"] == role.role_id


def test_ac37_a_role_has_no_password_and_no_access_keys(account: Account) -> None:
    related = {relation.name for relation in Role._meta.get_fields()}
    assert not related & {"password", "login_profile", "access_keys", "mfa_devices"}
    assert a_role(account).max_session_duration == 3600


def test_a_role_name_differing_only_in_case_is_refused(call: Call) -> None:
    create_role(call, role_name="Web", assume_role_policy_document=EC2_TRUST)
    with pytest.raises(EntityAlreadyExists, match=r"^Role with name WEB already exists\.$") as refused:
        create_role(call, role_name="WEB", assume_role_policy_document=EC2_TRUST)
    assert refused.value.field == "roleName"


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"role_name": "x" * 65}, "Value at 'roleName' failed to satisfy constraint: Member must have length less"),
        ({"role_name": "a b"}, "Value at 'roleName'"),
        ({"path": "app"}, "Value at 'path'"),
        ({"max_session_duration": 3599}, "Member must have value greater than or equal to 3600"),
        ({"max_session_duration": 43201}, "Member must have value less than or equal to 43200"),
        ({"description": "x" * 1001}, "Value at 'description'"),
        ({"assume_role_policy_document": ""}, "Value at 'assumeRolePolicyDocument'"),
    ],
)
def test_a_parameter_out_of_bounds_is_refused(call: Call, parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        create_role(call, **{"role_name": "Web", "assume_role_policy_document": EC2_TRUST, **parameters})
    assert not Role.objects.filter(account=call.account).exists()


def test_the_path_of_service_linked_roles_is_reserved(call: Call) -> None:
    with pytest.raises(InvalidInput, match="reserved"):
        create_role(call, role_name="Web", assume_role_policy_document=EC2_TRUST, path="/aws-service-role/x/")


def test_the_role_after_the_last_one_of_the_quota_is_refused(call: Call) -> None:
    Account.objects.filter(pk=call.account_id).update(role_count=quotas.ROLES_PER_ACCOUNT.value)
    with pytest.raises(LimitExceeded, match="Cannot exceed quota for RolesPerAccount: 1000"):
        create_role(call, role_name="one-more", assume_role_policy_document=EC2_TRUST)


@pytest.mark.parametrize("text", ["not json", '{"Version": "2012-10-17"}'])
def test_a_trust_policy_that_is_no_policy_is_refused_with_its_places(call: Call, text: str) -> None:
    with pytest.raises(MalformedPolicyDocument) as refused:
        create_role(call, role_name="Web", assume_role_policy_document=text)
    assert refused.value.field == "assumeRolePolicyDocument"
    assert refused.value.problems


def test_a_trust_policy_with_a_resource_is_refused(call: Call) -> None:
    text = EC2_TRUST.replace('"Action"', '"Resource": "*", "Action"')
    with pytest.raises(MalformedPolicyDocument, match=r"Has prohibited field Resource\."):
        create_role(call, role_name="Web", assume_role_policy_document=text)


def test_a_trust_policy_of_2048_characters_is_saved_and_one_more_is_refused(call: Call) -> None:
    start = EC2_TRUST.replace(" ", "").replace('[{"Effect"', '[{"Sid":"","Effect"')
    longest = start.replace('"Sid":""', f'"Sid":"{"x" * (2048 - len(start))}"')
    role = create_role(call, role_name="Web", assume_role_policy_document=longest + "\n" * 100)
    with pytest.raises(LimitExceeded, match="Cannot exceed quota for ACLSizePerRole: 2048") as refused:
        update_assume_role_policy(call, role_name="Web", policy_document=longest.replace("xx", "xxx", 1))
    assert refused.value.field == "policyDocument"
    role.refresh_from_db()
    assert role.assume_role_policy_document == longest + "\n" * 100


def test_a_user_and_a_role_that_exist_may_be_trusted(account: Account, call: Call) -> None:
    dave, web = a_user(account, "Dave", path="/staff/"), a_role(account, "Web")
    principals = {"AWS": [dave.arn, web.arn, account.arn, account.account_id, "*"]}
    create_role(call, role_name="Trusting", assume_role_policy_document=a_trust(principals))


@pytest.mark.parametrize(
    "resource", ["user/nobody", "user/dave", "user/other/Dave", "role/Dave", "role/nobody", "group/Developers"]
)
def test_ac30_a_principal_that_the_account_does_not_have_is_refused(
    account: Account, call: Call, resource: str
) -> None:
    a_user(account, "Dave")
    a_group(account, "Developers")
    arn = f"arn:aws:iam::{account.account_id}:{resource}"
    with pytest.raises(MalformedPolicyDocument, match="Invalid principal in policy") as refused:
        create_role(call, role_name="Web", assume_role_policy_document=a_trust({"AWS": arn}))
    assert f'"AWS":"{arn}"' in refused.value.message


def test_a_principal_of_another_account_here_must_exist_there(call: Call) -> None:
    other = an_account()
    erin = a_user(other, "erin")
    create_role(call, role_name="One", assume_role_policy_document=a_trust({"AWS": erin.arn}))
    with pytest.raises(MalformedPolicyDocument, match="Invalid principal"):
        create_role(call, role_name="Two", assume_role_policy_document=a_trust({"AWS": erin.arn + "a"}))


def test_a_principal_of_an_account_elsewhere_is_believed(call: Call) -> None:
    text = a_trust({"AWS": "arn:aws:iam::999988887777:role/Elsewhere"})
    create_role(call, role_name="One", assume_role_policy_document=text)


def test_the_unique_id_of_an_entity_that_is_gone_is_refused(account: Account, call: Call) -> None:
    dave = a_user(account)
    create_role(call, role_name="One", assume_role_policy_document=a_trust({"AWS": dave.user_id}))
    with pytest.raises(MalformedPolicyDocument, match='"AWS":"AIDA'):
        create_role(call, role_name="Two", assume_role_policy_document=a_trust({"AWS": dave.user_id[:-1] + "1"}))


def test_a_role_is_read_whatever_the_case_of_its_name(account: Account, call: Call) -> None:
    role = a_role(account, "Web")
    assert get_role(call, role_name="web") == role
    with pytest.raises(NoSuchEntity, match=r"^The role with name Nobody cannot be found\.$"):
        get_role(call, role_name="Nobody")


def test_another_accounts_role_does_not_exist(call: Call) -> None:
    a_role(an_account(), "Web")
    with pytest.raises(NoSuchEntity):
        get_role(call, role_name="Web")


def test_roles_are_listed_by_name_and_path(account: Account, call: Call) -> None:
    for name, path in (("b", "/"), ("A", "/app/"), ("c", "/app/x/")):
        a_role(account, name, path=path)
    account.refresh_from_db()
    assert [role.role_name for role in list_roles(call)] == ["A", "b", "c"]
    assert [role.role_name for role in list_roles(call, path_prefix="/app/")] == ["A", "c"]
    page = list_roles(call, page=PageRequest(size=2))
    assert [role.role_name for role in list_roles(call, page=PageRequest(size=2, after=page.after))] == ["c"]


def test_description_and_duration_are_changed_one_without_the_other(account: Account, call: Call) -> None:
    role = a_role(account, "Web", description="old")
    update_role(call, role_name="web", max_session_duration=43200)
    role.refresh_from_db()
    assert (role.description, role.max_session_duration) == ("old", 43200)
    update_role(call, role_name="Web", description="new")
    assert update_role_description(call, role_name="Web", description="newer").description == "newer"
    with pytest.raises(ValidationError, match="less than or equal to 43200"):
        update_role(call, role_name="Web", max_session_duration=43201)


def test_a_trust_policy_is_replaced_and_recorded(account: Account, call: Call) -> None:
    role = a_role(account, "Web")
    text = a_trust({"AWS": account.arn})
    update_assume_role_policy(call, role_name="Web", policy_document=text)
    role.refresh_from_db()
    assert role.assume_role_policy_document == text
    assert last_event(call).event_name == "UpdateAssumeRolePolicy"


def test_a_role_is_deleted_with_tags_and_boundary_once_nothing_else_hangs_on_it(account: Account, call: Call) -> None:
    create_role(
        call, role_name="Web", assume_role_policy_document=EC2_TRUST, tags=[("a", "b")], permissions_boundary=READ_ONLY
    )
    create_instance_profile(call, instance_profile_name="Web")
    add_role_to_instance_profile(call, instance_profile_name="Web", role_name="Web")
    attach_role_policy(call, role_name="Web", policy_arn=READ_ONLY)
    role = Role.objects.get(account=account)
    an_inline_policy(role, "{}")
    refusals: list[tuple[str, Callable[[], Any]]] = [
        ("must remove roles from instance profile first", lambda: role.instance_profiles.update(role=None)),
        ("must detach all policies first", lambda: role.attachments.all().delete()),
        ("must delete policies first", lambda: role.inline_policies.all().delete()),
    ]
    for sentence, mend in refusals:
        with pytest.raises(DeleteConflict, match=sentence):
            delete_role(call, role_name="Web")
        mend()
    delete_role(call, role_name="Web")
    assert not Role.objects.filter(account=account).exists()
    account.refresh_from_db()
    assert account.role_count == 0


def test_a_service_linked_role_takes_a_description_and_nothing_else(account: Account, call: Call) -> None:
    a_role(account, "AWSServiceRoleForX", path="/aws-service-role/x.amazonaws.com/")
    update_role(call, role_name="AWSServiceRoleForX", description="ours", max_session_duration=3600)
    changes: list[Callable[[], Any]] = [
        lambda: update_role(call, role_name="AWSServiceRoleForX", max_session_duration=7200),
        lambda: update_assume_role_policy(call, role_name="AWSServiceRoleForX", policy_document=EC2_TRUST),
        lambda: delete_role(call, role_name="AWSServiceRoleForX"),
    ]
    sentence = (
        "^Cannot perform the operation on the protected role 'AWSServiceRoleForX'"
        " - this role is only modifiable by AWS$"
    )
    for change in changes:
        with pytest.raises(UnmodifiableEntity, match=sentence):
            change()


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        (create_role, {"role_name": "New", "assume_role_policy_document": EC2_TRUST}),
        (get_role, {"role_name": "Web"}),
        (list_roles, {}),
        (update_role, {"role_name": "Web", "description": "x"}),
        (update_role_description, {"role_name": "Web", "description": "x"}),
        (update_assume_role_policy, {"role_name": "Web", "policy_document": EC2_TRUST}),
        (delete_role, {"role_name": "Web"}),
    ],
)
def test_carol_may_do_none_of_it(account: Account, carol: User, operation: Any, parameters: dict[str, str]) -> None:
    role = a_role(account, "Web")
    call = a_call(account, carol)
    with pytest.raises(AccessDenied):
        operation(call, **parameters)
    assert list(Role.objects.filter(account=account)) == [role]
    assert last_event(call).error_code == "AccessDenied"
