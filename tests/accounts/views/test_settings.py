"""Account settings: the password policy shown, edited after a question, and the alias."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client

from accounts.models import Account, AccountPasswordPolicy, User
from accounts.operations.password_policy import update_account_password_policy
from tests.factories import a_call, sign_in

SETTINGS, EDIT = "/iam/settings", "/iam/settings/password-policy"
CUSTOM = {
    "kind": "custom",
    "minimum_password_length": "14",
    "require_numbers": "on",
    "expires": "on",
    "max_password_age": "90",
    "hard_expiry": "on",
    "allow_users_to_change_password": "on",
    "prevents_reuse": "on",
    "password_reuse_prevention": "24",
}
CONFIRMED = {**CUSTOM, "confirmed": "on"}
DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


def own(account: Account) -> AccountPasswordPolicy | None:
    return AccountPasswordPolicy.objects.filter(pk=account.pk).first()


def test_the_page_shows_the_default_of_iam_and_then_the_own_policy(console: Client, account: Account) -> None:
    text = console.get(SETTINGS).content.decode()
    assert "IAM default" in text
    assert "must mix at least 3" in text
    assert account.alias
    assert account.alias in text
    update_account_password_policy(
        a_call(account), minimum_password_length=14, max_password_age=90, password_reuse_prevention=5, hard_expiry=True
    )
    text = console.get(SETTINGS).content.decode()
    for shown in ("Custom", "at least 14 characters", "After 90 days", "An administrator must", "last 5 passwords"):
        assert shown in text


def test_carol_sees_what_she_may_not_see(client: Client, account: Account, carol: User) -> None:
    text = unescape(sign_in(client, carol).get(SETTINGS).content.decode())
    assert "iam:GetAccountPasswordPolicy" in text
    assert "iam:ListAccountAliases" in text
    assert client.get(EDIT).status_code == 403
    response = client.post(EDIT, CONFIRMED)
    assert response.status_code == 403
    assert "not authorized to perform: iam:UpdateAccountPasswordPolicy" in unescape(response.content.decode())
    assert own(account) is None


def test_a_custom_policy_is_asked_about_and_then_set(console: Client, account: Account) -> None:
    page = console.post(EDIT, CUSTOM).content.decode()
    assert "Set custom password policy?" in page
    assert 'name="max_password_age" value="90"' in page
    assert "older than the limit" in page
    assert own(account) is None
    assert console.post(EDIT, CONFIRMED)["Location"] == SETTINGS
    found = own(account)
    assert found is not None
    assert (found.minimum_password_length, found.require_numbers, found.require_symbols) == (14, True, False)
    assert (found.max_password_age, found.hard_expiry, found.password_reuse_prevention) == (90, True, 24)
    assert found.allow_users_to_change_password


def test_what_is_not_ticked_is_not_set_whatever_its_field_says(console: Client, account: Account) -> None:
    console.post(EDIT, {"kind": "custom", "minimum_password_length": "6", "max_password_age": "7", "confirmed": "on"})
    found = own(account)
    assert found is not None
    assert (found.max_password_age, found.password_reuse_prevention) == (0, 0)


def test_the_default_is_asked_about_and_then_set(console: Client, account: Account) -> None:
    console.post(EDIT, CONFIRMED)
    assert "Set default password policy?" in console.post(EDIT, {"kind": "default"}).content.decode()
    assert own(account) is not None
    for _ in range(2):  # once more does no harm
        assert console.post(EDIT, {"kind": "default", "confirmed": "on"})["Location"] == SETTINGS
        assert own(account) is None


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("minimum_password_length", "5", "from 6 to 128"),
        ("minimum_password_length", "", "from 6 to 128"),
        ("minimum_password_length", "1e3", "from 6 to 128"),
        ("max_password_age", "1096", "from 1 to 1,095"),
        ("max_password_age", "0", "from 1 to 1,095"),
        ("password_reuse_prevention", "25", "from 1 to 24"),
        ("password_reuse_prevention", "-1", "from 1 to 24"),
        ("kind", "none", "Select a valid choice"),
    ],
)
def test_a_number_outside_its_range_is_said_at_its_field(
    console: Client, account: Account, field: str, value: str, sentence: str
) -> None:
    response = console.post(EDIT, {**CONFIRMED, field: value})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert own(account) is None


def test_the_question_opens_in_the_dialog_and_a_wrong_form_goes_back_to_its_place(console: Client) -> None:
    question = console.post(EDIT, CUSTOM, headers=DIALOG)
    assert question.content.decode().lstrip().startswith('<div class="dlg')
    assert "HX-Retarget" not in question
    wrong = console.post(EDIT, {**CUSTOM, "max_password_age": "0"}, headers=DIALOG)
    assert (wrong.status_code, wrong["HX-Retarget"]) == (422, "#password-policy-form")
    assert "<html" not in wrong.content.decode()


def test_the_edit_page_begins_with_what_is_in_force(console: Client, account: Account) -> None:
    assert 'value="default" checked' in console.get(EDIT).content.decode()
    update_account_password_policy(a_call(account), minimum_password_length=33)
    page = console.get(EDIT).content.decode()
    assert 'value="custom" data-reveal checked' in page
    assert 'value="33"' in page
