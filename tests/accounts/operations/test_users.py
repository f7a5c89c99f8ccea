"""IAM users through the gate: rows, events, refusals, quotas."""

from __future__ import annotations

import pytest

from accounts.access_keys import keys_of
from accounts.models import AccessKey, Account, LoginProfile, User
from accounts.operations.access_keys import create_access_key, delete_access_key
from accounts.operations.login_profiles import delete_login_profile
from accounts.operations.users import create_user, delete_user, get_user, list_users, update_user
from iamconsole.audit.models import Event
from iamconsole.aws import quotas
from iamconsole.aws.errors import (
    AccessDenied,
    DeleteConflict,
    EntityAlreadyExists,
    LimitExceeded,
    NoSuchEntity,
    ValidationError,
)
from iamconsole.aws.paging import PageRequest
from iamconsole.call import Call
from policies.models import Attachment, Boundary
from policies.operations.attachments import attach_user_policy, detach_user_policy
from tests.factories import a_call, a_group, a_user, an_account, an_inline_policy

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
LIST_USERS = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}}'


@pytest.fixture
def call(account: Account, alice: User) -> Call:
    return a_call(account, alice)


@pytest.fixture
def refused(account: Account, carol: User) -> Call:
    return a_call(account, carol)


def last_event(call: Call) -> Event:
    return Event.objects.filter(request_id=call.request_id).order_by("-sequence")[0]


def names_of(call: Call, **page: object) -> list[str]:
    return [user.user_name for user in list_users(call, page=PageRequest(**page))]  # type: ignore[arg-type]


def test_a_user_is_made_without_credentials_and_without_permissions(call: Call) -> None:
    user = create_user(call, user_name="dave", path="/dev/", tags=[("team", "red")])
    assert user.user_id.startswith("AIDA")
    assert user.arn == f"arn:aws:iam::{call.account_id}:user/dev/dave"
    read = get_user(call, user_name="DAVE")
    assert read.tag_list == [{"key": "team", "value": "red"}]
    assert (keys_of(read), hasattr(read, "login_profile"), read.attachments.count()) == ((), False, 0)
    event = Event.objects.get(request_id=call.request_id, event_name="CreateUser")
    assert event.record["requestParameters"] == {
        "userName": "dave",
        "path": "/dev/",
        "tags": [{"key": "team", "value": "red"}],
    }
    assert event.record["responseElements"]["user"]["userId"] == user.user_id


def test_a_user_may_be_bounded_from_the_start(call: Call) -> None:
    user = create_user(call, user_name="dave", permissions_boundary=READ_ONLY)
    assert Boundary.objects.get(user=user).policy.arn == READ_ONLY


def test_ac14_the_root_user_is_not_among_the_users(account: Account) -> None:
    root = a_call(account)
    a_user(account, "dave")
    assert names_of(root) == ["dave"]
    with pytest.raises(NoSuchEntity):
        get_user(root, user_name="root")
    with pytest.raises(NoSuchEntity):
        delete_user(root, user_name="root")
    with pytest.raises(NoSuchEntity):
        attach_user_policy(root, user_name="root", policy_arn=READ_ONLY)
    assert not Attachment.objects.filter(account_id=account.account_id).exists()


def test_ac18_two_people_as_root_look_alike_in_the_trail_and_two_users_do_not(account: Account) -> None:
    def told(call: Call) -> dict[str, object]:
        list_users(call)
        identity = dict(last_event(call).record["userIdentity"])
        identity.pop("sessionContext", None)
        return identity

    assert told(a_call(account, source_ip="10.0.0.1")) == told(a_call(account, source_ip="10.0.0.2"))
    erin, fred = a_user(account, "erin"), a_user(account, "fred")
    for user in (erin, fred):
        an_inline_policy(user, LIST_USERS)
    assert told(a_call(account, erin)) != told(a_call(account, fred))
    assert told(a_call(account, erin))["userName"] == "erin"


def test_ac22_a_user_name_differing_only_in_case_is_refused(call: Call) -> None:
    create_user(call, user_name="Dave")
    with pytest.raises(EntityAlreadyExists) as refused:
        create_user(call, user_name="dAVE")
    assert refused.value.message == "User with name dAVE already exists."
    assert refused.value.field == "userName"
    assert User.objects.filter(account=call.account, user_name__iexact="dave").count() == 1


def test_ac22_the_same_name_in_another_account_is_another_user(call: Call) -> None:
    create_user(call, user_name="dave")
    assert create_user(a_call(an_account()), user_name="dave").user_name == "dave"


