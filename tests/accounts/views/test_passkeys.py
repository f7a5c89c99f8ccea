"""Registering passkeys in the console: where it is offered, what the browser is asked, and whose answer counts."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from accounts.models import Account, MFADevice, User
from iamconsole.audit.models import Event
from tests.factories import a_user, an_mfa_device, sign_in
from tests.soft_passkey import HOST, SoftPasskey, a_passkey


@pytest.fixture
def desk(alice: User) -> Client:
    return sign_in(Client(SERVER_NAME=HOST), alice)


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


def options(shown: Any) -> str:
    return html.unescape(re.findall(r'data-options="([^"]*)"', shown.content.decode())[0])


def start(desk: Client, device: str = "laptop", base: str = "/iam/users", name: str = "/dave") -> tuple[str, str]:
    """Choose a passkey on the first page; the address of the next one, and what the browser is asked there."""
    chosen = desk.post(f"{base}/assign-mfa{name}", {"virtual_mfa_device_name": device, "device_type": "passkey"})
    assert chosen["Location"] == f"{base}/register-mfa{name}?device={quote(device)}"
    page = desk.get(chosen["Location"])
    assert "no-store" in page["Cache-Control"]
    assert "/static/js/passkeys.js" in text(page)
    assert "A passkey needs JavaScript." in text(page)
    return chosen["Location"], options(page)


def test_ac27_a_passkey_is_registered_and_removed(desk: Client, account: Account) -> None:
    dave = a_user(account, "dave")
    soft = SoftPasskey()
    address, asked = start(desk)
    read = json.loads(asked)
    assert (read["rp"]["id"], read["attestation"]) == (HOST, "none")
    assert dave.user_id not in asked
    done = desk.post(address, {"credential": soft.register(asked)})
    assert done["Location"] == "/iam/users/details/dave?tab=credentials"
    device = MFADevice.objects.get(user=dave)
    shown = text(desk.get(done["Location"]))
    assert "MFA device laptop assigned." in shown
    row = shown.partition("laptop</td>")[2].partition("</tr>")[0]
    for words in ("Passkey or security key", device.serial_number, "Not known"):
        assert words in row
    assert "Resync" not in row
    assert "Enabled with MFA" in shown
    assert "Passkey" in text(desk.get("/iam/users")).partition(">dave</a>")[2].partition("</tr>")[0]
    question = text(desk.get("/iam/users/remove-mfa/laptop/dave"))
    assert "stays on your device" in question
    assert "MFA device laptop removed." in text(desk.post("/iam/users/remove-mfa/laptop/dave", follow=True))
    assert not MFADevice.objects.filter(account=account).exists()
    names = set(Event.objects.filter(account_id=account.pk, read_only=False).values_list("event_name", flat=True))
    assert names == {"EnableMFADevice", "DeactivateMFADevice"}


def test_an_answer_counts_for_its_own_page_once(desk: Client, account: Account) -> None:
    for name in ("dave", "erin"):
        a_user(account, name)
    soft = SoftPasskey()
    address, asked = start(desk)
    answer = {"credential": soft.register(asked)}
    for other in (address.replace("dave", "erin"), address.replace("laptop", "tablet")):
        start(desk)
        assert desk.post(other, answer).status_code == 422
    address, asked = start(desk)
    refused = desk.post(address, {"credential": "{}"})
    assert "does not fit, or came too late" in text(refused)
    assert options(refused) != asked
    assert desk.post(address, {"credential": soft.register(asked)}).status_code == 422
    assert not MFADevice.objects.filter(account=account).exists()
    done = desk.post(address, {"credential": soft.register(options(desk.get(address)))})
    assert done.status_code == 302


def test_anothers_answer_is_none_for_this_session(desk: Client, account: Account, bob: User) -> None:
    a_user(account, "dave")
    address, asked = start(desk)
    other = sign_in(Client(SERVER_NAME=HOST), bob)
    assert other.post(address, {"credential": SoftPasskey().register(asked)}).status_code == 422
    assert not MFADevice.objects.filter(account=account).exists()


def test_a_passkey_that_is_known_is_not_made_again(desk: Client, account: Account) -> None:
    _, soft = a_passkey(a_user(account, "dave"))
    _, asked = start(desk, "second")
    assert [each["id"] for each in json.loads(asked)["excludeCredentials"]] == [soft.credential_id]
    assert "same path and name already exists" in text(desk.get("/iam/users/register-mfa/dave?device=Laptop"))


def test_ones_own_and_the_root_users(desk: Client, account: Account, alice: User) -> None:
    root = sign_in(Client(SERVER_NAME=HOST), account)
    for client, device in ((desk, "mine"), (root, "roots")):
        address, asked = start(client, device, "/iam/security-credentials", "")
        done = client.post(address, {"credential": SoftPasskey().register(asked)})
        assert done["Location"] == "/iam/security-credentials"
    assert MFADevice.objects.get(virtual_mfa_device_name="mine").user == alice
    assert MFADevice.objects.get(virtual_mfa_device_name="roots").user is None


@pytest.mark.parametrize(
    ("host", "secure", "reason"),
    [
        (HOST, False, ""),
        ("console.localhost", False, ""),
        ("class.example", True, ""),
        ("class.example", False, "Passkeys and security keys need https, or the console opened at localhost."),
        ("192.168.1.20", False, "Passkeys and security keys need https, or the console opened at localhost."),
        ("192.168.1.20", True, "A browser ties passkeys and security keys to a host name"),
        ("[::1]", False, "A browser ties passkeys and security keys to a host name"),
    ],
)
def test_passkeys_are_offered_where_browsers_have_them(alice: User, host: str, secure: bool, reason: str) -> None:
    client, extra = sign_in(Client(SERVER_NAME=host), alice), {"secure": secure}
    address = "/iam/security-credentials/assign-mfa"
    shown = text(client.get(address, **extra))  # type: ignore[arg-type]
    assert ('value="passkey"' in shown) is not bool(reason)
    assert reason in shown
    if reason:
        chosen = {"virtual_mfa_device_name": "laptop", "device_type": "passkey"}
        refused = client.post(address, chosen, **extra)  # type: ignore[arg-type]
        assert (refused.status_code, reason in text(refused)) == (422, True)
        page = client.get("/iam/security-credentials/register-mfa?device=x", **extra)  # type: ignore[arg-type]
        assert page["Location"] == address


@pytest.mark.parametrize("device", ["", "my laptop", "<b>x</b>"])
def test_without_a_name_it_begins_anew(desk: Client, account: Account, device: str) -> None:
    a_user(account, "dave")
    address = f"/iam/users/register-mfa/dave?device={quote(device)}"
    assert desk.get(address)["Location"] == "/iam/users/assign-mfa/dave"


def test_a_user_is_deleted_with_the_passkeys(desk: Client, account: Account) -> None:
    dave = a_user(account, "dave")
    a_passkey(dave)
    an_mfa_device(dave, "phone")
    desk.post("/iam/users/delete/dave", {"confirm": "dave"})
    assert not User.objects.filter(account=account, user_name="dave").exists()
    assert not MFADevice.objects.filter(account=account).exists()


def test_carol_is_refused_with_the_missing_action(account: Account, carol: User) -> None:
    client = sign_in(Client(SERVER_NAME=HOST), carol)
    address, asked = start(client, "laptop", "/iam/security-credentials", "")
    refused = client.post(address, {"credential": SoftPasskey().register(asked)})
    assert (refused.status_code, "iam:EnableMFADevice" in text(refused)) == (403, True)
    assert not MFADevice.objects.filter(account=account).exists()
