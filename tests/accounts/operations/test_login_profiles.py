"""Console passwords through the gate: rows, events without passwords, refusals."""

from __future__ import annotations

import pytest

from accounts.models import Account, LoginProfile, User
from accounts.operations.login_profiles import (
    change_password,
    create_login_profile,
    delete_login_profile,
    get_login_profile,
    update_login_profile,
)
from accounts.secrets import password_matches
from iamconsole.audit.models import Event
from iamconsole.aws.errors import (
    AccessDenied,
    EntityAlreadyExists,
    IncorrectPassword,
    InvalidUserType,
    NoSuchEntity,
    PasswordPolicyViolation,
)
from iamconsole.call import Call
from tests.factories import PASSWORD, a_call, a_user

NEW = "Battery-Staple-9"


@pytest.fixture
def call(account: Account, alice: User) -> Call:
    return a_call(account, alice)


@pytest.fixture
def dave(account: Account) -> User:
    return a_user(account, "dave", password=None)


def stored(user: User) -> LoginProfile:
    return LoginProfile.objects.get(user=user)


def test_a_login_profile_keeps_a_hash_and_its_event_no_password(call: Call, dave: User) -> None:
    create_login_profile(call, user_name="dave", password=NEW, password_reset_required=True)
    assert password_matches(NEW, stored(dave).password)
    event = Event.objects.get(request_id=call.request_id, event_name="CreateLoginProfile")
    assert event.record["requestParameters"] == {"userName": "dave", "passwordResetRequired": True}
    assert NEW not in str(event.record)


def test_a_second_login_profile_is_refused(call: Call, dave: User) -> None:
    create_login_profile(call, user_name="dave", password=NEW)
    with pytest.raises(EntityAlreadyExists, match="Login Profile for user dave already exists"):
        create_login_profile(call, user_name="dave", password=NEW)


def test_a_password_that_breaks_the_policy_is_refused_with_every_rule_it_breaks(call: Call, dave: User) -> None:
    with pytest.raises(PasswordPolicyViolation) as refused:
        create_login_profile(call, user_name="dave", password="dave")
    assert "at least 8 characters" in refused.value.message
    assert "must mix at least 3" in refused.value.message
    assert "must not be the same as the user name" in refused.value.message
    assert refused.value.field == "password"


def test_a_user_without_a_password_has_no_login_profile(call: Call, dave: User) -> None:
    for act in (
        lambda: get_login_profile(call, user_name="dave"),
        lambda: update_login_profile(call, user_name="dave", password=NEW),
        lambda: delete_login_profile(call, user_name="dave"),
    ):
        with pytest.raises(NoSuchEntity, match="Login Profile for User dave cannot be found"):
            act()


def test_a_password_is_reset_and_the_age_begins_anew(call: Call, account: Account) -> None:
    dave = a_user(account, "dave")
    before = stored(dave).password_last_changed
    with pytest.raises(PasswordPolicyViolation):
        update_login_profile(call, user_name="dave", password="weak")
    update_login_profile(call, user_name="dave", password=NEW, password_reset_required=True)
    assert password_matches(NEW, stored(dave).password)
    assert stored(dave).password_last_changed > before
    assert get_login_profile(call, user_name="dave").password_reset_required


def test_carol_may_not_touch_another_ones_password(account: Account, carol: User) -> None:
    dave, call = a_user(account, "dave"), a_call(account, carol)
    for act in (
        lambda: get_login_profile(call, user_name="dave"),
        lambda: update_login_profile(call, user_name="dave", password=NEW),
        lambda: delete_login_profile(call, user_name="dave"),
        lambda: change_password(call, old_password=PASSWORD, new_password=NEW),
    ):
        with pytest.raises(AccessDenied):
            act()
    assert password_matches(PASSWORD, stored(dave).password)


def test_a_user_changes_the_own_password_with_the_old_one(call: Call, alice: User) -> None:
    with pytest.raises(IncorrectPassword, match="The old password was incorrect"):
        change_password(call, old_password="Not-It-123", new_password=NEW)
    change_password(call, old_password=PASSWORD, new_password=NEW)
    assert password_matches(NEW, stored(alice).password)
    assert not stored(alice).password_reset_required


def test_the_root_user_has_no_login_profile_to_change(account: Account) -> None:
    with pytest.raises(InvalidUserType, match="Only IAM Users can change their own password"):
        change_password(a_call(account), old_password=PASSWORD, new_password=NEW)
