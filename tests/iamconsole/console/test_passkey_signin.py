"""A passkey at the MFA step of signing in: an answer counts once, soon, for its own user, host and challenge."""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
import time_machine
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.authentication import identity_of
from accounts.models import Account, MFADevice, User
from accounts.operations.signin import SignInFailed, Visit, sign_in_with_passkey
from accounts.passkeys import Answer, RelyingParty, new_challenge, sign_in_options
from iamconsole.audit.models import Event
from iamconsole.console.passkeys import answer_of, challenge_for
from tests.factories import PASSWORD, a_code, a_user, an_account, an_inline_policy, an_mfa_device, sign_in
from tests.soft_passkey import HOST, ORIGIN, SoftPasskey, a_passkey

FAILURE = "Your sign-in details are not correct."
CODE_PAGE, PASSKEY_PAGE = "/signin/mfa/code", "/signin/mfa/passkey"


@pytest.fixture
def client() -> Client:
    return Client(SERVER_NAME=HOST)


@pytest.fixture
def dave(account: Account) -> User:
    return a_user(account, "dave")


def with_password(client: Client, who: User | Account, **more: str) -> Any:
    if isinstance(who, Account):
        return client.post("/signin/root", {"email": who.root_email, "password": PASSWORD, **more})
    named = {"account": who.account_id, "username": who.user_name, "password": PASSWORD}
    return client.post("/signin", {**named, **more})


def options(client: Client) -> str:
    shown = client.get(PASSKEY_PAGE).content.decode()
    return html.unescape(re.findall(r'data-options="([^"]*)"', shown)[0])


def give(client: Client, credential: str, **more: str) -> Any:
    return client.post(PASSKEY_PAGE, {"credential": credential, **more})


def events(account: Account, name: str = "ConsoleLogin") -> list[dict[str, Any]]:
    rows = Event.objects.filter(account_id=account.pk, event_name=name).order_by("sequence")
    return [event.record for event in rows]


def signed_in(client: Client) -> bool:
    return client.get("/iam/").status_code == 200


def test_ac27_a_passkey_completes_the_sign_in_and_the_event_says_so(
    client: Client, account: Account, dave: User
) -> None:
    device, soft = a_passkey(dave)
    assert with_password(client, dave, next="/iam/users")["Location"] == f"{PASSKEY_PAGE}?next=%2Fiam%2Fusers"
    assert not signed_in(client)
    page = client.get(PASSKEY_PAGE)
    assert "no-store" in page["Cache-Control"]
    assert "/static/js/passkeys.js" in page.content.decode()
    assert "A passkey needs JavaScript." in page.content.decode()
    asked = options(client)
    assert [each["id"] for each in json.loads(asked)["allowCredentials"]] == [soft.credential_id]
    done = give(client, soft.sign(asked), next="/iam/users")
    assert done["Location"] == "/iam/users"
    assert signed_in(client)
    (check,) = events(account, "CheckMfa")
    assert check["additionalEventData"]["MfaType"] == "U2F MFA"
    (login,) = events(account)
    assert login["responseElements"] == {"ConsoleLogin": "Success"}
    assert login["additionalEventData"]["MFAUsed"] == "Yes"
    assert login["additionalEventData"]["MFAIdentifier"] == device.serial_number
    attributes = events(account, "GetAccountSummary")[0]["userIdentity"]["sessionContext"]["attributes"]
    assert attributes["mfaAuthenticated"] == "true"
    device.refresh_from_db()
    assert device.sign_count == 1


def test_ac28_policies_that_ask_for_mfa_take_a_passkey_for_it(client: Client, account: Account, dave: User) -> None:
    an_inline_policy(
        dave,
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"},'
        ' {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"BoolIfExists":'
        ' {"aws:MultiFactorAuthPresent": "false"}}}]}',
    )
    assert sign_in(Client(), dave).get("/iam/users").status_code == 403
    _, soft = a_passkey(dave)
    with_password(client, dave)
    give(client, soft.sign(options(client)))
    assert client.get("/iam/users").status_code == 200


def test_ac27_whoever_has_both_kinds_may_choose(client: Client, account: Account, dave: User) -> None:
    _, soft = a_passkey(dave)
    phone, seed = an_mfa_device(dave, "phone")
    with_password(client, dave, next="/iam/users")
    assert events(account, "CheckMfa")[0]["additionalEventData"]["MfaType"] == "Multiple MFA Devices"
    shown = client.get(f"{PASSKEY_PAGE}?next=/iam/users").content.decode()
    assert f'href="{CODE_PAGE}?next=/iam/users"' in shown
    assert f'href="{PASSKEY_PAGE}?next=/iam/users"' in client.get(f"{CODE_PAGE}?next=/iam/users").content.decode()
    client.post(CODE_PAGE, {"code": a_code(seed)})
    assert signed_in(client)
    assert events(account)[-1]["additionalEventData"]["MFAIdentifier"] == phone.serial_number
    other = Client(SERVER_NAME=HOST)
    with_password(other, dave)
    give(other, soft.sign(options(other)))
    assert signed_in(other)


