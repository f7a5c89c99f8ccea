"""The root user's password: who changes it, what it must have, and what the trail says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from accounts.authentication import authenticate_root
from accounts.models import Account, User
from accounts.operations.password_policy import update_account_password_policy
from accounts.operations.root_password import change_root_password
from iamconsole.audit.models import Event
from iamconsole.aws.errors import IamError, IncorrectPassword, InvalidUserType, PasswordPolicyViolation
from tests.factories import PASSWORD, a_call, sign_in

ADDRESS = "/iam/security-credentials/change-root-password"
BETTER = "Battery-Staple-9"
NEW = {"old_password": PASSWORD, "new_password": BETTER, "retype": BETTER}


def records(account: Account) -> list[dict[str, Any]]:
    found = Event.objects.filter(account_id=account.pk, event_name="PasswordUpdated").order_by("sequence")
    return [event.record for event in found]


def proves(account: Account, password: str) -> bool:
    return authenticate_root(account.root_email or "", password).proven


def test_root_changes_its_password_and_the_trail_says_so(account: Account) -> None:
    change_root_password(a_call(account), old_password=PASSWORD, new_password=BETTER)
    assert (proves(account, BETTER), proves(account, PASSWORD)) == (True, False)
    (record,) = records(account)
    assert record["responseElements"] == {"PasswordUpdated": "Success"}
    assert (record["eventType"], record["eventSource"]) == ("AwsConsoleSignIn", "signin.amazonaws.com")
    assert record["userIdentity"]["type"] == "Root"
    assert BETTER not in str(record)
    assert PASSWORD not in str(record)


def test_a_wrong_old_password_changes_nothing_and_is_recorded(account: Account) -> None:
    with pytest.raises(IncorrectPassword):
        change_root_password(a_call(account), old_password="Wrong-Horse-7", new_password=BETTER)
    assert proves(account, PASSWORD)
    assert [record["responseElements"] for record in records(account)] == [{"PasswordUpdated": "Failure"}]


def test_guesses_of_the_old_password_are_slowed_down_with_those_at_sign_in(account: Account) -> None:
    call = a_call(account)
    for _ in range(5):
        with pytest.raises(IncorrectPassword):
            change_root_password(call, old_password="Wrong-Horse-7", new_password=BETTER)
    with pytest.raises(IncorrectPassword):
        change_root_password(call, old_password=PASSWORD, new_password=BETTER)
    change_root_password(replace(call, source_ip="203.0.113.9"), old_password=PASSWORD, new_password=BETTER)


@pytest.mark.parametrize("password", ["short", "alllowercase", "{email}", PASSWORD, "x" * 129, "Passw\x07rd-9"])
def test_a_new_password_that_will_not_do_is_refused(account: Account, password: str) -> None:
    new = password.format(email=account.root_email)
    with pytest.raises(IamError):
        change_root_password(a_call(account), old_password=PASSWORD, new_password=new)
    assert proves(account, PASSWORD)


def test_the_policy_for_users_does_not_bind_the_root_user(account: Account) -> None:
    update_account_password_policy(a_call(account), minimum_password_length=40)
    change_root_password(a_call(account), old_password=PASSWORD, new_password=BETTER)
    with pytest.raises(PasswordPolicyViolation):
        change_root_password(a_call(account), old_password=BETTER, new_password="x" * 40)


def test_a_user_cannot_change_the_root_password(account: Account, alice: User, client: Client) -> None:
    with pytest.raises(InvalidUserType):
        change_root_password(a_call(account, alice), old_password=PASSWORD, new_password=BETTER)
    assert sign_in(client, alice).post(ADDRESS, NEW)["Location"] == "/iam/security-credentials"
    assert proves(account, PASSWORD)


def test_the_page_changes_it_and_ends_the_other_sessions(account: Account) -> None:
    here, there = sign_in(Client(), account), sign_in(Client(), account)
    page = here.get("/iam/security-credentials").content.decode()
    assert f'href="{ADDRESS}"' in page
    assert "at least 8 characters" in here.get(ADDRESS).content.decode()
    assert here.post(ADDRESS, NEW)["Location"] == "/iam/security-credentials"
    assert here.get("/iam/").status_code == 200
    assert there.get("/iam/").status_code == 302


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"retype": "Other-Staple-9"}, "The two new passwords differ."),
        ({"old_password": "Wrong-Horse-7"}, "The old password was incorrect."),
        ({"new_password": "short", "retype": "short"}, "at least 8 characters"),
        ({"new_password": PASSWORD, "retype": PASSWORD}, "must differ from the present one"),
    ],
)
def test_a_mistake_is_said_at_its_field(console: Client, change: dict[str, str], sentence: str) -> None:
    response = console.post(ADDRESS, {**NEW, **change})
    assert response.status_code == 422
    text = response.content.decode()
    assert sentence in text
    assert "Battery-Staple" not in text
