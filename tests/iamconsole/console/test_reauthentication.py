"""Before the acts that would hurt most, an older sign-in is asked again who it is; what was asked for is not lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import AccessKey, Account, EarlierPassword, MFADevice, User
from iamconsole.audit.models import Event
from iamconsole.console.models import Draft
from iamconsole.console.sessions import SessionStore
from tests.factories import PASSWORD, a_code, a_user, an_mfa_device, sign_in

KEY = "/iam/security-credentials/create-access-key"
ROOT_PASSWORD = "/iam/security-credentials/change-root-password"
ALIAS = "/iam/account/delete-alias"
NEW = {"old_password": PASSWORD, "new_password": "Battery-Staple-9", "retype": "Battery-Staple-9"}
HTMX = {"HX-Request": "true", "HX-Target": "dialog"}


def grow_old(client: Client, minutes: int = 11) -> Client:
    """Let the client's sign-in be that old."""
    session = client.session
    session["issued"] = (timezone.now() - timedelta(minutes=minutes)).isoformat()
    session.save()
    return client


def logins(account: Account) -> list[str]:
    events = Event.objects.filter(account_id=account.pk, event_source="signin.amazonaws.com").order_by("sequence")
    return [f"{event.event_name} {next(iter(event.record['responseElements'].values()))}" for event in events]


def confirm(client: Client, address: str, **entered: str) -> Any:
    return client.post(address, {"password": PASSWORD, **entered})


def test_a_recent_sign_in_is_not_asked_again(console: Client) -> None:
    for address in (KEY, ROOT_PASSWORD, ALIAS):
        assert console.get(address).status_code == 200
    assert grow_old(console, 9).get(KEY).status_code == 200


def test_a_page_that_was_asked_for_is_shown_once_the_password_is_right(console: Client, account: Account) -> None:
    asked = grow_old(console).get(f"{ALIAS}?from=dashboard")
    assert asked.status_code == 302
    page = console.get(asked["Location"]).content.decode()
    assert "Confirm that it is you" in page
    assert "older than 10 minutes" in page
    before = console.session.session_key
    assert confirm(console, asked["Location"])["Location"] == f"{ALIAS}?from=dashboard"
    assert console.session.session_key != before
    assert console.get(ALIAS).status_code == 200
    assert logins(account) == ["ConsoleLogin Success"]


def test_a_form_that_was_sent_is_done_as_it_was_entered(console: Client, account: Account) -> None:
    asked = grow_old(console).post(ROOT_PASSWORD, NEW)
    assert "Battery-Staple" not in str(Draft.objects.values_list("data", "sealed"))
    response = confirm(console, asked["Location"])
    assert response["Location"] == "/iam/security-credentials"
    assert "Your other sessions are over." in console.get("/iam/security-credentials").content.decode()
    assert logins(account) == ["ConsoleLogin Success", "PasswordUpdated Success"]
    assert not Draft.objects.filter(kind="confirm-identity").exists()


def test_a_form_with_a_mistake_comes_back_to_be_mended(console: Client) -> None:
    asked = grow_old(console).post(ROOT_PASSWORD, {**NEW, "retype": "Other-Staple-9"})
    response = confirm(console, asked["Location"])
    assert response.status_code == 422
    assert "The two new passwords differ." in response.content.decode()
    assert f'action="{ROOT_PASSWORD}"' in response.content.decode()


def test_htmx_is_sent_to_the_question_as_a_page(console: Client) -> None:
    asked = grow_old(console).get(ALIAS, headers=HTMX)
    assert asked.status_code == 200
    assert asked["HX-Redirect"].startswith("/iam/confirm-identity/")
    sent = console.post(ALIAS, headers=HTMX)
    assert console.get(sent["HX-Redirect"]).status_code == 200
    assert Account.objects.get(pk=console.session["principal"]).alias


def test_a_wrong_password_does_nothing_is_recorded_and_slowed_down(console: Client, account: Account) -> None:
    address = grow_old(console).post(ALIAS)["Location"]
    for _ in range(5):
        response = confirm(console, address, password="Wrong-Horse-7")
        assert response.status_code == 422
        assert "Your sign-in details are not correct." in response.content.decode()
    assert confirm(console, address).status_code == 422, "even the right one, for a while"
    account.refresh_from_db()
    assert account.alias
    assert set(logins(account)) == {"ConsoleLogin Failure"}