def test_each_kind_leads_to_its_own_page(client: Client, account: Account, dave: User) -> None:
    a_passkey(dave)
    with_password(client, dave)
    assert client.get(CODE_PAGE)["Location"].startswith(PASSKEY_PAGE)
    erin = a_user(account, "erin")
    an_mfa_device(erin)
    with_password(client, erin)
    assert client.get(PASSKEY_PAGE)["Location"].startswith(CODE_PAGE)
    assert "passkey" not in client.get(CODE_PAGE).content.decode()
    assert Client().get(PASSKEY_PAGE)["Location"] == "/signin"


def test_the_root_user_signs_in_with_a_passkey_too(client: Client, account: Account) -> None:
    device, soft = a_passkey(account)
    assert with_password(client, account)["Location"].startswith(PASSKEY_PAGE)
    give(client, soft.sign(options(client)))
    assert signed_in(client)
    assert events(account)[-1]["additionalEventData"]["MFAIdentifier"] == device.serial_number


WRONG: dict[str, Callable[[SoftPasskey, str], str]] = {
    "from a foreign origin": lambda soft, asked: replace(soft, origin="https://localhost.example").sign(asked),
    "for a foreign host": lambda soft, asked: replace(soft, host="localhost.example").sign(asked),
    "to another challenge": lambda soft, _: soft.sign(json.dumps({"challenge": "b3RoZXI"})),
    "of another key": lambda soft, asked: SoftPasskey(identifier=soft.identifier).sign(asked),
    "of an unknown passkey": lambda _, asked: SoftPasskey().sign(asked),
    "that registers": lambda soft, asked: soft.register(asked),
    "of nothing": lambda *_: "{}",
    "of noise": lambda *_: "\u2028 ]",
}


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG)
def test_an_answer_that_does_not_fit_fails_with_the_sentence_of_a_wrong_password(
    client: Client, account: Account, dave: User, answer: Callable[[SoftPasskey, str], str]
) -> None:
    _, soft = a_passkey(dave)
    with_password(client, dave)
    response = give(client, answer(soft, options(client)))
    assert (response.status_code, FAILURE in response.content.decode()) == (422, True)
    assert not signed_in(client)
    (login,) = events(account)
    assert login["responseElements"] == {"ConsoleLogin": "Failure"}
    assert login["additionalEventData"]["MFAUsed"] == "Yes"
    give(client, soft.sign(options(client)))
    assert signed_in(client)


def test_nothing_from_the_browser_is_told_apart_from_a_wrong_answer(
    client: Client, account: Account, dave: User
) -> None:
    a_passkey(dave)
    with_password(client, dave)
    response = give(client, "")
    assert "Nothing came from your passkey." in response.content.decode()
    assert events(account) == []


def test_another_users_passkey_is_of_no_use(client: Client, account: Account, dave: User) -> None:
    a_passkey(dave)
    _, erins = a_passkey(a_user(account, "erin"), "erins")
    with_password(client, dave)
    assert give(client, erins.sign(options(client))).status_code == 422
    assert not signed_in(client)


def test_a_replayed_answer_is_refused_in_the_same_session_and_in_another(
    client: Client, account: Account, dave: User
) -> None:
    _, soft = a_passkey(dave)
    with_password(client, dave)
    answer = soft.sign(options(client))
    waiting = client.cookies["iamconsole_session"].value
    give(client, answer)
    assert signed_in(client)
    thief = Client(SERVER_NAME=HOST)
    thief.cookies["iamconsole_session"] = waiting
    assert give(thief, answer)["Location"] == "/signin"
    with_password(thief, dave)
    assert give(thief, answer).status_code == 422  # no challenge was asked for
    options(thief)
    assert give(thief, answer).status_code == 422  # and this one is not it
    assert not signed_in(thief)
    assert [login["responseElements"]["ConsoleLogin"] for login in events(account)] == ["Success", "Failure", "Failure"]


def test_a_challenge_is_forgotten_with_the_first_answer(client: Client, dave: User) -> None:
    _, soft = a_passkey(dave)
    with_password(client, dave)
    asked = options(client)
    kept = client.session["passkey"]
    give(client, "{}")
    assert client.session["passkey"]["value"] != kept["value"]
    assert give(client, soft.sign(asked)).status_code == 422
    assert not signed_in(client)


