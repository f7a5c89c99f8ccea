"""The practice authenticator: off unless a class turns it on, and nothing of the console's own is ever in it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client, override_settings
from django.utils import timezone

from accounts import totp
from accounts.models import Account
from iamconsole import environment, lan
from tests.factories import a_code, an_mfa_device, sign_in

PAGE = "/practice-authenticator"
COOKIE = "iamconsole_practice"


@pytest.fixture(autouse=True)
def turned_on(db: None) -> Iterator[None]:
    now = timezone.now()  # no code changes between two lines of a test
    with override_settings(IAMCONSOLE_PRACTICE_AUTHENTICATOR=True), time_machine.travel(now, tick=False):
        yield


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


def add(client: Client, name: str, key: str) -> Any:
    return client.post(PAGE, {"name": name, "secret_key": key})


def codes(client: Client) -> list[str]:
    return re.findall(r"data-code>(\d{6})<", text(client.get(PAGE)))


def test_it_is_not_there_outside_classes(client: Client, account: Account) -> None:
    an_mfa_device(account)
    with override_settings(IAMCONSOLE_PRACTICE_AUTHENTICATOR=False):
        assert client.get(PAGE).status_code == 404
        assert add(client, "mine", totp.new_seed()).status_code == 404
        assert COOKIE not in client.cookies


def test_it_shows_what_an_app_would_show(client: Client, account: Account) -> None:
    _, seed = an_mfa_device(account)
    assert "No devices yet." in text(client.get(PAGE))
    with time_machine.travel("2026-11-25T12:00:07Z", tick=False):
        assert add(client, "roots", f"  {seed[:4]} {seed[4:].lower()} ")["Location"] == PAGE
        response = client.get(PAGE)
        assert "no-store" in response["Cache-Control"]
        assert a_code(seed) in text(response)
        assert a_code(seed, steps=1) in text(response)
        assert 'hx-trigger="load delay:23s"' in text(response)
        assert "change at 12:00:30 UTC" in text(response)
        part = client.get(PAGE, headers={"HX-Request": "true", "HX-Target": "codes"})
        assert text(part).lstrip().startswith('<div class="stack-m" id="codes"')
    with time_machine.travel("2026-11-25T12:00:37Z", tick=False):
        assert codes(client) == [a_code(seed)]


def test_the_key_is_kept_sealed_in_the_browser_and_survives_signing_in(client: Client, account: Account) -> None:
    seed = totp.new_seed()
    cookie = add(client, "mine", seed).cookies[COOKIE]
    assert seed not in cookie.value
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"], cookie["expires"]) == (True, "Strict", "", "")
    assert seed not in text(client.get(PAGE))
    sign_in(client, account)
    assert codes(client) == [a_code(seed)]
    client.cookies[COOKIE] = cookie.value[:-4] + "AAAA"
    assert codes(client) == []
    assert codes(Client()) == []


def test_nothing_that_the_console_keeps_is_shown(client: Client, account: Account) -> None:
    device, seed = an_mfa_device(account)
    client.cookies[COOKIE] = device.sealed_seed
    sign_in(client, account)
    shown = text(client.get(PAGE))
    assert device.name not in shown
    assert a_code(seed) not in shown


def test_devices_are_removed_one_by_one_and_eight_are_the_most(client: Client) -> None:
    seeds = [totp.new_seed() for _ in range(8)]
    for number, seed in enumerate(seeds):
        add(client, f"device {number}", seed)
    assert codes(client) == [a_code(seed) for seed in seeds]
    assert "Add a device" not in text(client.get(PAGE))
    assert "It holds 8 devices" in text(add(client, "ninth", totp.new_seed()))
    client.post(PAGE, {"remove": "3"})
    assert codes(client) == [a_code(seed) for seed in seeds[:3] + seeds[4:]]
    for _ in range(7):
        client.post(PAGE, {"remove": "0"})
    assert client.cookies[COOKIE].value == ""


@pytest.mark.parametrize("key", ["", "123456", "not base32!", "A" * 15, "A" * 136, "ÄBCDEFGHIJKLMNOPQ"])
def test_what_is_no_secret_key_is_said_at_its_field(client: Client, key: str) -> None:
    response = add(client, "<b>x</b>", key)
    assert response.status_code == 422
    assert 'id="id_secret_key-error"' in text(response)
    assert "<b>x</b>" not in response.content.decode()


def test_every_form_needs_its_token() -> None:
    client = Client(enforce_csrf_checks=True)
    assert add(client, "mine", totp.new_seed()).status_code == 403


def test_it_is_off_unless_somebody_asks() -> None:
    assert environment.read({}).practice_authenticator is False
    assert environment.read({"IAMCONSOLE_PRACTICE_AUTHENTICATOR": "1"}).practice_authenticator is True


@pytest.mark.parametrize("room", [[], ["--lan", "192.0.2.7"]])
def test_serve_turns_it_on_by_an_option(room: list[str]) -> None:
    environ: dict[str, str] = {}
    lan.prepare([*room, "--practice-authenticator"], environ)
    assert environ["IAMCONSOLE_PRACTICE_AUTHENTICATOR"] == "1"
    lan.prepare(["--lan", "192.0.2.7"], environ := {})
    assert "IAMCONSOLE_PRACTICE_AUTHENTICATOR" not in environ


def test_the_pages_that_ask_for_codes_lead_there_while_it_is_on(client: Client, account: Account) -> None:
    console = sign_in(client, account)
    address = "/iam/security-credentials/assign-mfa"
    made = console.post(address, {"virtual_mfa_device_name": "phone"})["Location"]
    assert f'href="{PAGE}"' in text(console.get(made))
    with override_settings(IAMCONSOLE_PRACTICE_AUTHENTICATOR=False):
        assert PAGE not in text(console.get(made))
