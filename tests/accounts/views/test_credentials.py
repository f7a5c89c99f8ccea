"""Passwords and access keys in the console: a user's, one's own, the root user's; and where secrets never are."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import AccessKey, Account, LoginProfile, User
from accounts.secrets import password_matches
from tests.factories import PASSWORD, a_user, an_inline_policy, sign_in

NEW = "Battery-Staple-9"
DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}
USE = {"use_case": "cli", "confirmed": "on"}
OWN_KEYS = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*AccessKey*", "Resource": "*"}}'


@pytest.fixture
def desk(client: Client, alice: User) -> Client:
    return sign_in(client, alice)


def text(response: Any) -> str:
    return str(response.content.decode())


def secret_of(shown: str) -> str:
    return html.unescape(re.findall(r'id="secret">([^<]*)<', shown)[0])


def key_of(account: Account, name: str | None) -> AccessKey:
    user = User.objects.get(account=account, user_name=name) if name else None
    return AccessKey.objects.get(account=account, user=user)


def test_console_access_is_enabled_reset_and_disabled(desk: Client, account: Account) -> None:
    dave = a_user(account, "dave", password=None)
    assert "Enable console access" in text(desk.get("/iam/users/details/dave?tab=credentials"))
    address = desk.post("/iam/users/console-access/dave", {"password_kind": "generated"})["Location"]
    made = secret_of(text(desk.get(address)))
    assert password_matches(made, LoginProfile.objects.get(user=dave).password)
    assert "Reset password" in text(desk.get("/iam/users/details/dave?tab=credentials"))
    data = {"password_kind": "own", "password": NEW, "password_reset_required": "on"}
    address = desk.post("/iam/users/console-access/dave", data)["Location"]
    assert secret_of(text(desk.get(address))) == NEW
    profile = LoginProfile.objects.get(user=dave)
    assert (password_matches(NEW, profile.password), profile.password_reset_required) == (True, True)
    assert dave.attachments.get().policy.policy_name == "IAMUserChangePassword"
    done = desk.post("/iam/users/disable-console-access", {"name": "dave", "details": "1"})
    assert done["Location"] == "/iam/users/details/dave?tab=credentials"
    assert not LoginProfile.objects.filter(user=dave).exists()


def test_a_password_that_breaks_the_policy_is_refused_at_its_field(desk: Client, account: Account) -> None:
    dave = a_user(account, "dave")
    response = desk.post("/iam/users/console-access/dave", {"password_kind": "own", "password": "dave"})
    assert response.status_code == 422
    assert "must not be the same as the user name" in text(response)
    assert password_matches(PASSWORD, LoginProfile.objects.get(user=dave).password)


def test_ac21_the_use_cases_come_with_something_better(desk: Client, account: Account) -> None:
    a_user(account, "jenkins", password=None)
    shown = text(desk.get("/iam/users/create-access-key/jenkins"))
    assert "Application running on AWS compute" in shown
    assert "Better: give the instance or function a role instead of a key." in shown
    response = desk.post("/iam/users/create-access-key/jenkins", {"use_case": "compute"})
    assert response.status_code == 422
    assert "Tick the box to go on." in text(response)
    assert not AccessKey.objects.filter(account=account).exists()


def test_ac21_an_access_key_is_shown_once_with_its_file_and_description(desk: Client, account: Account) -> None:
    a_user(account, "jenkins", password=None)
    made = desk.post("/iam/users/create-access-key/jenkins", {**USE, "description": "build server"})
    response = desk.get(made["Location"])
    shown, key = text(response), key_of(account, "jenkins")
    assert "no-store" in response["Cache-Control"]
    assert "You can see this secret access key only once." in shown
    secret = secret_of(shown)
    file = desk.post(
        "/iam/security-credentials/file",
        {"what": "accessKeys", "user_name": "jenkins", "cell": [key.access_key_id, secret]},
    )
    assert text(file) == f"Access key ID,Secret access key\r\n{key.access_key_id},{secret}\r\n"
    assert desk.get(made["Location"]).status_code == 404
    listed = text(desk.get("/iam/users/details/jenkins?tab=credentials"))
    assert "build server" in listed
    assert secret not in listed


def test_ac24_with_two_keys_the_button_is_off_and_the_third_is_refused(desk: Client, account: Account) -> None:
    a_user(account, "dave")
    for _ in range(2):
        desk.post("/iam/users/create-access-key/dave", USE)
    shown = text(desk.get("/iam/users/details/dave?tab=credentials"))
    assert re.search(r"<button[^>]*disabled[^>]*>Create access key", shown)
    response = desk.post("/iam/users/create-access-key/dave", USE)
    assert response.status_code == 422
    assert "Cannot exceed quota for AccessKeysPerUser: 2" in text(response)


def test_a_double_click_makes_one_access_key(desk: Client, account: Account) -> None:
    a_user(account, "dave")
    token = "8f7a0c8e-0f0c-4e44-9d6e-3c59a6d6a0d1"
    places = {desk.post("/iam/users/create-access-key/dave", {**USE, "token": token})["Location"] for _ in range(2)}
    assert len(places) == 1
    assert AccessKey.objects.filter(account=account).count() == 1


def test_a_key_is_deactivated_then_deleted_by_its_id(desk: Client, account: Account) -> None:
    a_user(account, "dave")
    desk.post("/iam/users/create-access-key/dave", USE)
    key_id = key_of(account, "dave").access_key_id
    assert "The access key is active." in text(desk.get(f"/iam/users/delete-access-key/{key_id}/dave", headers=DIALOG))
    refused = desk.post(f"/iam/users/delete-access-key/{key_id}/dave", {"confirm": key_id})
    assert (refused.status_code, key_of(account, "dave").access_key_id) == (422, key_id)
    assert "Deactivate this access key?" in text(
        desk.get(f"/iam/users/deactivate-access-key/{key_id}/dave", headers=DIALOG)
    )
    desk.post(f"/iam/users/deactivate-access-key/{key_id}/dave")
    assert not key_of(account, "dave").is_active
    desk.post(f"/iam/users/activate-access-key/{key_id}/dave")
    assert key_of(account, "dave").is_active
    desk.post(f"/iam/users/deactivate-access-key/{key_id}/dave")
    assert desk.post(f"/iam/users/delete-access-key/{key_id}/dave", {"confirm": "dave"}).status_code == 422
    desk.post(f"/iam/users/delete-access-key/{key_id}/dave", {"confirm": key_id})
    assert not AccessKey.objects.filter(account=account).exists()


def test_another_users_key_is_not_found_under_this_name(desk: Client, account: Account) -> None:
    a_user(account, "dave"), a_user(account, "erin")
    desk.post("/iam/users/create-access-key/dave", USE)
    key_id = key_of(account, "dave").access_key_id
    desk.post("/iam/users/create-access-key/erin", USE)
    assert desk.get(f"/iam/users/delete-access-key/{key_id}/erin").status_code == 404


def test_a_user_changes_the_own_password_and_stays_signed_in(desk: Client, alice: User) -> None:
    data = {"old_password": PASSWORD, "new_password": NEW, "retype": NEW}
    response = desk.post("/iam/security-credentials", data, follow=True)
    assert "Your password was changed." in text(response)
    assert password_matches(NEW, LoginProfile.objects.get(user=alice).password)
    assert desk.get("/iam/security-credentials").status_code == 200


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"old_password": "Wrong-123", "new_password": NEW, "retype": NEW}, "The old password was incorrect."),
        ({"old_password": PASSWORD, "new_password": NEW, "retype": "x"}, "The two new passwords differ."),
        ({"old_password": PASSWORD, "new_password": "abc", "retype": "abc"}, "at least 8 characters"),
    ],
)
def test_an_own_password_is_not_changed_by_a_wrong_form(
    desk: Client, alice: User, data: dict[str, str], sentence: str
) -> None:
    response = desk.post("/iam/security-credentials", data)
    assert response.status_code == 422
    assert sentence in text(response)
    assert password_matches(PASSWORD, LoginProfile.objects.get(user=alice).password)


def test_carol_sees_her_account_and_why_the_rest_is_kept_from_her(client: Client, carol: User) -> None:
    desk = sign_in(client, carol)
    shown = text(desk.get("/iam/security-credentials"))
    assert carol.arn in shown
    assert "is not authorized to perform: iam:ListAccessKeys" in shown
    refused = desk.post("/iam/security-credentials", {"old_password": PASSWORD, "new_password": NEW, "retype": NEW})
    assert (refused.status_code, "iam:ChangePassword" in text(refused)) == (403, True)


def test_a_user_manages_own_keys_without_naming_anybody(client: Client, account: Account, carol: User) -> None:
    an_inline_policy(carol, OWN_KEYS)
    desk = sign_in(client, carol)
    made = desk.post("/iam/security-credentials/create-access-key", USE)
    key_id = key_of(account, "carol").access_key_id
    assert key_id in text(desk.get(made["Location"]))
    desk.post(f"/iam/security-credentials/deactivate-access-key/{key_id}")
    assert not key_of(account, "carol").is_active
    desk.post(f"/iam/security-credentials/delete-access-key/{key_id}", {"confirm": key_id})
    assert not AccessKey.objects.filter(account=account).exists()


def test_the_root_user_is_discouraged_and_can_still_do_it(console: Client, account: Account) -> None:
    shown = text(console.get("/iam/security-credentials"))
    assert "You are signed in as the root user." in shown
    assert "Access keys of the root user are strongly discouraged." in shown
    assert str(account.root_email) in shown
    assert "/iam/security-credentials/change-root-password" in console.get("/iam/security-credentials").content.decode()
    assert "Retype" not in shown
    assert "Do not make access keys for the root user." in text(
        console.get("/iam/security-credentials/create-access-key")
    )
    made = console.post("/iam/security-credentials/create-access-key", USE)
    assert key_of(account, None).access_key_id in text(console.get(made["Location"]))


def test_a_file_of_something_else_is_refused(desk: Client) -> None:
    for data in ({}, {"what": "credentials", "cell": ["a"]}, {"what": "../x", "cell": ["a", "b"]}):
        assert desk.post("/iam/security-credentials/file", data).status_code == 400
    assert desk.get("/iam/security-credentials/file").status_code == 405


def everything_stored() -> str:
    """Every row of every table, as text."""
    found = []
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for table in sorted(tables - {"policies_policyversion", "policies_managedpolicy"}):
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_ac62_no_password_and_no_secret_is_stored_anywhere(desk: Client, account: Account) -> None:
    secrets, answers = [], []

    def follow(response: Any) -> str:
        answers.append(response)
        return str(response["Location"])

    own = {"user_name": "dave", "path": "/", "console_access": "on", "password_kind": "own", "password": NEW}
    review = follow(desk.post(follow(desk.post("/iam/users/create", own)), {"method": "group"}))
    token = re.findall(r'name="token" value="([^"]+)"', text(desk.get(review)))[0]
    retrieve = follow(desk.post(review, {"token": token}))
    assert NEW not in everything_stored()  # sealed while it waits to be shown
    secrets.append(secret_of(text(desk.get(retrieve))))
    assert secrets == [NEW]
    reset = follow(desk.post("/iam/users/console-access/dave", {"password_kind": "generated"}))
    secrets.append(secret_of(text(desk.get(reset))))
    made = follow(desk.post("/iam/users/create-access-key/dave", USE))
    secrets.append(secret_of(text(desk.get(made))))
    changed = {"old_password": PASSWORD, "new_password": "Another-Word-5", "retype": "Another-Word-5"}
    follow(desk.post("/iam/security-credentials", changed))
    secrets += ["Another-Word-5", PASSWORD]
    desk.post("/iam/security-credentials", {**changed, "old_password": "Mistyped-Word-6"})
    stored = everything_stored()
    assert "CreateAccessKey" in stored
    assert "UpdateLoginProfile" in stored
    for secret in [*secrets, "Mistyped-Word-6"]:
        assert secret not in stored
        assert html.escape(secret) not in stored
        for answer in answers:
            assert secret not in str(answer.cookies)
            assert secret not in str(answer.headers)
