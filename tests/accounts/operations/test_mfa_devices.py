"""Virtual MFA devices through the gate: rows, events without seeds and codes, refusals, quotas."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.utils import timezone

from accounts.mfa_devices import seed_of
from accounts.models import Account, MFADevice, MFADeviceTag, User
from accounts.operations.account import get_account_summary
from accounts.operations.login_profiles import delete_login_profile
from accounts.operations.mfa_devices import (
    create_virtual_mfa_device,
    deactivate_mfa_device,
    delete_virtual_mfa_device,
    enable_mfa_device,
    list_mfa_device_tags,
    list_mfa_devices,
    list_virtual_mfa_devices,
    resync_mfa_device,
    tag_mfa_device,
    untag_mfa_device,
)
from accounts.operations.users import delete_user
from iamconsole.audit.models import Event
from iamconsole.aws.errors import (
    AccessDenied,
    DeleteConflict,
    EntityAlreadyExists,
    InvalidAuthenticationCode,
    LimitExceeded,
    NoSuchEntity,
    ValidationError,
)
from iamconsole.call import Call
from tests.factories import a_call, a_code, a_user, an_account, an_inline_policy, an_mfa_device

INVALID = "Authentication code for device is not valid."


@pytest.fixture
def call(account: Account, alice: User) -> Call:
    return a_call(account, alice)


def codes(seed: str, *, at: int = 0) -> dict[str, str]:
    return {
        "authentication_code1": a_code(seed, steps=at - 1),
        "authentication_code2": a_code(seed, steps=at),
    }


def test_ac27_a_device_is_enabled_with_two_codes_in_a_row(call: Call, account: Account) -> None:
    dave = a_user(account, "dave")
    created = create_virtual_mfa_device(call, virtual_mfa_device_name="daves-phone")
    serial = created.device.serial_number
    assert serial == f"arn:aws:iam::{account.account_id}:mfa/daves-phone"
    wrong = {"authentication_code1": "000000", "authentication_code2": "000000"}
    with pytest.raises(InvalidAuthenticationCode, match=INVALID):
        enable_mfa_device(call, user_name="dave", serial_number=serial, **wrong)
    assert list_mfa_devices(call, user_name="dave") == ()
    pair = codes(created.base32_string_seed)
    enable_mfa_device(call, user_name="dave", serial_number=serial, **pair)
    (device,) = list_mfa_devices(call, user_name="dave")
    assert (device.serial_number, device.name) == (serial, "daves-phone")
    assert MFADevice.objects.get(user=dave).enable_date == call.time
    event = Event.objects.filter(account_id=account.pk, event_name="EnableMFADevice").latest("sequence")
    assert event.record["requestParameters"] == {"serialNumber": serial, "userName": "dave"}


def test_seeds_and_codes_are_in_no_event_no_history_and_no_repr(call: Call, account: Account) -> None:
    a_user(account, "dave")
    created = create_virtual_mfa_device(call, virtual_mfa_device_name="phone")
    seed, pair = created.base32_string_seed, codes(created.base32_string_seed)
    enable_mfa_device(call, user_name="dave", serial_number=created.device.serial_number, **pair)
    records = str(list(Event.objects.filter(account_id=account.pk).values()))
    assert not [secret for secret in (seed, *pair.values(), created.device.sealed_seed) if secret in records]
    history = list(apps.get_model("accounts", "MFADeviceEvent").objects.filter(account_id=account.pk).values())
    assert [row["pgh_label"] for row in history] == ["insert", "update"]
    assert not {"sealed_seed", "last_used_step"} & set(history[0])
    assert seed not in repr(created)
    row = MFADevice.objects.get(account=account)
    assert seed not in row.sealed_seed
    assert seed_of(row) == seed


@pytest.mark.parametrize("name", ["with space", "", "a/b", "x" * 227])
def test_a_name_that_no_device_can_have_is_refused(call: Call, name: str) -> None:
    with pytest.raises(ValidationError):
        create_virtual_mfa_device(call, virtual_mfa_device_name=name)


def test_ac27_the_name_of_a_device_is_unique_in_its_account_whatever_its_path_and_case(call: Call) -> None:
    create_virtual_mfa_device(call, virtual_mfa_device_name="Phone")
    with pytest.raises(EntityAlreadyExists) as refused:
        create_virtual_mfa_device(call, virtual_mfa_device_name="phone", path="/b/")
    assert refused.value.message == "MFADevice entity at the same path and name already exists."
    elsewhere = an_account()
    create_virtual_mfa_device(a_call(elsewhere), virtual_mfa_device_name="phone")


def test_ac27_a_ninth_device_is_refused(call: Call, account: Account) -> None:
    dave = a_user(account, "dave")
    for _ in range(8):
        an_mfa_device(dave)
    created = create_virtual_mfa_device(call, virtual_mfa_device_name="ninth")
    with pytest.raises(LimitExceeded, match="Cannot exceed quota for MFADevicesPerUser: 8"):
        enable_mfa_device(
            call,
            user_name="dave",
            serial_number=created.device.serial_number,
            **codes(created.base32_string_seed),
        )


def test_two_who_enable_the_same_device_at_the_same_time_do_not_share_it(committed: None) -> None:
    account = an_account()
    for name in ("dave", "erin"):
        a_user(account, name)
    created = create_virtual_mfa_device(a_call(account), virtual_mfa_device_name="phone")
    pair, start, outcomes = codes(created.base32_string_seed), threading.Barrier(2), []

    def ask(name: str) -> None:
        try:
            start.wait()
            enable_mfa_device(a_call(account), user_name=name, serial_number=created.device.serial_number, **pair)
            outcomes.append("enabled")
        except EntityAlreadyExists:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(name,)) for name in ("dave", "erin")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["enabled", "refused"]


def test_a_code_counts_once_also_when_a_device_is_synchronized(call: Call, account: Account) -> None:
    device, seed = an_mfa_device(a_user(account, "dave"))
    resync_mfa_device(call, user_name="dave", serial_number=device.serial_number, **codes(seed))
    for at in (0, 1):
        with pytest.raises(InvalidAuthenticationCode):
            resync_mfa_device(call, user_name="dave", serial_number=device.serial_number, **codes(seed, at=at))
    resync_mfa_device(call, user_name="dave", serial_number=device.serial_number, **codes(seed, at=2))


def test_a_clock_that_is_off_is_learned_by_synchronizing(call: Call, account: Account) -> None:
    device, seed = an_mfa_device(a_user(account, "dave"))
    resync_mfa_device(call, user_name="dave", serial_number=device.serial_number, **codes(seed, at=40))
    device.refresh_from_db()
    assert device.drift == 40
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        resync_mfa_device(
            a_call(account), user_name="dave", serial_number=device.serial_number, **codes(seed)
        )  # fmt: skip
    device.refresh_from_db()
    assert device.drift == 0


def test_a_device_is_deactivated_before_it_is_deleted(call: Call, account: Account) -> None:
    dave = a_user(account, "dave", password=None)
    device, _ = an_mfa_device(dave)
    with pytest.raises(DeleteConflict, match="Must deactivate first"):
        delete_virtual_mfa_device(call, serial_number=device.serial_number)
    with pytest.raises(DeleteConflict, match="must delete MFA device first"):
        delete_user(call, user_name="dave")
    deactivate_mfa_device(call, user_name="dave", serial_number=device.serial_number)
    assert [each.name for each in list_virtual_mfa_devices(call, assignment_status="Unassigned")] == [device.name]
    delete_virtual_mfa_device(call, serial_number=device.serial_number)
    delete_user(call, user_name="dave")
    assert not MFADevice.objects.filter(account=account).exists()


def test_a_device_of_somebody_else_is_not_found_under_this_name(call: Call, account: Account) -> None:
    a_user(account, "erin")
    device, seed = an_mfa_device(a_user(account, "dave"))
    foreign, _ = an_mfa_device(a_user(an_account(), "dave"))
    with pytest.raises(NoSuchEntity, match="MFA Device invalid for user"):
        deactivate_mfa_device(call, user_name="erin", serial_number=device.serial_number)
    attempts: tuple[Callable[[], None], ...] = (
        lambda: deactivate_mfa_device(call, user_name="dave", serial_number=foreign.serial_number),
        lambda: resync_mfa_device(call, user_name="dave", serial_number="arn:x/../\x00", **codes(seed)),
        lambda: delete_virtual_mfa_device(a_call(account), serial_number=foreign.serial_number),
    )
    for act in attempts:
        with pytest.raises(NoSuchEntity, match="does not exist"):
            act()


def test_without_a_name_the_callers_own_devices_are_meant_the_root_users_too(call: Call, account: Account) -> None:
    for caller in (call, a_call(account)):
        name = f"of-{caller.principal.name}"
        created = create_virtual_mfa_device(caller, virtual_mfa_device_name=name)
        enable_mfa_device(caller, serial_number=created.device.serial_number, **codes(created.base32_string_seed))
        assert [device.name for device in list_mfa_devices(caller)] == [name]
    create_virtual_mfa_device(call, virtual_mfa_device_name="unassigned")
    summary = get_account_summary(call)
    assert (summary["MFADevices"], summary["MFADevicesInUse"], summary["AccountMFAEnabled"]) == (3, 2, 1)
    assert [device.name for device in list_virtual_mfa_devices(call, assignment_status="Assigned")] == [
        "of-alice", "of-root"
    ]  # fmt: skip


def test_ac27_the_account_summary_counts_devices_and_says_whether_root_has_one(call: Call, account: Account) -> None:
    an_mfa_device(account_of_another := an_account())
    an_mfa_device(a_user(account, "dave"))
    summary = get_account_summary(call)
    assert (summary["MFADevices"], summary["MFADevicesInUse"], summary["AccountMFAEnabled"]) == (1, 1, 0)
    assert get_account_summary(a_call(account_of_another))["AccountMFAEnabled"] == 1


def test_devices_carry_tags_that_policies_can_speak_of(call: Call, account: Account) -> None:
    created = create_virtual_mfa_device(call, virtual_mfa_device_name="phone", tags=[("team", "a")])
    serial = created.device.serial_number
    tag_mfa_device(call, serial_number=serial, tags=[("room", "7")])
    assert list_mfa_device_tags(call, serial_number=serial) == (("room", "7"), ("team", "a"))
    untag_mfa_device(call, serial_number=serial, tag_keys=["room"])
    carol = a_user(account, "erin")
    an_inline_policy(
        carol,
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:DeleteVirtualMFADevice",'
        ' "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "b"}}}}',
    )
    with pytest.raises(AccessDenied):
        delete_virtual_mfa_device(a_call(account, carol), serial_number=serial)
    delete_virtual_mfa_device(call, serial_number=serial)
    assert not MFADeviceTag.objects.filter(account=account).exists()


def test_carol_may_do_nothing_with_devices_not_even_her_own(account: Account, carol: User) -> None:
    device, seed = an_mfa_device(carol)
    call, serial = a_call(account, carol), device.serial_number
    for act in (
        lambda: create_virtual_mfa_device(call, virtual_mfa_device_name="x"),
        lambda: enable_mfa_device(call, serial_number=serial, **codes(seed)),
        lambda: resync_mfa_device(call, serial_number=serial, **codes(seed)),
        lambda: deactivate_mfa_device(call, serial_number=serial),
        lambda: delete_virtual_mfa_device(call, serial_number=serial),
        lambda: list_mfa_devices(call),
        lambda: list_virtual_mfa_devices(call),
        lambda: tag_mfa_device(call, serial_number=serial, tags=[("a", "b")]),
        lambda: untag_mfa_device(call, serial_number=serial, tag_keys=["a"]),
        lambda: list_mfa_device_tags(call, serial_number=serial),
    ):
        with pytest.raises(AccessDenied):
            act()
    delete_login_profile(a_call(account), user_name="carol")
    assert MFADevice.objects.get(user=carol) == device
