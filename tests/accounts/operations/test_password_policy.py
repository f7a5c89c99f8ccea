"""The account's password policy through the gate: set, read, deleted, and enforced at every change of a password."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account, AccountPasswordPolicy, EarlierPassword, LoginProfile, User
from accounts.operations.login_profiles import (
    change_password,
    create_login_profile,
    delete_login_profile,
    update_login_profile,
)
from accounts.operations.password_policy import (
    delete_account_password_policy,
    get_account_password_policy,
    update_account_password_policy,
)
from accounts.operations.users import delete_user
from iamconsole.audit.models import Event
from iamconsole.aws.errors import AccessDenied, NoSuchEntity, PasswordPolicyViolation, ValidationError
from iamconsole.aws.password_policy import PasswordPolicy
from iamconsole.call import Call
from tests.factories import PASSWORD, a_call, a_user, an_account, an_inline_policy

pytestmark = pytest.mark.django_db

PASSWORDS = [f"Battery-Staple-{number}" for number in range(1, 30)]
NONE_SET = "The Password Policy with domain name {} cannot be found."


@pytest.fixture
def call(account: Account, alice: User) -> Call:
    return a_call(account, alice)


@pytest.fixture
def dave(account: Account) -> User:
    return a_user(account, "dave")


def test_an_account_has_none_of_its_own_at_first(call: Call) -> None:
    for act in (get_account_password_policy, delete_account_password_policy):
        with pytest.raises(NoSuchEntity) as refused:
            act(call)
        assert refused.value.message == NONE_SET.format(call.account_id)


def test_what_is_left_out_of_an_update_goes_back_to_its_default(call: Call) -> None:
    update_account_password_policy(
        call, minimum_password_length=20, require_symbols=True, require_numbers=True,
        require_uppercase_characters=True, require_lowercase_characters=True, allow_users_to_change_password=True,
        max_password_age=90, password_reuse_prevention=24, hard_expiry=True,
    )  # fmt: skip
    assert get_account_password_policy(call) == PasswordPolicy(20, True, True, True, True, True, 90, 24, True)
    update_account_password_policy(call, require_symbols=True)
    assert get_account_password_policy(call) == PasswordPolicy(minimum_length=6, require_symbols=True)
    event = Event.objects.filter(event_name="UpdateAccountPasswordPolicy", account_id=call.account_id).first()
    assert event is not None
    assert not event.read_only
    assert event.record["requestParameters"]["minimumPasswordLength"] in (6, 20)


def test_a_deleted_policy_leaves_the_one_of_iam(call: Call, dave: User) -> None:
    update_account_password_policy(call, minimum_password_length=30)
    with pytest.raises(PasswordPolicyViolation, match="at least 30 characters"):
        update_login_profile(call, user_name="dave", password=PASSWORDS[0])
    delete_account_password_policy(call)
    update_login_profile(call, user_name="dave", password=PASSWORDS[0])
    with pytest.raises(NoSuchEntity):
        get_account_password_policy(call)


@pytest.mark.parametrize(
    ("given", "parameter", "bound"),
    [
        ({"minimum_password_length": 5}, "minimumPasswordLength", "greater than or equal to 6"),
        ({"minimum_password_length": 129}, "minimumPasswordLength", "less than or equal to 128"),
        ({"max_password_age": 0}, "maxPasswordAge", "greater than or equal to 1"),
        ({"max_password_age": 1096}, "maxPasswordAge", "less than or equal to 1095"),
        ({"password_reuse_prevention": 0}, "passwordReusePrevention", "greater than or equal to 1"),
        ({"password_reuse_prevention": 25}, "passwordReusePrevention", "less than or equal to 24"),
    ],
)
def test_a_number_outside_its_range_is_refused(call: Call, given: dict[str, Any], parameter: str, bound: str) -> None:
    with pytest.raises(ValidationError) as refused:
        update_account_password_policy(call, **given)
    assert refused.value.field == parameter
    assert refused.value.message.endswith(f"Member must have value {bound}")
    assert not AccountPasswordPolicy.objects.filter(pk=call.account_id).exists()


def test_carol_may_neither_read_nor_set_it_and_bob_may_read(account: Account, carol: User, bob: User) -> None:
    call = a_call(account, carol)
    for act in (get_account_password_policy, update_account_password_policy, delete_account_password_policy):
        with pytest.raises(AccessDenied):
            act(call)
    update_account_password_policy(a_call(account))
    assert get_account_password_policy(a_call(account, bob)).minimum_length == 6
    with pytest.raises(AccessDenied):
        update_account_password_policy(a_call(account, bob))


def test_another_account_keeps_its_own(call: Call) -> None:
    update_account_password_policy(call, minimum_password_length=30)
    with pytest.raises(NoSuchEntity):
        get_account_password_policy(a_call(an_account()))


def test_every_class_that_is_asked_for_is_named_where_it_misses(call: Call, account: Account) -> None:
    a_user(account, "erin", password=None)
    update_account_password_policy(
        call, require_symbols=True, require_numbers=True, require_uppercase_characters=True,
        require_lowercase_characters=True,
    )  # fmt: skip
    with pytest.raises(PasswordPolicyViolation) as refused:
        create_login_profile(call, user_name="erin", password="      ")
    for word in ("upper-case letter", "lower-case letter", "number", "symbols"):
        assert word in refused.value.message


def test_the_last_passwords_are_refused_and_older_ones_are_not(call: Call, dave: User) -> None:
    update_account_password_policy(call, password_reuse_prevention=3)
    own = a_call(call.account, dave)
    an_inline_policy(
        dave, '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    )
    change_password(own, old_password=PASSWORD, new_password=PASSWORDS[0])
    change_password(own, old_password=PASSWORDS[0], new_password=PASSWORDS[1])
    for used in (PASSWORD, PASSWORDS[0], PASSWORDS[1]):
        with pytest.raises(PasswordPolicyViolation, match="one of the last 3 of this user") as refused:
            change_password(own, old_password=PASSWORDS[1], new_password=used)
        assert refused.value.field == "newPassword"
    update_login_profile(call, user_name="dave", password=PASSWORDS[2])
    update_login_profile(call, user_name="dave", password=PASSWORD)


def test_a_password_made_anew_after_the_old_one_was_deleted_is_still_a_reuse(call: Call, dave: User) -> None:
    update_account_password_policy(call, password_reuse_prevention=1)
    delete_login_profile(call, user_name="dave")
    with pytest.raises(PasswordPolicyViolation, match="the last one of this user"):
        create_login_profile(call, user_name="dave", password=PASSWORD)
    create_login_profile(call, user_name="dave", password=PASSWORDS[0])


def test_no_more_old_hashes_are_kept_than_a_policy_can_ask_for_and_they_go_with_the_user(
    call: Call, dave: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.secrets.make_password", lambda password: f"hash of {password}")
    for password in PASSWORDS:
        update_login_profile(call, user_name="dave", password=password)
    kept = EarlierPassword.objects.filter(user=dave).order_by("-id").values_list("password", flat=True)
    assert list(kept) == [f"hash of {password}" for password in reversed(PASSWORDS[4:-1])]
    delete_login_profile(call, user_name="dave")
    delete_user(call, user_name="dave")
    assert not EarlierPassword.objects.filter(user_id=dave.pk).exists()


def test_old_hashes_are_in_no_row_history_and_no_event(call: Call, dave: User) -> None:
    update_login_profile(call, user_name="dave", password=PASSWORDS[0])
    old, new = EarlierPassword.objects.get(user=dave).password, LoginProfile.objects.get(user=dave).password
    with connection.cursor() as cursor:
        cursor.execute("select table_name from information_schema.columns where column_name = 'pgh_id'")
        tables = [name for (name,) in cursor.fetchall()]
        assert "accounts_earlierpasswordevent" not in tables
        for table in tables:
            cursor.execute(
                f"select count(*) from {table} h where strpos(h::text, %s) + strpos(h::text, %s) > 0", [old, new]
            )
            assert cursor.fetchone() == (0,), table
    records = str(list(Event.objects.filter(account_id=call.account_id).values_list("record", flat=True)))
    assert not any(secret in records for secret in (old, new, PASSWORD, PASSWORDS[0]))


def test_the_account_lets_every_user_change_the_own_password(account: Account, carol: User, dave: User) -> None:
    call = a_call(account, carol)
    with pytest.raises(AccessDenied):
        change_password(call, old_password=PASSWORD, new_password=PASSWORDS[0])
    update_account_password_policy(a_call(account), allow_users_to_change_password=True)
    assert get_account_password_policy(a_call(account, carol)).allow_users_to_change_password
    change_password(a_call(account, carol), old_password=PASSWORD, new_password=PASSWORDS[0])
    event = Event.objects.filter(account_id=account.pk, event_name="ChangePassword", error_code="").get()
    assert event.decision is not None
    assert event.decision["matchedStatements"][0]["policy"] == "Account password policy"
    frank = a_user(account, "frank", path="/team/north/")
    change_password(a_call(account, frank), old_password=PASSWORD, new_password=PASSWORDS[0])
    with pytest.raises(AccessDenied):
        update_login_profile(a_call(account, carol), user_name="dave", password=PASSWORDS[1])


def test_a_deny_wins_over_what_the_account_lets_everybody_do(account: Account, carol: User) -> None:
    update_account_password_policy(a_call(account), allow_users_to_change_password=True)
    an_inline_policy(
        carol,
        '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "iam:ChangePassword", "Resource": "*"}}',
    )
    with pytest.raises(AccessDenied, match="explicit deny"):
        change_password(a_call(account, carol), old_password=PASSWORD, new_password=PASSWORDS[0])


def test_after_a_hard_expiry_only_an_administrator_sets_a_password(call: Call, dave: User) -> None:
    LoginProfile.objects.filter(user=dave).update(password_last_changed=timezone.now() - timedelta(days=31))
    update_account_password_policy(call, max_password_age=30, hard_expiry=True, allow_users_to_change_password=True)
    with pytest.raises(PasswordPolicyViolation, match="Only an administrator can set a new one"):
        change_password(a_call(call.account, dave), old_password=PASSWORD, new_password=PASSWORDS[0])
    update_login_profile(call, user_name="dave", password=PASSWORDS[0])
    change_password(a_call(call.account, dave), old_password=PASSWORDS[0], new_password=PASSWORDS[1])
