"""Passwords that expire: the warning before, the change at sign-in, and the end that only an administrator mends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, LoginProfile, User
from accounts.operations.password_policy import update_account_password_policy
from iamconsole.audit.models import Event
from iamconsole.console.views.signin import EXPIRED, FAILURE
from tests.factories import PASSWORD, a_call, sign_in

NEW = {"old_password": PASSWORD, "new_password": "Battery-Staple-9", "retype": "Battery-Staple-9"}


def aged(user: User, days: float) -> User:
    LoginProfile.objects.filter(user=user).update(password_last_changed=timezone.now() - timedelta(days=days))
    return user


def attempt(client: Client, account: Account, password: str = PASSWORD) -> tuple[int, str, str]:
    entered = {"account": account.account_id, "username": "carol", "password": password}
    response = client.post("/signin", entered)
    return response.status_code, response.get("Location", ""), response.content.decode()


def test_an_expired_password_is_changed_before_the_first_page(client: Client, account: Account, carol: User) -> None:
    aged(carol, 30.5)
    update_account_password_policy(a_call(account), max_password_age=30, allow_users_to_change_password=True)
    assert attempt(client, account)[1].startswith("/signin/password")
    assert client.get("/iam/").status_code == 302
    assert "your password has expired" in client.get("/signin/password").content.decode()
    assert client.post("/signin/password", NEW)["Location"] == "/iam/"
    assert "password expires" not in client.get("/iam/").content.decode()


def test_a_password_of_exactly_the_age_is_no_longer_good_and_one_a_moment_younger_is(
    client: Client, account: Account, carol: User
) -> None:
    update_account_password_policy(a_call(account), max_password_age=30)
    aged(carol, 29.99)
    assert attempt(client, account)[1] == "/iam/"
    aged(carol, 30)
    assert attempt(Client(), account)[1].startswith("/signin/password")


def test_after_a_hard_expiry_the_sign_in_fails_and_says_whom_to_ask(
    client: Client, account: Account, carol: User
) -> None:
    aged(carol, 31)
    update_account_password_policy(a_call(account), max_password_age=30, hard_expiry=True)
    status, _, text = attempt(client, account)
    assert status == 422
    assert EXPIRED in text
    assert EXPIRED not in attempt(client, account, "Wrong-Horse-7")[2]
    assert FAILURE in attempt(client, account, "Wrong-Horse-7")[2]
    event = Event.objects.filter(account_id=account.pk, event_name="ConsoleLogin").first()
    assert event is not None
    assert event.record["responseElements"] == {"ConsoleLogin": "Failure"}
    assert client.get("/iam/").status_code == 302


@pytest.mark.parametrize(
    ("age", "sentence"),
    [
        (14.9, ""),
        (15.1, "Your password expires in 14 days."),
        (28.5, "Your password expires in 1 day."),
        (29.5, "Your password expires within a day."),
        (30.5, "Your password has expired."),
    ],
)
def test_the_pages_warn_from_fifteen_days_before(
    client: Client, account: Account, alice: User, age: float, sentence: str
) -> None:
    update_account_password_policy(a_call(account), max_password_age=30)
    sign_in(client, alice)
    aged(alice, age)
    text = client.get("/iam/").content.decode()
    assert (sentence in text) if sentence else ("Your password" not in text)


def test_the_root_user_is_never_asked(console: Client, account: Account) -> None:
    update_account_password_policy(a_call(account), max_password_age=1)
    Account.objects.filter(pk=account.pk).update(create_date=timezone.now() - timedelta(days=400))
    assert "Your password" not in console.get("/iam/").content.decode()


def test_the_rules_of_the_account_stand_beside_the_new_password(client: Client, account: Account, carol: User) -> None:
    update_account_password_policy(
        a_call(account), minimum_password_length=12, require_symbols=True, password_reuse_prevention=5
    )
    text = sign_in(client, carol).get("/iam/security-credentials").content.decode()
    assert "at least 12 characters" in text
    assert "one of these symbols" in text
    assert "one of the last 5" in text