def test_a_challenge_is_given_out_for_one_answer() -> None:
    request = RequestFactory(SERVER_NAME=HOST).get(PASSKEY_PAGE)
    request.session = cast("SessionBase", {})
    challenge = challenge_for(request, "sign-in")
    first, second = (answer_of(request, "sign-in", "{}") for _ in range(2))
    assert (first and first.challenge, second) == (challenge, None)


def test_an_answer_that_comes_too_late_is_refused(client: Client, dave: User) -> None:
    _, soft = a_passkey(dave)
    with_password(client, dave)
    asked = options(client)
    kept = client.session  # however long the session waits, the challenge does not
    kept["passkey"] = {**kept["passkey"], "issued": (timezone.now() - timedelta(minutes=5, seconds=1)).isoformat()}
    kept.save()
    assert give(client, soft.sign(asked)).status_code == 422
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        assert client.get(PASSKEY_PAGE)["Location"] == "/signin"


def test_a_challenge_for_registering_is_none_for_signing_in(client: Client, dave: User) -> None:
    _, soft = a_passkey(dave)
    with_password(client, dave)
    asked = options(client)
    kept = client.session
    kept["passkey"] = {**kept["passkey"], "purpose": f"register {dave.pk} dave laptop"}
    kept.save()
    assert give(client, soft.sign(asked)).status_code == 422


def test_a_copy_of_a_passkey_is_told_by_its_sign_count(client: Client, dave: User) -> None:
    device, soft = a_passkey(dave, sign_count=7)
    with_password(client, dave)
    soft.sign_count = 6
    assert give(client, soft.sign(options(client))).status_code == 422
    give(client, soft.sign(options(client)))
    assert signed_in(client)
    device.refresh_from_db()
    assert device.sign_count == 8


def test_passkeys_that_do_not_count_work_as_well(client: Client, dave: User) -> None:
    _, soft = a_passkey(dave)
    for _ in range(2):
        visitor = Client(SERVER_NAME=HOST)
        with_password(visitor, dave)
        give(visitor, soft.sign(options(visitor), counted=False))
        assert signed_in(visitor)


def test_two_who_give_the_same_answer_at_the_same_time_do_not_both_get_in(committed: None) -> None:
    dave = a_user(an_account(), "dave")
    device, soft = a_passkey(dave)
    identity = identity_of(dave.user_id)
    assert identity is not None
    challenge = new_challenge(RelyingParty(HOST, ORIGIN), timezone.now())
    answer = Answer(challenge, soft.sign(sign_in_options(challenge, [device]), counted=False))
    start, outcomes = threading.Barrier(4), []

    def ask() -> None:
        try:
            start.wait()
            sign_in_with_passkey(Visit(timezone.now(), "203.0.113.9"), identity, answer)
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


@pytest.mark.parametrize(
    ("host", "secure", "sentence"),
    [
        ("192.168.1.20", False, "need https, or the console opened at localhost"),
        ("class.example", False, "need https, or the console opened at localhost"),
        ("evil-localhost", False, "need https, or the console opened at localhost"),
        ("127.0.0.1", False, "this address is a number"),
        ("192.168.1.20", True, "this address is a number"),
        ("class.example", True, "belongs to another address of this console: localhost"),
    ],
)
def test_where_the_browser_has_no_such_passkey_the_page_says_why(
    account: Account, dave: User, host: str, secure: bool, sentence: str
) -> None:
    a_passkey(dave)
    client = Client(SERVER_NAME=host)
    extra: dict[str, Any] = {"secure": secure}
    named = {"account": dave.account_id, "username": "dave", "password": PASSWORD}
    assert client.post("/signin", named, **extra)["Location"].startswith(PASSKEY_PAGE)
    shown = client.get(PASSKEY_PAGE, **extra).content.decode()
    assert sentence in shown
    assert "data-options" not in shown
    an_mfa_device(dave)
    assert client.post("/signin", named, **extra)["Location"].startswith(CODE_PAGE)


def test_a_passkey_of_this_host_alone_is_asked_for(client: Client, dave: User) -> None:
    _, here = a_passkey(dave)
    a_passkey(dave, "elsewhere", relying_party="class.example")
    with_password(client, dave)
    assert [each["id"] for each in json.loads(options(client))["allowCredentials"]] == [here.credential_id]


def test_a_removed_passkey_signs_nobody_in(client: Client, dave: User) -> None:
    device, soft = a_passkey(dave)
    a_passkey(dave, "other")
    with_password(client, dave)
    asked = options(client)
    MFADevice.objects.filter(pk=device.pk).delete()
    assert give(client, soft.sign(asked)).status_code == 422
