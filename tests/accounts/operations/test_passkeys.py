"""Passkeys through the gate: enabled by an answer that fits, and by no other; listed, read and taken away."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from accounts.models import Account, MFADevice, User
from accounts.operations.account import get_account_summary
from accounts.operations.mfa_devices import (
    create_virtual_mfa_device,
    deactivate_mfa_device,
    delete_virtual_mfa_device,
    get_mfa_device,
    list_mfa_devices,
    list_virtual_mfa_devices,
    resync_mfa_device,
    tag_mfa_device,
)
from accounts.operations.passkeys import enable_passkey
from accounts.passkeys import Answer, Challenge, RelyingParty, new_challenge, new_serial_number, registration_options
from iamconsole.audit.models import Event
from iamconsole.aws.errors import (
    AccessDenied,
    EntityAlreadyExists,
    InvalidInput,
    LimitExceeded,
    NoSuchEntity,
    ValidationError,
)
from iamconsole.call import Call
from tests.factories import a_call, a_user, an_account, an_inline_policy, an_mfa_device
from tests.soft_passkey import HOST, ORIGIN, SoftPasskey, a_passkey

HERE = RelyingParty(HOST, ORIGIN)


@pytest.fixture
def call(account: Account, alice: User) -> Call:
    return a_call(account, alice)


@pytest.fixture
def dave(account: Account) -> User:
    return a_user(account, "dave")


def answered(soft: SoftPasskey, challenge: Challenge | None = None) -> Answer:
    challenge = challenge or asked()
    return Answer(challenge, soft.register(registration_options(challenge, "dave")))


def asked(ago: timedelta = timedelta(minutes=1)) -> Challenge:
    return new_challenge(HERE, timezone.now() - ago)


def signed_in_place_of_registered(soft: SoftPasskey) -> Answer:
    challenge = asked()
    return Answer(challenge, soft.sign(registration_options(challenge, "dave")))


def enable(call: Call, user: User, answer: Answer, name: str = "laptop") -> str:
    serial = new_serial_number(user.account_id, user.user_name, name)
    enable_passkey(call, serial_number=serial, answer=answer, user_name=user.user_name)
    return serial


def test_ac27_a_passkey_is_enabled_and_the_event_names_it(call: Call, account: Account, dave: User) -> None:
    soft = SoftPasskey()
    serial = enable(call, dave, answered(soft))
    device = MFADevice.objects.get(user=dave)
    assert serial.startswith(f"arn:aws:iam::{account.account_id}:u2f/user/dave/laptop-")
    assert (device.serial_number, device.name, device.is_passkey) == (serial, "laptop", True)
    assert (device.credential_id, device.relying_party, device.transports) == (soft.credential_id, HOST, "internal")
    event = Event.objects.get(account_id=account.pk, event_name="EnableMFADevice")
    assert event.record["requestParameters"] == {"serialNumber": serial, "userName": "dave"}
    assert event.record["responseElements"] is None
    kept = str(apps.get_model("accounts", "MFADeviceEvent").objects.filter(account_id=account.pk).values())
    assert serial in kept


def test_every_kind_is_listed_and_read_by_its_serial_number(call: Call, dave: User) -> None:
    phone, _ = an_mfa_device(dave, "phone", enable_date=timezone.now() - timedelta(days=1))
    serial = enable(call, dave, answered(SoftPasskey()))
    listed = list_mfa_devices(call, user_name="dave")
    assert [(each.name, each.type, each.certifications) for each in listed] == [
        ("phone", "Virtual", "Not applicable"),
        ("laptop", "Passkey or security key", "Not known"),
    ]
    assert get_mfa_device(call, serial_number=serial, user_name="DAVE").name == "laptop"
    assert get_mfa_device(call, serial_number=phone.serial_number, user_name="dave").name == "phone"
    a_user(dave.account, "erin")
    for owner in ("erin", None):
        with pytest.raises(NoSuchEntity, match="MFA Device invalid for user"):
            get_mfa_device(call, serial_number=serial, user_name=owner)
    assert [each.name for each in list_virtual_mfa_devices(call)] == ["phone"]
    summary = get_account_summary(call)
    assert (summary["MFADevices"], summary["MFADevicesInUse"]) == (2, 2)


def test_the_root_user_has_passkeys_too(account: Account) -> None:
    call = a_call(account)
    serial = new_serial_number(account.account_id, None, "key")
    enable_passkey(call, serial_number=serial, answer=answered(SoftPasskey()))
    assert serial.startswith(f"arn:aws:iam::{account.account_id}:u2f/root-account/key-")
    assert get_mfa_device(call, serial_number=serial).is_passkey
    assert get_account_summary(call)["AccountMFAEnabled"] == 1


def test_a_passkey_that_is_taken_away_leaves_nothing(call: Call, dave: User) -> None:
    serial = enable(call, dave, answered(SoftPasskey()))
    deactivate_mfa_device(call, serial_number=serial, user_name="dave")
    assert not MFADevice.objects.filter(account=dave.account).exists()
    with pytest.raises(NoSuchEntity):
        deactivate_mfa_device(call, serial_number=serial, user_name="dave")


def test_what_virtual_devices_have_passkeys_have_not(call: Call, dave: User) -> None:
    device, _ = a_passkey(dave)
    serial = device.serial_number
    with pytest.raises(InvalidInput, match="shows no codes"):
        resync_mfa_device(
            call, serial_number=serial, user_name="dave", authentication_code1="123456", authentication_code2="654321"
        )
    attempts: tuple[Callable[[], None], ...] = (
        lambda: delete_virtual_mfa_device(call, serial_number=serial),
        lambda: tag_mfa_device(call, serial_number=serial, tags=[("a", "b")]),
    )
    for act in attempts:
        with pytest.raises(NoSuchEntity):
            act()


WRONG: dict[str, Callable[[SoftPasskey], Answer]] = {
    "of another challenge": lambda soft: replace(answered(soft), challenge=asked()),
    "too late": lambda soft: answered(soft, asked(timedelta(minutes=6))),
    "from the future": lambda soft: answered(soft, asked(timedelta(minutes=-1))),
    "to a foreign origin": lambda soft: answered(replace(soft, origin="https://localhost.example")),
    "for a foreign host": lambda soft: answered(replace(soft, host="elsewhere.example")),
    "that signs in": signed_in_place_of_registered,
    "without an attestation": lambda soft: replace(
        answered(soft), credential=json.dumps({"id": soft.credential_id, "rawId": soft.credential_id})
    ),
    "of nothing": lambda soft: replace(answered(soft), credential=""),
    "of a list": lambda soft: replace(answered(soft), credential="[1]"),
    "of too much": lambda soft: replace(answered(soft), credential="[" * 70_000),
    "of many brackets": lambda soft: replace(answered(soft), credential="[" * 60_000),
}


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG)
def test_an_answer_that_does_not_fit_enables_nothing(
    call: Call, dave: User, answer: Callable[[SoftPasskey], Answer]
) -> None:
    with pytest.raises(InvalidInput, match="does not fit, or came too late"):
        enable(call, dave, answer(SoftPasskey()))
    assert not MFADevice.objects.filter(account=dave.account).exists()


def test_a_registration_cannot_be_replayed_for_anybody(call: Call, account: Account, dave: User) -> None:
    answer = answered(SoftPasskey())
    enable(call, dave, answer)
    for user, name in ((dave, "again"), (a_user(account, "erin"), "erins")):
        with pytest.raises(EntityAlreadyExists, match="assigned already"):
            enable(call, user, answer, name)
    assert MFADevice.objects.filter(account=account).count() == 1


def test_names_are_the_accounts_whatever_the_kind(call: Call, dave: User) -> None:
    enable(call, dave, answered(SoftPasskey()), "Laptop")
    with pytest.raises(EntityAlreadyExists, match="same path and name"):
        create_virtual_mfa_device(call, virtual_mfa_device_name="laptop")
    an_mfa_device(dave, "phone")
    with pytest.raises(EntityAlreadyExists, match="same path and name"):
        enable(call, dave, answered(SoftPasskey()), "PHONE")
    with pytest.raises(ValidationError):
        enable(call, dave, answered(SoftPasskey()), "my laptop")


def test_a_serial_number_names_its_own_user(call: Call, account: Account, dave: User) -> None:
    a_user(account, "erin")
    for serial in (
        new_serial_number(account.account_id, "dave", "laptop"),
        new_serial_number(account.account_id, None, "laptop"),
        new_serial_number(an_account().account_id, "erin", "laptop"),
        "laptop",
    ):
        with pytest.raises(ValidationError, match="another user or account"):
            enable_passkey(call, serial_number=serial, answer=answered(SoftPasskey()), user_name="erin")


def test_ac27_eight_devices_of_all_kinds_are_the_most(call: Call, dave: User) -> None:
    for number in range(4):
        an_mfa_device(dave)
        a_passkey(dave, f"key-{number}")
    with pytest.raises(LimitExceeded, match="MFADevicesPerUser: 8"):
        enable(call, dave, answered(SoftPasskey()))


def test_policies_can_speak_of_the_registration(account: Account, dave: User) -> None:
    an_inline_policy(
        dave,
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:EnableMFADevice", "Resource": "*",'
        ' "Condition": {"StringEquals": {"iam:RegisterSecurityKey": "Activate"}}}}',
    )
    enable(a_call(account, dave), dave, answered(SoftPasskey()))
    assert MFADevice.objects.get(user=dave).is_passkey


def test_carol_may_not_enable_or_read_even_her_own(account: Account, carol: User) -> None:
    device, _ = a_passkey(carol)
    call = a_call(account, carol)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: enable(call, carol, answered(SoftPasskey()), "second"),
        lambda: get_mfa_device(call, serial_number=device.serial_number),
        lambda: deactivate_mfa_device(call, serial_number=device.serial_number),
    )
    for act in attempts:
        with pytest.raises(AccessDenied):
            act()
    assert MFADevice.objects.get(user=carol) == device
    refused = Event.objects.get(account_id=account.pk, event_name="EnableMFADevice")
    assert refused.record["errorCode"] == "AccessDenied"