@pytest.mark.parametrize("name", ["a b", "a/b", "é", "a:b", "a\nb"])
def test_ac23_a_user_name_with_bad_characters_is_refused_with_the_pattern(call: Call, name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        create_user(call, user_name=name)
    assert refused.value.message == (
        "1 validation error detected: Value at 'userName' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\w+=,.@-]+"
    )


def test_ac23_a_user_name_of_65_letters_is_refused_and_one_of_64_is_not(call: Call) -> None:
    assert create_user(call, user_name="a" * 64).user_name == "a" * 64
    with pytest.raises(ValidationError, match="length less than or equal to 64"):
        create_user(call, user_name="a" * 65)


def test_a_user_too_many_is_refused(call: Call) -> None:
    Account.objects.filter(pk=call.account_id).update(user_count=quotas.USERS_PER_ACCOUNT.value)
    with pytest.raises(LimitExceeded, match="Cannot exceed quota for UsersPerAccount: 5000"):
        create_user(call, user_name="dave")


def test_carol_may_do_nothing_with_users_and_learns_nothing(call: Call, refused: Call) -> None:
    a_user(call.account, "dave")
    for act in (
        lambda: create_user(refused, user_name="mallory"),
        lambda: get_user(refused, user_name="dave"),
        lambda: get_user(refused, user_name="nobody"),
        lambda: list_users(refused),
        lambda: update_user(refused, user_name="dave", new_user_name="dan"),
        lambda: delete_user(refused, user_name="dave"),
    ):
        with pytest.raises(AccessDenied):
            act()
    assert last_event(refused).error_code == "AccessDenied"
    assert User.objects.filter(account=call.account, user_name="dave").exists()


def test_the_list_finds_users_by_name_and_by_access_key_id(call: Call) -> None:
    a_user(call.account, "dave")
    key = AccessKey.objects.create(account=call.account, user=a_user(call.account, "erin"), sealed_secret="x")
    assert names_of(call, query="AV") == ["dave"]
    assert names_of(call, query=key.access_key_id) == ["erin"]
    assert names_of(call, query=key.access_key_id[:10].lower()) == ["erin"]


def test_the_list_is_filtered_by_path_and_by_group(call: Call) -> None:
    group = a_group(call.account, "Developers")
    a_user(call.account, "dave", path="/dev/", groups=[group])
    a_user(call.account, "erin", path="/ops/")
    assert names_of(call, filters=(("path", "/dev/"),)) == ["dave"]
    assert names_of(call, filters=(("group", "developers"),)) == ["dave"]
    assert list_users(call, path_prefix="/ops/").items[0].user_name == "erin"


def test_the_list_brings_group_names_and_keys_of_each_user(call: Call) -> None:
    groups = [a_group(call.account, name) for name in ("Developers", "admins", "ops")]
    user = a_user(call.account, "dave", groups=groups)
    key = AccessKey.objects.create(account=call.account, user=user, sealed_secret="x")
    (found,) = list_users(call, page=PageRequest(query="dave"))
    assert found.group_names == ["admins", "Developers", "ops"]
    assert [(each.access_key_id, each.is_active) for each in keys_of(found)] == [(key.access_key_id, True)]


def test_a_renamed_user_keeps_id_and_credentials_and_has_a_new_arn(call: Call) -> None:
    user = a_user(call.account, "dave")
    update_user(call, user_name="dave", new_user_name="daniel", new_path="/staff/")
    renamed = get_user(call, user_name="daniel")
    assert renamed.user_id == user.user_id
    assert renamed.arn == f"arn:aws:iam::{call.account_id}:user/staff/daniel"
    assert renamed.login_profile.password == LoginProfile.objects.get(user=user).password


def test_renaming_to_a_taken_name_is_refused(call: Call) -> None:
    a_user(call.account, "dave")
    a_user(call.account, "erin")
    with pytest.raises(EntityAlreadyExists, match="User with name ERIN already exists"):
        update_user(call, user_name="dave", new_user_name="ERIN")


def test_renaming_needs_permission_on_both_names(account: Account) -> None:
    bob = a_user(account, "bob")
    a_user(account, "dave")
    only_dave = f"arn:aws:iam::{account.account_id}:user/dave"
    an_inline_policy(
        bob,
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:UpdateUser", "Resource": "'
        + only_dave
        + '"}}',
    )
    with pytest.raises(AccessDenied, match="user/root-of-all"):
        update_user(a_call(account, bob), user_name="dave", new_user_name="root-of-all")
    update_user(a_call(account, bob), user_name="dave", new_path="/dev/")


def test_a_user_is_deleted_with_tags_and_boundary(call: Call) -> None:
    create_user(call, user_name="dave", permissions_boundary=READ_ONLY, tags=[("team", "red")])
    delete_user(call, user_name="dave")
    assert not User.objects.filter(account=call.account, user_name="dave").exists()
    assert last_event(call).event_name == "DeleteUser"


def test_a_user_is_not_deleted_while_anything_hangs_on_it(call: Call) -> None:
    user = a_user(call.account, "dave", groups=[a_group(call.account)])
    inline = an_inline_policy(user, LIST_USERS)
    attach_user_policy(call, user_name="dave", policy_arn=READ_ONLY)
    key = create_access_key(call, user_name="dave").key
    for sentence, clear in (
        ("detach all policies", lambda: detach_user_policy(call, user_name="dave", policy_arn=READ_ONLY)),
        ("delete policies", inline.delete),
        ("remove users from group", user.memberships.all().delete),
        ("delete login profile", lambda: delete_login_profile(call, user_name="dave")),
        (
            "delete access keys",
            lambda: delete_access_key(call, user_name="dave", access_key_id=key.access_key_id),
        ),
    ):
        with pytest.raises(DeleteConflict) as refused:
            delete_user(call, user_name="dave")
        assert refused.value.message == f"Cannot delete entity, must {sentence} first."
        clear()
    delete_user(call, user_name="dave")
