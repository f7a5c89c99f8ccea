"""Trails under seals, and a state folder for their digests."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from accounts.operations.users import create_user, get_user
from iamconsole.audit import sealing
from tests.factories import a_call, a_user
from tests.iamconsole.audit.evidence import tamper


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Path:
    """A state folder of the test's own: the database's seals are rolled back, a file's lines are not."""
    settings.IAMCONSOLE_HOME = tmp_path
    return tmp_path


@pytest.fixture
def trail(account: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Five seals of four events each, changes and reads in turns, under two signatures and more."""
    monkeypatch.setattr(sealing, "EVENTS_PER_SEAL", 4)
    sealing.seal_trail()  # what browser tests have left
    for number in range(10):
        create_user(a_call(account), user_name=f"user-{number}")
        get_user(a_call(account), user_name=f"user-{number}")
        if number in {3, 5, 9}:
            sealing.seal_trail()
    return account


def age(account: Account, user_names: tuple[str, ...], days: int) -> None:
    """Make events old before they are sealed."""
    tamper(
        "UPDATE audit_event SET event_time = %s WHERE account_id = %s AND resource_name = ANY(%s)",
        timezone.now() - timedelta(days=days), account.account_id, list(user_names),
    )  # fmt: skip


@pytest.fixture
def old(account: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Old changes, reads and a refusal, and below them fresh ones, all sealed."""
    monkeypatch.setattr(sealing, "EVENTS_PER_SEAL", 5)
    sealing.seal_trail()
    for name in ("old-1", "old-2"):
        create_user(a_call(account), user_name=name)
        get_user(a_call(account), user_name=name)
    with pytest.raises(Exception, match="not authorized"):
        get_user(a_call(account, a_user(account, "carol")), user_name="old-1")
    age(account, ("old-1", "old-2"), 200)
    for name in ("new-1", "new-2"):
        create_user(a_call(account), user_name=name)
        get_user(a_call(account), user_name=name)
    sealing.seal_trail()
    return account
