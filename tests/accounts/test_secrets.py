"""Sealing and hashing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts import secrets
from accounts.operations.access_keys import create_access_key
from iamconsole.management.commands.serve import check_sealing_key
from tests.factories import a_call, an_account


def test_a_sealed_text_opens_for_its_purpose_only() -> None:
    sealed = secrets.seal("secret", "access key AKIA1")
    assert "secret" not in sealed
    assert sealed != secrets.seal("secret", "access key AKIA1")
    assert secrets.unseal(sealed, "access key AKIA1") == "secret"
    with pytest.raises(secrets.UnreadableSecret, match="changed after"):
        secrets.unseal(sealed, "access key AKIA2")


def test_a_text_sealed_under_another_key_says_so(settings: Any) -> None:
    sealed = secrets.seal("secret")
    settings.IAMCONSOLE_SEALING_KEY = b"0" * 32
    with pytest.raises(secrets.UnreadableSecret, match="another key"):
        secrets.unseal(sealed)


@pytest.mark.parametrize("spoil", [lambda s: s[:-6] + "AAAA==", lambda s: s[:12], lambda s: s[:0]])
def test_a_spoiled_seal_is_refused(spoil: Any) -> None:
    with pytest.raises(secrets.UnreadableSecret):
        secrets.unseal(spoil(secrets.seal("secret")))


def test_passwords_are_hashed_with_argon2_outside_tests() -> None:
    from iamconsole import settings

    assert settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
    encoded = secrets.hash_password("Correct-Horse-7")
    assert secrets.password_matches("Correct-Horse-7", encoded)
    assert not secrets.password_matches("correct-horse-7", encoded)
    assert secrets.fingerprint("AIDA1", encoded) != secrets.fingerprint("AIDA2", encoded)


def test_serving_refuses_a_key_that_does_not_open_what_the_database_holds(db: None, settings: Any) -> None:
    check_sealing_key()
    create_access_key(a_call(an_account()))
    check_sealing_key()
    settings.IAMCONSOLE_SEALING_KEY = b"0" * 32
    with pytest.raises(ImproperlyConfigured, match="another key than the one under which this database's access keys"):
        check_sealing_key()
