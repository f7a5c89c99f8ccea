"""What was last accessed is kept with the events: to the minute, refusals too, nothing of those who are no entity."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, User
from accounts.operations.users import get_user, list_users
from iamconsole.audit.models import Event, LastAccessed
from iamconsole.audit.recorders import PageRecorder
from iamconsole.aws.errors import AccessDenied
from tests.factories import a_call

pytestmark = pytest.mark.django_db


def accessed(user: User) -> dict[str, LastAccessed]:
    rows = LastAccessed.objects.filter(account_id=user.account_id, principal_id=user.user_id)
    return {f"{row.service}:{row.action}": row for row in rows}


def test_a_read_is_an_access(account: Account, alice: User) -> None:
    call = a_call(account, alice)
    list_users(call)
    row = accessed(alice)["iam:ListUsers"]
    assert (row.time, row.region) == (call.time, "us-east-1")


def test_a_refused_attempt_is_an_access(account: Account, carol: User) -> None:
    with pytest.raises(AccessDenied):
        list_users(a_call(account, carol))
    assert set(accessed(carol)) == {"iam:ListUsers"}


def test_the_root_user_is_not_followed(account: Account) -> None:
    list_users(a_call(account))
    assert Event.objects.filter(account_id=account.pk).exists()
    assert not LastAccessed.objects.filter(account_id=account.pk).exists()


def test_a_later_access_moves_the_time_and_an_earlier_one_does_not(account: Account, alice: User) -> None:
    now = timezone.now()
    for moment in (now - timedelta(days=2), now, now - timedelta(days=1)):
        list_users(a_call(account, alice, time=moment))
    assert accessed(alice)["iam:ListUsers"].time == now


def test_within_a_minute_nothing_is_written_again(account: Account, alice: User) -> None:
    now = timezone.now()
    for seconds in (0, 59):
        list_users(a_call(account, alice, time=now + timedelta(seconds=seconds)))
    assert accessed(alice)["iam:ListUsers"].time == now


def test_one_insert_of_many_reads_keeps_each_action_once(account: Account, alice: User) -> None:
    recorder = PageRecorder()
    call = a_call(account, alice, recorder=recorder)
    for _ in range(3):
        list_users(call)
        get_user(call, user_name="alice")
    recorder.flush()
    assert set(accessed(alice)) == {"iam:ListUsers", "iam:GetUser"}
