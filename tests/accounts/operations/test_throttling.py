"""Throttling: guesses are slowed down where they come from, and nobody is kept from signing in by somebody else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Account, SignInThrottle, User
from accounts.operations.throttling import ADDRESS, FORGOTTEN, KEPT, PLACE, SUBJECT, admit
from iamconsole.audit.models import Event
from tests.factories import PASSWORD, a_code, a_user, an_mfa_device

FAILURE = "Your sign-in details are not correct."
WRONG = "Wrong-Horse-7"
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def dave(account: Account) -> User:
    return a_user(account, "dave")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def attempt(who: User, password: str, address: str = HERE, *, account: str = "", name: str = "") -> Any:
    named = {"account": account or who.account_id, "username": name or who.user_name, "password": password}
    return Client().post("/signin", named, REMOTE_ADDR=address)


def gets_in(who: User, address: str = HERE, password: str = PASSWORD, **named: str) -> bool:
    return bool(attempt(who, password, address, **named).status_code == 302)


def guess(who: User, times: int, address: str = HERE) -> None:
    for _ in range(times):
        assert not gets_in(who, address, WRONG)


def test_a_few_failures_are_free(dave: User, clock: time_machine.Traveller) -> None:
    guess(dave, PLACE.free - 1)
    assert gets_in(dave)
    guess(dave, PLACE.free - 1)
    assert gets_in(dave)


def test_then_the_address_is_refused_for_that_name_for_longer_each_time(
    dave: User, clock: time_machine.Traveller
) -> None:
    guess(dave, PLACE.free)
    for seconds in (15, 30, 60, 120, 240, 480, 900, 900):
        assert not gets_in(dave)
        clock.shift(seconds - 1)
        assert not gets_in(dave)
        clock.shift(1)
        guess(dave, 1)
    clock.shift(PLACE.longest)
    assert gets_in(dave)
    assert gets_in(dave)


def test_a_refusal_looks_and_works_like_a_wrong_password(
    dave: User, account: Account, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plain(response: Any) -> str:
        text = response.content.decode()
        return "".join(line for line in text.splitlines() if "csrf" not in line and "nonce" not in line)

    wrong = attempt(dave, WRONG)
    guess(dave, PLACE.free)
    checked: list[str] = []

    def check(password: str, encoded: str) -> bool:
        checked.append(encoded)
        return False

    monkeypatch.setattr("accounts.secrets.check_password", check)
    refused = attempt(dave, PASSWORD)
    assert (refused.status_code, plain(refused)) == (wrong.status_code, plain(wrong))
    assert FAILURE in refused.content.decode()
    assert len(checked) == 1
    records = [event.record for event in Event.objects.filter(account_id=account.pk, event_name="ConsoleLogin")]
    assert len(records) == PLACE.free + 2
    assert {record["errorMessage"] for record in records} == {"Failed authentication"}


def test_the_victim_is_never_locked_out_from_elsewhere(dave: User, clock: time_machine.Traveller) -> None:
    for number in range(40):
        guess(dave, 1, f"192.0.2.{number}")
    guess(dave, PLACE.free)
    assert not gets_in(dave)
    assert gets_in(dave, ELSEWHERE)


def test_a_name_that_fails_from_many_places_is_refused_where_it_failed(
    dave: User, clock: time_machine.Traveller
) -> None:
    for number in range(SUBJECT.free):
        guess(dave, 1, f"192.0.2.{number}")
    assert not gets_in(dave, "192.0.2.1")
    assert gets_in(dave, ELSEWHERE)


def test_an_address_from_which_much_fails_is_refused_whatever_the_name(
    dave: User, account: Account, clock: time_machine.Traveller
) -> None:
    for number in range(ADDRESS.free):
        guess(a_user(account, f"student-{number}", password=None), 1)
    assert not gets_in(dave)
    assert gets_in(dave, ELSEWHERE)
    clock.shift(ADDRESS.longest)
    assert gets_in(dave)


def test_who_guesses_cannot_buy_guesses_by_signing_in_as_themselves(
    dave: User, account: Account, clock: time_machine.Traveller
) -> None:
    mallory = a_user(account, "mallory")
    for _ in range(PLACE.free):
        guess(dave, 1)
        assert gets_in(mallory)
    assert not gets_in(dave)


def test_spelling_the_name_or_the_account_otherwise_buys_no_guesses(
    dave: User, account: Account, clock: time_machine.Traveller
) -> None:
    guess(dave, PLACE.free - 2)
    for named in ({"name": "DAVE"}, {"account": account.alias or ""}):
        assert not gets_in(dave, password=WRONG, **named)
    assert not gets_in(dave)
    assert not gets_in(dave, account=account.alias or "")


def test_unknown_names_and_accounts_are_counted_alike(
    dave: User, account: Account, clock: time_machine.Traveller
) -> None:
    before = SignInThrottle.objects.count()
    attempt(dave, WRONG, name="my-pass-word")
    attempt(dave, WRONG, account="no-such-account")
    assert SignInThrottle.objects.count() == before + 5  # two places, two names, one address
    assert not SignInThrottle.objects.filter(key__contains="pass").exists()


def test_the_root_user_is_throttled_by_its_address_too(account: Account, clock: time_machine.Traveller) -> None:
    def root(password: str, address: str = HERE) -> bool:
        entered = {"email": account.root_email, "password": password}
        return bool(Client().post("/signin/root", entered, REMOTE_ADDR=address).status_code == 302)

    for _ in range(PLACE.free):
        assert not root(WRONG)
    assert not root(PASSWORD)
    assert root(PASSWORD, ELSEWHERE)


def test_codes_are_throttled_though_the_password_is_right(dave: User, clock: time_machine.Traveller) -> None:
    _, seed = an_mfa_device(dave)
    wrong = f"{(int(a_code(seed)) + 1) % 1_000_000:06}"

    def enter(code: str, address: str = HERE) -> int:
        client = Client(REMOTE_ADDR=address)
        client.post("/signin", {"account": dave.account_id, "username": "dave", "password": PASSWORD})
        return client.post("/signin/mfa/code", {"code": code}).status_code

    assert [enter(wrong) for _ in range(PLACE.free)] == [422] * PLACE.free
    assert enter(a_code(seed)) == 422
    assert enter(a_code(seed), ELSEWHERE) == 302
    clock.shift(60)
    assert enter(a_code(seed)) == 302


def test_failures_of_long_ago_are_forgotten(dave: User, clock: time_machine.Traveller) -> None:
    guess(dave, PLACE.free - 1)
    clock.shift(FORGOTTEN + timedelta(seconds=1))
    guess(dave, PLACE.free - 1)
    assert gets_in(dave)


def test_old_rows_are_pruned(dave: User, clock: time_machine.Traveller) -> None:
    guess(dave, 1)
    assert SignInThrottle.objects.exists()
    clock.shift(KEPT + timedelta(seconds=1))
    guess(dave, 1, ELSEWHERE)
    assert not SignInThrottle.objects.filter(last_failure__lt=timezone.now() - KEPT).exists()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("", "", True),
    ],
)
def test_one_network_of_ipv6_counts_as_one_address(db: None, one: str, other: str, same: bool) -> None:
    now = timezone.now()
    for _ in range(PLACE.free):
        assert admit("user 1 dave", one, now).admitted
    assert admit("user 1 dave", other, now).admitted is not same


def test_guesses_at_the_same_time_are_no_more_than_guesses_in_a_row(committed: None) -> None:
    now, subject = timezone.now(), f"user {timezone.now().timestamp()}"
    start, admitted = threading.Barrier(20), []

    def ask() -> None:
        try:
            start.wait()
            admitted.append(admit(subject, "203.0.113.77", now).admitted)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    SignInThrottle.objects.all().delete()
    assert admitted.count(True) == PLACE.free


def test_whoever_began_first_and_is_counted_last_is_let_in(dave: User, account: Account) -> None:
    now = timezone.now()
    erin = f"user {account.pk} erin"
    first, second = admit(f"user {account.pk} dave", HERE, now), admit(erin, HERE, now - timedelta(milliseconds=5))
    assert (first.admitted, second.admitted) == (True, True)
    first.succeeded()
    assert admit(erin, HERE, now - timedelta(milliseconds=9)).admitted
