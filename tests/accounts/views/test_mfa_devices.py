"""MFA devices in the console: a user's, one's own, the root user's; and where seeds never are."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from accounts.models import Account, MFADevice, User
from iamconsole.audit.models import Event
from iamconsole.console.models import Draft
from tests.factories import a_code, a_user, an_inline_policy, an_mfa_device, sign_in

DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}
OWN_MFA = """{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "iam:*VirtualMFADevice", "Resource": "arn:aws:iam::*:mfa/*"},
    {"Effect": "Allow", "Action": "iam:*MFADevice*", "Resource": "arn:aws:iam::*:user/${aws:username}"}
]}"""


@pytest.fixture
def desk(client: Client, alice: User) -> Client:
    return sign_in(client, alice)


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


def seed_in(shown: str) -> str:
    return str(re.findall(r'id="secret">([A-Z2-7]+)<', shown)[0])


def pair(seed: str, *, at: int = 0) -> dict[str, str]:
    first = a_code(seed, steps=at - 1)
    return {"authentication_code1": f"{first[:3]} {first[3:]}", "authentication_code2": a_code(seed, steps=at)}


def start(client: Client, device: str, base: str = "/iam/users", name: str = "/dave") -> tuple[str, str]:
    """Make a device; the address of the page with its QR code, and the seed it shows."""
    made = client.post(f"{base}/assign-mfa{name}", {"virtual_mfa_device_name": device})
    assert made.status_code == 302, text(made)
    return made["Location"], seed_in(text(client.get(made["Location"])))


def test_ac27_a_device_is_assigned_by_its_qr_code_and_two_codes(desk: Client, account: Account) -> None:
    dave = a_user(account, "dave")
    assert "No MFA devices." in text(desk.get("/iam/users/details/dave?tab=credentials"))
    assert "Enabled without MFA" in text(desk.get("/iam/users/details/dave"))
    address, seed = start(desk, "daves-phone")
    response = desk.get(address)
    shown = text(response)
    assert "no-store" in response["Cache-Control"]
    assert re.search(r"<svg [^>]*>", shown)
    assert "style=" not in shown.partition('class="qr"')[2].partition("</svg>")[0]
    assert "<title" not in shown.partition('class="qr"')[2].partition("</svg>")[0]
    wrong = desk.post(address, {"authentication_code1": "123456", "authentication_code2": "123456"})
    assert wrong.status_code == 422
    assert "Authentication code for device is not valid." in text(wrong)
    assert seed_in(text(wrong)) == seed
    done = desk.post(address, pair(seed))
    assert done["Location"] == "/iam/users/details/dave?tab=credentials"
    shown = text(desk.get(done["Location"]))
    assert "MFA device daves-phone assigned." in shown
    assert f"arn:aws:iam::{account.account_id}:mfa/daves-phone" in shown
    assert "Enabled with MFA" in shown
    assert seed not in shown
    assert desk.get(address).status_code == 404
    assert MFADevice.objects.get(user=dave).enable_date is not None
    row = text(desk.get("/iam/users")).partition(">dave</a>")[2].partition("</tr>")[0]
    assert "Virtual" in row


def test_the_seed_stays_in_no_event_no_draft_no_history_and_no_message(desk: Client, account: Account) -> None:
    a_user(account, "dave")
    address, seed = start(desk, "phone")
    codes = pair(seed)
    kept = str(list(Draft.objects.filter(account_id=account.pk).values()))
    assert seed not in kept
    desk.post(address, codes)
    assert not Draft.objects.filter(account_id=account.pk, kind="mfa-device").exists()
    kept = str(list(Event.objects.filter(account_id=account.pk).values()))
    kept += str(list(apps.get_model("accounts", "MFADeviceEvent").objects.all().values()))
    kept += str({name: cookie.value for name, cookie in desk.cookies.items()})
    assert not [secret for secret in (seed, codes["authentication_code2"]) if secret in kept]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Enter the device name."),
        ("my phone", "without spaces"),
        ("<b>x</b>", "without spaces"),
        ("Taken", "MFADevice entity at the same path and name already exists."),
    ],
)
def test_a_name_that_will_not_do_is_said_at_its_field(desk: Client, account: Account, name: str, sentence: str) -> None:
    an_mfa_device(a_user(account, "dave"), "taken")
    response = desk.post("/iam/users/assign-mfa/dave", {"virtual_mfa_device_name": name})
    assert response.status_code == 422
    assert sentence in text(response)
    assert 'id="id_virtual_mfa_device_name-error"' in response.content.decode()
    assert "<b>x</b>" not in response.content.decode()


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"])
def test_what_is_no_code_is_said_at_its_field(desk: Client, account: Account, code: str) -> None:
    a_user(account, "dave")
    address, seed = start(desk, "phone")
    response = desk.post(address, {**pair(seed), "authentication_code2": code})
    assert response.status_code == 422
    assert "Enter the six digits that the app shows." in text(response)


def test_cancelling_deletes_the_device_and_so_does_beginning_anew(desk: Client, account: Account) -> None:
    a_user(account, "dave")
    address, _ = start(desk, "phone")
    assert desk.post(address, {"discard": "1"})["Location"] == "/iam/users/details/dave?tab=credentials"
    assert not MFADevice.objects.filter(account=account).exists()
    start(desk, "phone")
    start(desk, "phone")
    assert MFADevice.objects.filter(account=account).count() == 1


def test_a_double_click_makes_one_device(desk: Client, account: Account) -> None:
    a_user(account, "dave")
    data = {"virtual_mfa_device_name": "phone", "token": "8f7a0c8e-0f0c-4e44-9d6e-3c59a6d6a0d2"}
    places = {desk.post("/iam/users/assign-mfa/dave", data)["Location"] for _ in range(2)}
    assert len(places) == 1
    assert MFADevice.objects.filter(account=account).count() == 1


def test_the_page_with_the_qr_code_is_its_makers_alone(desk: Client, account: Account, bob: User) -> None:
    a_user(account, "dave")
    address, _ = start(desk, "phone")
    assert sign_in(Client(), bob).get(address).status_code == 404
    assert desk.get(address.replace("/dave", "/bob")).status_code == 404


def test_a_device_is_synchronized_and_removed(desk: Client, account: Account) -> None:
    device, seed = an_mfa_device(a_user(account, "dave"), "phone")
    wrong = desk.post("/iam/users/resync-mfa/phone/dave", {**pair(seed), "authentication_code1": "000000"})
    assert "Authentication code for device is not valid." in text(wrong)
    done = desk.post("/iam/users/resync-mfa/phone/dave", pair(seed, at=7), follow=True)
    assert "MFA device phone synchronized." in text(done)
    device.refresh_from_db()
    assert device.drift == 7
    assert "Remove MFA device?" in text(desk.get("/iam/users/remove-mfa/phone/dave", headers=DIALOG))
    done = desk.post("/iam/users/remove-mfa/phone/dave", follow=True)
    assert "MFA device phone removed." in text(done)
    assert not MFADevice.objects.filter(account=account).exists()
    assert desk.get("/iam/users/remove-mfa/phone/dave").status_code == 404


def test_ac27_with_eight_devices_the_button_is_off(desk: Client, account: Account) -> None:
    dave = a_user(account, "dave")
    for _ in range(8):
        an_mfa_device(dave)
    shown = text(desk.get("/iam/users/details/dave?tab=credentials"))
    assert re.search(r"<button[^>]*disabled[^>]*>Assign MFA device", shown)
    address, seed = start(desk, "ninth")
    assert "Cannot exceed quota for MFADevicesPerUser: 8" in text(desk.post(address, pair(seed)))


def test_a_user_is_deleted_with_the_devices(desk: Client, account: Account) -> None:
    an_mfa_device(a_user(account, "dave"), "phone")
    assert "1 MFA device: phone" in re.sub(r"</?b>", "", text(desk.get("/iam/users/delete/dave")))
    desk.post("/iam/users/delete/dave", {"confirm": "dave"})
    assert not User.objects.filter(account=account, user_name="dave").exists()
    assert not MFADevice.objects.filter(account=account).exists()


def test_a_user_manages_own_devices_without_naming_anybody(client: Client, account: Account, carol: User) -> None:
    an_inline_policy(carol, OWN_MFA)
    desk = sign_in(client, carol)
    address, seed = start(desk, "carols-phone", "/iam/security-credentials", "")
    assert desk.post(address, pair(seed))["Location"] == "/iam/security-credentials"
    assert "carols-phone" in text(desk.get("/iam/security-credentials"))
    assert MFADevice.objects.get(account=account).user == carol
    assert desk.post("/iam/security-credentials/remove-mfa/carols-phone")["Location"] == "/iam/security-credentials"
    assert not MFADevice.objects.filter(account=account).exists()
    a_user(account, "dave")
    assert desk.post("/iam/users/remove-mfa/x/dave").status_code == 403


def test_the_root_user_has_devices_of_its_own(console: Client, account: Account) -> None:
    assert "The root user has no MFA device" in text(console.get("/iam/"))
    address, seed = start(console, "root-account-mfa-device", "/iam/security-credentials", "")
    console.post(address, pair(seed))
    assert MFADevice.objects.get(account=account).user is None
    shown = text(console.get("/iam/"))
    assert "The root user has MFA" in shown
    assert "The root user has no MFA device" not in shown


def test_the_dashboard_reminds_a_user_without_mfa(desk: Client, alice: User) -> None:
    assert "You have no MFA device" in text(desk.get("/iam/"))
    an_mfa_device(alice)
    assert "You have no MFA device" not in text(desk.get("/iam/"))


def test_carol_is_refused_with_the_missing_action(client: Client, account: Account, carol: User) -> None:
    desk = sign_in(client, carol)
    assert "is not authorized to perform: iam:ListMFADevices" in text(desk.get("/iam/security-credentials"))
    refused = desk.post("/iam/security-credentials/assign-mfa", {"virtual_mfa_device_name": "x"})
    assert (refused.status_code, "iam:CreateVirtualMFADevice" in text(refused)) == (403, True)
    assert not MFADevice.objects.filter(account=account).exists()