def test_with_an_mfa_device_its_code_is_asked_for_too(client: Client, account: Account) -> None:
    _, seed = an_mfa_device(account, last_used_step=0)
    sign_in(client, account, mfa=True)
    address = grow_old(client).post(ALIAS)["Location"]
    assert client.get(f"{address}/code")["Location"] == address, "the password comes first"
    assert confirm(client, address)["Location"] == f"{address}/code"
    assert client.get(ALIAS).status_code == 302, "the password alone is not enough"
    assert client.post(f"{address}/code", {"code": "000000"}).status_code == 422
    account.refresh_from_db()
    assert account.alias
    assert client.post(f"{address}/code", {"code": a_code(seed)})["Location"] == "/iam/"
    assert Account.objects.get(pk=account.pk).alias is None
    assert logins(account) == ["CheckMfa Success", "ConsoleLogin Failure", "ConsoleLogin Success"]


def test_the_password_given_for_one_act_does_not_open_another(client: Client, account: Account) -> None:
    _, seed = an_mfa_device(account, last_used_step=0)
    sign_in(client, account, mfa=True)
    first, second = grow_old(client).post(ALIAS)["Location"], client.get(KEY)["Location"]
    confirm(client, first)
    assert client.post(f"{second}/code", {"code": a_code(seed)})["Location"] == second


def test_the_removal_of_ones_own_mfa_device_is_asked_about_by_either_address(client: Client, alice: User) -> None:
    device, seed = an_mfa_device(alice, "phone", last_used_step=0)
    grow_old(sign_in(client, alice, mfa=True))
    for address in ("/iam/security-credentials/remove-mfa/phone", "/iam/users/remove-mfa/phone/alice"):
        assert client.get(address)["Location"].startswith("/iam/confirm-identity/")
    question = client.post("/iam/users/remove-mfa/phone/ALICE")["Location"]
    confirm(client, question)
    response = client.post(f"{question}/code", {"code": a_code(seed)})
    assert response.status_code == 302
    assert not MFADevice.objects.filter(pk=device.pk).exists()


def test_an_administrator_is_not_asked_about_what_is_anothers(client: Client, alice: User, bob: User) -> None:
    an_mfa_device(bob, "phone")
    grow_old(sign_in(client, alice))
    assert client.get("/iam/users/remove-mfa/phone/bob").status_code == 200
    assert client.get("/iam/users/create-access-key/bob").status_code == 200
    assert client.get(KEY).status_code == 200, "a user's own key is no root key"


def test_root_is_asked_before_a_key_of_its_own(console: Client, account: Account) -> None:
    fields = {"use_case": "other", "confirmed": "on", "description": "ci"}
    asked = grow_old(console).post(KEY, fields)
    assert not AccessKey.objects.filter(account=account).exists()
    response = confirm(console, asked["Location"])
    assert response.status_code in {302, 422}


def test_what_waits_for_one_is_nothing_to_another(account: Account, alice: User, bob: User) -> None:
    hers, his = sign_in(Client(), alice), sign_in(Client(), bob)
    address = grow_old(hers).get(ALIAS)["Location"]
    assert his.get(address).status_code == 404
    assert confirm(his, address).status_code == 404
    assert Client().get(address)["Location"].startswith("/signin")


def test_the_password_is_that_of_who_is_signed_in(client: Client, alice: User, account: Account) -> None:
    a_user(account, "mallory", password="Mallory-Horse-3")
    address = grow_old(sign_in(client, alice)).get(ALIAS)["Location"]
    assert confirm(client, address, password="Mallory-Horse-3", username="mallory").status_code == 422


def test_in_a_slot_the_question_and_the_act_stay_there(client: Client, account: Account) -> None:
    session = SessionStore()
    session.slot = 2
    from tests.factories import session_of

    session.update({**session_of(account), "issued": (timezone.now() - timedelta(hours=1)).isoformat()})
    session.save()
    client.cookies[f"{settings.SESSION_COOKIE_NAME}_2"] = session.session_key or ""
    address = client.post(f"/session/2{ALIAS}")["Location"]
    assert address.startswith("/session/2/iam/confirm-identity/")
    assert confirm(client, address)["Location"] == "/session/2/iam/"
    account.refresh_from_db()
    assert account.alias is None


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_form_of_another_site_confirms_nothing(account: Account, headers: dict[str, str]) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), account)
    address = grow_old(client).get(ALIAS)["Location"]
    assert client.post(address, {"password": PASSWORD}, headers=headers).status_code == 403
    assert grow_old(client).get(ALIAS).status_code == 302


def test_no_page_of_it_is_kept_by_the_browser(console: Client) -> None:
    address = grow_old(console).get(ALIAS)["Location"]
    assert "no-store" in console.get(address)["Cache-Control"]
    assert EarlierPassword.objects.count() == 0
