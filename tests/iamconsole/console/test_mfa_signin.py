"""The MFA step of signing in: any one device does, a code counts once, and nothing opens before it."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.authentication import identity_of
from accounts.models import Account, LoginProfile, MFADevice, User
from accounts.operations.signin import SignInFailed, Visit, sign_in_with_code
from accounts.operations.users import list_users
from accounts.secrets import hash_password
from iamconsole.audit.models import Event
from iamconsole.aws.errors import AccessDenied
from iamconsole.call import Call, Session
from tests.factories import PASSWORD, a_call, a_code, a_user, an_account, an_inline_policy, an_mfa_device, sign_in

FAILURE = "Your sign-in details are not correct."
CODE_PAGE = "/signin/mfa/code"


@pytest.fixture
def dave(account: Account) -> User:
    return a_user(account, "dave")


def with_password(client: Client, who: User | Account, **more: str) -> Any:
    if isinstance(who, Account):
        return client.post("/signin/root", {"email": who.root_email, "password": PASSWORD, **more})
    named = {"account": who.account_id, "username": who.user_name, "password": PASSWORD}
    return client.post("/signin", {**named, **more})


def events(account: Account, name: str = "ConsoleLogin") -> list[dict[str, Any]]:
    rows = Event.objects.filter(account_id=account.pk, event_name=name).order_by("sequence")
    return [event.record for event in rows]


def signed_in(client: Client) -> bool:
    return client.get("/iam/").status_code == 200


def test_ac27_signing_in_asks_for_the_code_and_the_event_says_so(client: Client, account: Account, dave: User) -> None:
    device, seed = an_mfa_device(dave, "phone")
    asked = with_password(client, dave, next="/iam/users")
    assert asked["Location"] == f"{CODE_PAGE}?next=%2Fiam%2Fusers"
    assert not signed_in(client)
    assert events(account) == []
    (check,) = events(account, "CheckMfa")
    assert check["responseElements"] == {"CheckMfa": "Success"}
    assert check["additionalEventData"]["MfaType"] == "Virtual MFA"
    page = client.get(CODE_PAGE)
    assert "no-store" in page["Cache-Control"]
    assert 'autocomplete="one-time-code"' in page.content.decode()
    assert 'name="device"' not in page.content.decode()
    done = client.post(CODE_PAGE, {"code": a_code(seed), "next": "/iam/users"})
    assert done["Location"] == "/iam/users"
    assert signed_in(client)
    (login,) = events(account)
    assert login["responseElements"] == {"ConsoleLogin": "Success"}
    assert login["additionalEventData"]["MFAUsed"] == "Yes"
    assert login["additionalEventData"]["MFAIdentifier"] == device.serial_number
    dave.refresh_from_db()
    assert dave.password_last_used is not None
    record = events(account, "GetAccountSummary")[0]
    assert record["userIdentity"]["sessionContext"]["attributes"]["mfaAuthenticated"] == "true"


def test_ac27_a_wrong_code_fails_with_the_sentence_of_a_wrong_password(
    client: Client, account: Account, dave: User
) -> None:
    _, seed = an_mfa_device(dave)
    with_password(client, dave)
    right = a_code(seed)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    response = client.post(CODE_PAGE, {"code": wrong})
    text = response.content.decode()
    assert response.status_code == 422
    assert FAILURE in text
    assert wrong not in str(events(account))
    assert not signed_in(client)
    (login,) = events(account)
    assert login["responseElements"] == {"ConsoleLogin": "Failure"}
    assert login["errorMessage"] == "Failed authentication"
    assert login["additionalEventData"]["MFAUsed"] == "Yes"
    dave.refresh_from_db()
    assert dave.password_last_used is None
    client.post(CODE_PAGE, {"code": right})
    assert signed_in(client)


def test_a_code_is_taken_once(client: Client, account: Account, dave: User) -> None:
    _, seed = an_mfa_device(dave)
    code = a_code(seed)
    with_password(client, dave)
    client.post(CODE_PAGE, {"code": code})
    assert signed_in(client)
    other = Client()
    with_password(other, dave)
    assert other.post(CODE_PAGE, {"code": code}).status_code == 422
    assert other.post(CODE_PAGE, {"code": a_code(seed, steps=-1)}).status_code == 422
    assert not signed_in(other)
    other.post(CODE_PAGE, {"code": a_code(seed, steps=1)})
    assert signed_in(other)


def test_two_who_give_the_same_code_at_the_same_time_do_not_both_get_in(committed: None) -> None:
    dave = a_user(an_account(), "dave")
    _, seed = an_mfa_device(dave)
    identity, code = identity_of(dave.user_id), a_code(seed)
    assert identity is not None
    start, outcomes = threading.Barrier(4), []

    def ask() -> None:
        try:
            start.wait()
            sign_in_with_code(Visit(timezone.now(), "203.0.113.9"), identity, code=code)
            outcomes.append("in")
        except SignInFailed:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", "refused", "refused", "refused"]


def test_ac27_any_one_of_several_devices_does(client: Client, account: Account, dave: User) -> None:
    seeds = {name: an_mfa_device(dave, name)[1] for name in ("phone", "tablet")}
    with_password(client, dave)
    assert events(account, "CheckMfa")[0]["additionalEventData"]["MfaType"] == "Multiple MFA Devices"
    shown = client.get(CODE_PAGE).content.decode()
    assert all(f'<option value="{name}"' in shown for name in seeds)
    assert client.post(CODE_PAGE, {"device": "phone", "code": a_code(seeds["tablet"])}).status_code == 422
    assert client.post(CODE_PAGE, {"device": "of-another", "code": a_code(seeds["tablet"])}).status_code == 422
    client.post(CODE_PAGE, {"device": "tablet", "code": a_code(seeds["tablet"])})
    assert signed_in(client)
    assert events(account)[-1]["additionalEventData"]["MFAIdentifier"].endswith(":mfa/tablet")


def test_another_users_device_is_of_no_use(client: Client, account: Account, dave: User) -> None:
    an_mfa_device(dave)
    _, seed = an_mfa_device(a_user(account, "erin"))
    with_password(client, dave)
    assert client.post(CODE_PAGE, {"code": a_code(seed)}).status_code == 422


def test_the_root_user_is_asked_too(client: Client, account: Account) -> None:
    device, seed = an_mfa_device(account)
    an_mfa_device(a_user(account, "dave"))
    assert with_password(client, account)["Location"].startswith(CODE_PAGE)
    client.post(CODE_PAGE, {"code": a_code(seed)})
    assert signed_in(client)
    assert events(account)[-1]["additionalEventData"]["MFAIdentifier"] == device.serial_number


def test_an_unassigned_device_asks_nobody(client: Client, account: Account, dave: User) -> None:
    an_mfa_device(account, enable_date=None)
    assert with_password(client, dave)["Location"] == "/iam/"
    assert with_password(Client(), account)["Location"] == "/iam/"


def test_a_drifting_clock_is_allowed_for(client: Client, dave: User) -> None:
    _, seed = an_mfa_device(dave, drift=40)
    with_password(client, dave)
    assert client.post(CODE_PAGE, {"code": a_code(seed)}).status_code == 422
    client.post(CODE_PAGE, {"code": a_code(seed, steps=40)})
    assert signed_in(client)


def test_the_wait_for_the_code_is_short_and_falls_with_the_password(client: Client, dave: User) -> None:
    _, seed = an_mfa_device(dave)
    with_password(client, dave)
    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1), tick=False):
        assert client.get(CODE_PAGE)["Location"] == "/signin"
        assert client.post(CODE_PAGE, {"code": a_code(seed)})["Location"] == "/signin"
    with_password(client, dave)
    kept = client.session  # however long the session is kept, the wait is not
    kept["challenged"]["since"] = (timezone.now() - timedelta(minutes=6)).isoformat()
    kept.save()
    assert client.get(CODE_PAGE)["Location"] == "/signin"
    with_password(client, dave)
    LoginProfile.objects.filter(user=dave).update(password=hash_password("Battery-Staple-9"))
    assert client.post(CODE_PAGE, {"code": a_code(seed)})["Location"] == "/signin"
    assert not signed_in(client)


def test_each_step_gets_a_key_of_its_own_so_that_none_can_be_planted(client: Client, dave: User) -> None:
    _, seed = an_mfa_device(dave)
    planted = client.session
    planted["planted"] = "x"
    planted.save()
    client.cookies["iamconsole_session"] = planted.session_key or ""
    with_password(client, dave)
    waiting = client.cookies["iamconsole_session"].value
    assert waiting != planted.session_key
    assert "planted" not in client.session
    client.post(CODE_PAGE, {"code": a_code(seed)})
    assert client.cookies["iamconsole_session"].value not in (waiting, planted.session_key)
    thief = Client()
    thief.cookies["iamconsole_session"] = waiting
    assert not signed_in(thief)
    assert thief.get(CODE_PAGE)["Location"] == "/signin"


def test_the_code_page_is_for_those_who_proved_the_password(client: Client, db: None) -> None:
    assert client.get(CODE_PAGE)["Location"] == "/signin"


def test_after_the_code_a_new_password_may_still_stand_before_the_first_page(client: Client, account: Account) -> None:
    novice = a_user(account, "novice", password_reset_required=True)
    an_inline_policy(
        novice,
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ChangePassword", "Resource": "*",'
        ' "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}}',
    )
    _, seed = an_mfa_device(novice)
    with_password(client, novice)
    assert client.get("/signin/password")["Location"] == "/signin"
    assert client.post(CODE_PAGE, {"code": a_code(seed)})["Location"].startswith("/signin/password")
    assert not signed_in(client)
    new = {"old_password": PASSWORD, "new_password": "Battery-Staple-9", "retype": "Battery-Staple-9"}
    assert client.post("/signin/password", new)["Location"] == "/iam/"
    client.get("/iam/")
    attributes = events(account, "GetAccountSummary")[0]["userIdentity"]["sessionContext"]["attributes"]
    assert attributes["mfaAuthenticated"] == "true"


def test_changing_ones_own_password_keeps_the_second_factor(client: Client, account: Account, alice: User) -> None:
    sign_in(client, alice, mfa=True)
    new = {"old_password": PASSWORD, "new_password": "Battery-Staple-9", "retype": "Battery-Staple-9"}
    client.post("/iam/security-credentials", new)
    client.get("/iam/")
    attributes = events(account, "GetAccountSummary")[-1]["userIdentity"]["sessionContext"]["attributes"]
    assert attributes["mfaAuthenticated"] == "true"


def test_the_age_of_the_second_factor_counts_from_the_code(account: Account, dave: User) -> None:
    now = timezone.now()
    call = a_call(account, dave, time=now)
    with_mfa = Session(now - timedelta(minutes=2), mfa_time=now - timedelta(minutes=3))
    context = Call(call.principal, account, now, session=with_mfa).context()
    assert context["aws:MultiFactorAuthPresent"] == ("true",)
    assert context["aws:MultiFactorAuthAge"] == ("180",)
    context = call.context()
    assert context["aws:MultiFactorAuthPresent"] == ("false",)
    assert "aws:MultiFactorAuthAge" not in context
    context = Call(call.principal, account, now, access_key_id="AKIAIOSFODNN7EXAMPLE").context()
    assert not {"aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"} & set(context)


@pytest.mark.parametrize(
    ("operator", "key", "without", "with_mfa"),
    [("Bool", True, False, True), ("BoolIfExists", False, False, True)],
)
def test_ac28_a_deny_without_mfa_catches_access_keys_only_with_bool_if_exists(
    account: Account, dave: User, operator: str, key: bool, without: bool, with_mfa: bool
) -> None:
    an_inline_policy(
        dave,
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"},'
        f' {{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {{"{operator}":'
        ' {"aws:MultiFactorAuthPresent": "false"}}}]}',
    )
    now, who = timezone.now(), a_call(account, dave).principal
    calls = (
        (Call(who, account, now, access_key_id="AKIAIOSFODNN7EXAMPLE"), key),
        (Call(who, account, now, session=Session(now)), without),
        (Call(who, account, now, session=Session(now, mfa_time=now)), with_mfa),
    )
    for call, allowed in calls:
        if allowed:
            assert list_users(call).items
        else:
            with pytest.raises(AccessDenied, match="with an explicit deny in an identity-based policy"):
                list_users(call)


def test_seeds_that_stand_for_somebody_else_do_not_open(dave: User) -> None:
    mine, _ = an_mfa_device(dave)
    _, seed = other = an_mfa_device(a_user(dave.account, "erin"))
    MFADevice.objects.filter(pk=mine.pk).update(sealed_seed=other[0].sealed_seed)
    identity = identity_of(dave.user_id)
    assert identity is not None
    with pytest.raises(Exception, match="sealed for something else"):
        sign_in_with_code(Visit(timezone.now(), "203.0.113.9"), identity, code=a_code(seed))
