"""One-time passwords: the published vectors, the window, and two codes in a row."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from accounts import totp

SEED = base64.b32encode(b"12345678901234567890").decode()
NOON = datetime(2026, 3, 2, 12, 0, 7, tzinfo=UTC)


def code(moment: datetime) -> str:
    return totp.code_of(SEED, totp.step_of(moment))


@pytest.mark.parametrize(
    ("second", "expected"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_rfc_6238(second: int, expected: str) -> None:
    moment = datetime.fromtimestamp(second, UTC)
    assert totp.step_of_code(SEED, expected, moment) == totp.step_of(moment)


@pytest.mark.parametrize(("late", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_fits_thirty_seconds_around_its_own(late: int, fits: bool) -> None:
    assert (totp.step_of_code(SEED, code(NOON), NOON + timedelta(seconds=late)) is not None) is fits


@pytest.mark.parametrize("wrong", ["", "12345", "1234567", "abcdef", "１２３４５６", "\ud800"])
def test_what_is_no_code_fits_never(wrong: str) -> None:
    assert totp.step_of_code(SEED, wrong, NOON) is None


def test_two_codes_in_a_row_tell_how_far_a_clock_is_off() -> None:
    ahead = NOON + timedelta(minutes=20)
    pair = code(ahead), code(ahead + timedelta(seconds=30))
    step = totp.step_of_pair(SEED, *pair, NOON)
    assert step == totp.step_of(NOON) + 41
    assert totp.step_of_pair(SEED, pair[1], pair[0], NOON) is None
    assert totp.step_of_pair(SEED, pair[0], pair[0], NOON) is None
    assert totp.step_of_pair(SEED, *pair, NOON - timedelta(hours=2)) is None
    assert totp.step_of_code(SEED, pair[1], NOON, drift=40) == step


def test_a_seed_has_160_bits_and_its_address_names_owner_and_console() -> None:
    seeds = {totp.new_seed() for _ in range(20)}
    assert len(seeds) == 20
    assert all(len(base64.b32decode(seed)) == 20 for seed in seeds)
    address = totp.provisioning_uri(SEED, "dave @ class-lab")
    assert address.startswith("otpauth://totp/iamconsole:dave%20%40%20class-lab?secret=")
