"""Signing in: who gets in, what a failure says, and what the trail keeps."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, LoginProfile, User
from accounts.operations.users import list_users
from iamconsole.audit.models import Event
from iamconsole.aws.errors import AccessDenied
from policies.models import InlinePolicy
from tests.factories import PASSWORD, a_call, a_user, an_account, sign_in

FAILURE = "Your sign-in details are not correct."


@pytest.fixture
def alice(account: Account) -> User:
    return a_user(account, user_name="alice")


def attempt(client: Client, account: str, username: str, password: str, **more: str) -> Any:
    return client.post("/signin", {"account": account, "username": username, "password": password, **more})


def logins(account: Account) -> list[dict[str, Any]]:
    events = Event.objects.filter(account_id=account.pk, event_name="ConsoleLogin").order_by("sequence")
    return [event.record for event in events]


def test_the_form_warns_against_real_credentials(client: Client, db: None) -> None:
    for address in ("/signin", "/signin/root"):
        assert "Do not enter real cloud credentials here." in client.get(address).content.decode()


@pytest.mark.parametrize("spelling", ["{id}", "{alias}", " {ALIAS} ", "{dashed}"])
def test_a_user_signs_in_with_account_id_or_alias(client: Client, account: Account, alice: User, spelling: str) -> None:
    number = account.account_id
    alias = account.alias or ""
    dashed = f"{number[:4]}-{number[4:8]}-{number[8:]}"
    named = spelling.format(id=number, alias=alias, ALIAS=alias.upper(), dashed=dashed)
    response = attempt(client, named, "Alice", PASSWORD)
    assert (response.status_code, response["Location"]) == (302, "/iam/")
    assert f"alice @ {alias}" in client.get("/iam/").content.decode()


def test_a_sign_in_is_recorded_and_dated(client: Client, account: Account, alice: User) -> None:
    attempt(client, account.account_id, "alice", PASSWORD)
    (record,) = logins(account)
    assert record["responseElements"] == {"ConsoleLogin": "Success"}
    assert record["eventType"] == "AwsConsoleSignIn"
    assert record["eventSource"] == "signin.amazonaws.com"
    assert record["userIdentity"]["userName"] == "alice"
    assert record["additionalEventData"]["MFAUsed"] == "No"
    assert PASSWORD not in str(record)
    alice.refresh_from_db()
    assert alice.password_last_used is not None


def test_ac5_a_wrong_password_is_no_refusal_and_both_are_logged(client: Client, account: Account) -> None:
    carol = a_user(account, user_name="carol")
    response = attempt(client, account.account_id, "carol", "Wrong-Horse-7")
    text = response.content.decode()
    assert response.status_code == 422
    assert FAILURE in text
    assert "not authorized" not in text
    (record,) = logins(account)
    assert record["responseElements"] == {"ConsoleLogin": "Failure"}
    assert record["errorMessage"] == "Failed authentication"
    assert record["userIdentity"]["userName"] == "carol"
    assert client.get("/iam/").status_code == 302

    with pytest.raises(AccessDenied, match=r"is not authorized to perform: iam:ListUsers") as refused:
        list_users(a_call(account, carol))
    assert FAILURE not in str(refused.value)
    assert Event.objects.get(account_id=account.pk, event_name="ListUsers").error_code == "AccessDenied"


def test_an_unknown_user_fails_alike_and_the_name_is_not_kept(client: Client, account: Account) -> None:
    response = attempt(client, account.account_id, "my-pass-word", "x")
    assert response.status_code == 422
    assert FAILURE in response.content.decode()
    (record,) = logins(account)
    assert record["errorMessage"] == "No username found in supplied account"
    assert record["userIdentity"]["userName"] == "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert "my-pass-word" not in str(record)
    assert Event.objects.get(account_id=account.pk).user_name == "HIDDEN_DUE_TO_SECURITY_REASONS"


@pytest.mark.parametrize("account_name", ["999999999999", "no-such-alias", "aws", "x" * 60])
def test_an_unknown_account_fails_alike(client: Client, db: None, account_name: str) -> None:
    response = attempt(client, account_name, "alice", PASSWORD)
    assert response.status_code == 422
    assert FAILURE in response.content.decode()


def test_a_user_without_a_console_password_fails_alike(client: Client, account: Account) -> None:
    a_user(account, user_name="ci-system", password=None)
    for password in ("", "x", "!"):
        assert attempt(client, account.account_id, "ci-system", password).status_code == 422


def test_a_user_of_another_account_does_not_exist(client: Client, account: Account, alice: User) -> None:
    other = an_account()
    assert attempt(client, other.account_id, "alice", PASSWORD).status_code == 422


def test_a_failure_keeps_what_was_typed_but_not_the_password(client: Client, account: Account, alice: User) -> None:
    text = attempt(client, account.account_id, "alice", "Wrong-Horse-7", remember="on").content.decode()
    assert f'value="{account.account_id}"' in text
    assert 'value="alice"' in text
    assert "Wrong-Horse-7" not in text
    assert 'role="alert"' in text


@pytest.mark.parametrize("who", ["alice", "nobody", "ci-system"])
def test_one_password_is_checked_whoever_it_is(
    client: Client, account: Account, alice: User, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    a_user(account, user_name="ci-system", password=None)
    checked = []
    monkeypatch.setattr("accounts.secrets.check_password", lambda _, encoded: checked.append(encoded))
    for account_name in (account.account_id, "999999999999"):
        attempt(client, account_name, who, "Wrong-Horse-7")
    assert len(checked) == 2
    assert all(checked)


def test_root_signs_in_by_email(client: Client, account: Account) -> None:
    entered = {"email": (account.root_email or "").upper(), "password": PASSWORD}
    assert client.post("/signin/root", entered)["Location"] == "/iam/"
    (record,) = logins(account)
    assert record["userIdentity"] == {
        "type": "Root",
        "principalId": account.account_id,
        "arn": f"arn:aws:iam::{account.account_id}:root",
        "accountId": account.account_id,
    }
    account.refresh_from_db()
    assert account.root_password_last_used is not None


def test_root_with_a_wrong_password_fails_and_is_recorded(client: Client, account: Account) -> None:
    response = client.post("/signin/root", {"email": account.root_email, "password": "x"})
    assert response.status_code == 422
    assert FAILURE in response.content.decode()
    assert logins(account)[0]["responseElements"] == {"ConsoleLogin": "Failure"}


def test_root_without_a_password_cannot_sign_in(client: Client, db: None) -> None:
    account = an_account(root_password="")
    assert client.post("/signin/root", {"email": account.root_email, "password": "x"}).status_code == 422


def test_the_address_of_an_account_fills_in_the_account(client: Client, account: Account) -> None:
    assert f'value="{account.alias}"' in client.get(f"/signin/{account.alias}").content.decode()


def test_the_account_is_remembered_where_asked(client: Client, account: Account, alice: User) -> None:
    attempt(client, account.account_id, "alice", PASSWORD, remember="on")
    client.post("/signout")
    assert f'value="{account.account_id}"' in client.get("/signin").content.decode()


def test_the_session_gets_a_new_key(client: Client, account: Account, alice: User) -> None:
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies["iamconsole_session"] = session.session_key or ""
    attempt(client, account.account_id, "alice", PASSWORD)
    assert client.cookies["iamconsole_session"].value != session.session_key
    assert "planted" not in client.session


@pytest.mark.parametrize(
    ("onward", "target"),
    [
        ("/iam/users?q=a", "/iam/users?q=a"),
        ("https://evil.example/", "/iam/"),
        ("//evil.example/", "/iam/"),
        ("/\\evil.example", "/iam/"),
        ("/a\\..\\evil", "/iam/"),
        ("/\t/evil.example", "/iam/"),
        ("javascript:alert(1)", "/iam/"),
        ("/signin?next=/iam/", "/iam/"),
    ],
)
def test_after_sign_in_the_reader_goes_on_within_this_site(
    client: Client, account: Account, alice: User, onward: str, target: str
) -> None:
    assert attempt(client, account.account_id, "alice", PASSWORD, next=onward)["Location"] == target


def test_the_form_keeps_where_the_reader_wanted_to_go(client: Client, db: None) -> None:
    assert 'name="next" value="/iam/users?q=a"' in client.get("/signin?next=%2Fiam%2Fusers%3Fq%3Da").content.decode()


def test_signing_out_ends_the_session(client: Client, account: Account, alice: User) -> None:
    sign_in(client, alice)
    assert client.get("/signout").status_code == 405
    assert client.post("/signout")["Location"] == f"/signin/{account.alias}"
    assert client.get("/iam/").status_code == 302


def novice(account: Account, *, allowed: bool = True) -> User:
    user = a_user(account, user_name="dave", password_reset_required=True)
    if allowed:
        document = (
            '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ChangePassword", '
            '"Resource": "arn:aws:iam::*:user/${aws:username}"}}'
        )
        InlinePolicy.objects.create(
            account=account, user=user, policy_name="own-password", document=document, document_hash="x"
        )
    return user


NEW = {"old_password": PASSWORD, "new_password": "Battery-Staple-9", "retype": "Battery-Staple-9"}


def test_a_new_password_stands_before_the_first_page(client: Client, account: Account) -> None:
    dave = novice(account)
    response = attempt(client, account.account_id, "dave", PASSWORD, next="/iam/users")
    assert response["Location"] == "/signin/password?next=%2Fiam%2Fusers"
    assert client.get("/iam/").status_code == 302
    page = client.get("/signin/password").content.decode()
    assert "Choose a new password" in page
    assert "at least 8 characters" in page
    assert client.post("/signin/password", {**NEW, "next": "/iam/users"})["Location"] == "/iam/users"
    assert client.get("/iam/").status_code == 200
    profile = LoginProfile.objects.get(user=dave)
    assert not profile.password_reset_required
    client.post("/signout")
    assert attempt(client, account.account_id, "dave", PASSWORD).status_code == 422
    assert attempt(client, account.account_id, "dave", NEW["new_password"])["Location"] == "/iam/"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"retype": "Battery-Staple-8"}, "The two new passwords differ."),
        ({"old_password": "Wrong-Horse-7"}, "The old password was incorrect."),
        ({"new_password": "short", "retype": "short"}, "at least 8 characters"),
        ({"new_password": ""}, "Enter the new password."),
    ],
)
def test_a_new_password_that_will_not_do_is_said_at_its_field(
    client: Client, account: Account, change: dict[str, str], sentence: str
) -> None:
    novice(account)
    attempt(client, account.account_id, "dave", PASSWORD)
    response = client.post("/signin/password", {**NEW, **change})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert "Battery-Staple" not in response.content.decode()
    assert client.get("/iam/").status_code == 302


def test_a_user_who_may_not_change_the_password_is_told_so(client: Client, account: Account) -> None:
    novice(account, allowed=False)
    attempt(client, account.account_id, "dave", PASSWORD)
    response = client.post("/signin/password", NEW)
    assert response.status_code == 403
    assert "is not authorized to perform: iam:ChangePassword" in response.content.decode()


def test_the_new_password_page_is_for_those_who_proved_the_old_one(client: Client, db: None) -> None:
    assert client.get("/signin/password")["Location"] == "/signin"


def test_preferences_are_kept_and_rendered(console: Client) -> None:
    response = console.post(
        "/preferences", {"theme": "dark", "size": "20", "text": "huge"}, HTTP_REFERER="http://testserver/iam/users"
    )
    assert response["Location"] == "/iam/users"
    page = console.get("/iam/").content.decode()
    assert 'data-theme="dark"' in page
    assert 'data-text="normal"' in page


def test_preferences_lead_back_within_this_site_only(console: Client) -> None:
    response = console.post("/preferences", {"theme": "dark"}, HTTP_REFERER="http://evil.example/iam/users")
    assert response["Location"] == "/iam/"
