"""Identifiers look like IAM's, and do not repeat."""

import re

import pytest

from iamconsole.aws.identifiers import Prefix, is_account_id, new_account_id, new_id, new_secret_access_key

KEYS = (Prefix.ACCESS_KEY, Prefix.TEMPORARY_KEY)


@pytest.mark.parametrize("prefix", Prefix)
def test_an_id_is_its_prefix_and_upper_case_base32(prefix: Prefix) -> None:
    assert re.fullmatch(prefix + "[A-Z2-7]+", new_id(prefix))


@pytest.mark.parametrize("prefix", Prefix)
def test_an_id_has_21_characters_and_a_key_20(prefix: Prefix) -> None:
    assert len(new_id(prefix)) == (20 if prefix in KEYS else 21)


@pytest.mark.parametrize(
    ("prefix", "letters"),
    [
        (Prefix.USER, "AIDA"),
        (Prefix.ROLE, "AROA"),
        (Prefix.GROUP, "AGPA"),
        (Prefix.MANAGED_POLICY, "ANPA"),
        (Prefix.INSTANCE_PROFILE, "AIPA"),
        (Prefix.ACCESS_KEY, "AKIA"),
        (Prefix.TEMPORARY_KEY, "ASIA"),
    ],
)
def test_a_prefix_tells_what_the_id_stands_for(prefix: Prefix, letters: str) -> None:
    assert prefix == letters


def test_ids_do_not_repeat() -> None:
    assert len({new_id(Prefix.USER) for _ in range(1000)}) == 1000


def test_a_secret_access_key_has_40_characters_of_base64() -> None:
    secrets = {new_secret_access_key() for _ in range(100)}
    assert len(secrets) == 100
    assert all(re.fullmatch("[A-Za-z0-9+/]{40}", secret) for secret in secrets)


def test_an_account_id_is_twelve_digits_and_does_not_begin_with_zero() -> None:
    assert all(re.fullmatch("[1-9][0-9]{11}", new_account_id()) for _ in range(200))


@pytest.mark.parametrize(
    "text", ["", "aws", "12345678901", "1234567890123", "12345678901a", "123456789012\n", "１" * 12]
)
def test_only_twelve_ascii_digits_are_an_account_id(text: str) -> None:
    assert not is_account_id(text)


def test_a_new_account_id_is_an_account_id() -> None:
    assert is_account_id(new_account_id())
    assert is_account_id("000000000012")
