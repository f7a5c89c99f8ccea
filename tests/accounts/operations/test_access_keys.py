"""Access keys through the gate: rows, events without secrets, refusals, the quota under concurrency."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from accounts.models import AccessKey, Account, User
from accounts.operations.access_keys import (
    create_access_key,
    delete_access_key,
    get_access_key_last_used,
    list_access_keys,
    update_access_key,
)
from accounts.secrets import unseal
from iamconsole.audit.models import Event
from iamconsole.aws.errors import AccessDenied, LimitExceeded, NoSuchEntity, ValidationError
from iamconsole.call import Call
from tests.factories import a_call, a_user, an_account


@pytest.fixture
def call(account: Account, alice: User) -> Call:
    return a_call(account, alice)


def test_ac21_a_system_user_gets_an_access_key_whose_secret_is_told_once(call: Call, account: Account) -> None:
    jenkins = a_user(account, "jenkins", password=None)
    created = create_access_key(call, user_name="jenkins")
    assert (created.key.access_key_id[:4], len(created.secret_access_key)) == ("AKIA", 40)
    row = AccessKey.objects.get(user=jenkins)
    assert created.secret_access_key not in row.sealed_secret
    assert unseal(row.sealed_secret, f"access key {row.access_key_id}") == created.secret_access_key
    event = Event.objects.get(request_id=call.request_id, event_name="CreateAccessKey")
    assert event.record["responseElements"]["accessKey"]["accessKeyId"] == row.access_key_id
    assert created.secret_access_key not in str(event.record)
    assert created.secret_access_key not in repr(created)
    (listed,) = list_access_keys(call, user_name="jenkins")
    assert (listed.access_key_id, listed.status) == (row.access_key_id, "Active")
    assert not hasattr(listed, "sealed_secret")


def test_ac24_a_third_access_key_is_refused_also_while_the_others_are_inactive(call: Call, account: Account) -> None:
    a_user(account, "dave")
    keys = [create_access_key(call, user_name="dave").key for _ in range(2)]
    for key in keys:
        update_access_key(call, user_name="dave", access_key_id=key.access_key_id, status="Inactive")
    with pytest.raises(LimitExceeded) as refused:
        create_access_key(call, user_name="dave")
    assert refused.value.message == "Cannot exceed quota for AccessKeysPerUser: 2"


def test_ac24_two_who_ask_for_the_last_place_at_the_same_time_get_one_key(committed: None) -> None:
    account = an_account()
    a_user(account, "dave")
    create_access_key(a_call(account), user_name="dave")
    start, outcomes = threading.Barrier(2), []

    def ask() -> None:
        try:
            start.wait()
            create_access_key(a_call(account), user_name="dave")
            outcomes.append("made")
        except LimitExceeded:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused"]
    assert AccessKey.objects.filter(account=account, user__user_name="dave").count() == 2


def test_without_a_name_the_callers_own_keys_are_meant(call: Call, alice: User, account: Account) -> None:
    own = create_access_key(call).key
    assert own.user_id == alice.user_id
    root = a_call(account)
    roots = create_access_key(root).key
    assert roots.user_id is None
    assert [key.access_key_id for key in list_access_keys(root)] == [roots.access_key_id]
    assert [key.access_key_id for key in list_access_keys(call)] == [own.access_key_id]


def test_a_key_is_deactivated_activated_and_deleted(call: Call, account: Account) -> None:
    a_user(account, "dave")
    key_id = create_access_key(call, user_name="dave").key.access_key_id
    for status in ("Inactive", "Active"):
        update_access_key(call, user_name="dave", access_key_id=key_id, status=status)
        assert AccessKey.objects.get(pk=key_id).status == status
    with pytest.raises(ValidationError, match="enum value set"):
        update_access_key(call, user_name="dave", access_key_id=key_id, status="Sleeping")
    delete_access_key(call, user_name="dave", access_key_id=key_id)
    assert list_access_keys(call, user_name="dave") == ()


def test_another_users_key_is_not_found_under_this_name(call: Call, account: Account) -> None:
    a_user(account, "dave")
    own = create_access_key(call).key.access_key_id
    with pytest.raises(NoSuchEntity, match=f"The Access Key with id {own} cannot be found"):
        delete_access_key(call, user_name="dave", access_key_id=own)


def test_carol_may_do_nothing_with_keys_not_even_her_own(account: Account, carol: User) -> None:
    a_user(account, "dave")
    call, key_id = a_call(account, carol), create_access_key(a_call(account), user_name="dave").key.access_key_id
    for act in (
        lambda: create_access_key(call),
        lambda: create_access_key(call, user_name="dave"),
        lambda: list_access_keys(call, user_name="dave"),
        lambda: update_access_key(call, user_name="dave", access_key_id=key_id, status="Inactive"),
        lambda: delete_access_key(call, user_name="dave", access_key_id=key_id),
        lambda: get_access_key_last_used(call, access_key_id=key_id),
    ):
        with pytest.raises(AccessDenied):
            act()
    assert AccessKey.objects.get(pk=key_id).is_active
