"""The credential report: its states, its columns and what stands in them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AccessKey, Account, CredentialReport, LoginProfile, MFADevice, User
from accounts.operations.credential_report import (
    _LOCK,
    COLUMNS,
    generate_credential_report,
    get_credential_report,
)
from accounts.operations.password_policy import update_account_password_policy
from iamconsole.audit.models import Event
from iamconsole.aws.errors import AccessDenied, ReportExpired, ReportInProgress, ReportNotPresent
from iamconsole.call import Call
from tests.conftest import EVERYTHING
from tests.factories import a_call, a_user, an_account, an_inline_policy

pytestmark = pytest.mark.django_db

AWS_COLUMNS = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated,additional_credentials_info"
)
THEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WRITTEN = "2026-01-02T03:04:05+00:00"
NO_KEY = ["false", "N/A", "N/A", "N/A", "N/A"]
NO_CERTIFICATES = ["false", "N/A", "false", "N/A", ""]


@pytest.fixture
def call(account: Account, alice: User) -> Call:
    return a_call(account, alice)


def later(call: Call, **by: int) -> Call:
    return replace(call, time=call.time + timedelta(**by), memo={})


def rows(call: Call) -> list[list[str]]:
    generate_credential_report(call)
    return list(csv.reader(StringIO(get_credential_report(call).content)))


def row_of(call: Call, name: str) -> list[str]:
    return next(row for row in rows(call) if row[0] == name)


def test_ac64_the_credential_report_has_23_columns_in_order_and_the_root_user_first(call: Call) -> None:
    a_user(call.account, "Bert")
    header, first, *others = rows(call)
    assert header == AWS_COLUMNS.split(",") == list(COLUMNS)
    assert len(header) == 23
    assert (first[0], first[1]) == ("<root_account>", f"arn:aws:iam::{call.account_id}:root")
    assert [row[0] for row in others] == ["alice", "Bert"]
    assert all(len(row) == 23 for row in (first, *others))


def test_the_root_user_keeps_to_itself_what_aws_does_not_tell(call: Call, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(create_date=THEN)
    AccessKey.objects.create(account=account, user=None, sealed_secret="sealed", create_date=THEN)
    MFADevice.objects.create(account=account, virtual_mfa_device_name="root", sealed_seed="x", enable_date=THEN)
    expected = ["not_supported", "no_information", "not_supported", "not_supported", "true"]
    assert row_of(call, "<root_account>")[2:] == [
        WRITTEN, *expected, "true", WRITTEN, "N/A", "N/A", "N/A", *NO_KEY, *NO_CERTIFICATES,
    ]  # fmt: skip


def test_a_user_without_any_credentials(call: Call, account: Account) -> None:
    a_user(account, "ci", password=None, path="/bots/", create_date=THEN)
    MFADevice.objects.create(account=account, virtual_mfa_device_name="spare", sealed_seed="x")
    arn = f"arn:aws:iam::{account.pk}:user/bots/ci"
    expected = ["ci", arn, WRITTEN, "false", "N/A", "N/A", "N/A", "false", *NO_KEY, *NO_KEY, *NO_CERTIFICATES]
    assert row_of(call, "ci") == expected


def test_a_user_with_all_of_them(call: Call, account: Account) -> None:
    update_account_password_policy(call, max_password_age=10)
    dave = a_user(account, "dave", create_date=THEN, password_last_used=THEN)
    LoginProfile.objects.filter(user=dave).update(password_last_changed=THEN)
    AccessKey.objects.create(
        account=account, user=dave, sealed_secret="sealed", create_date=THEN, status="Inactive",
        last_used_date=THEN, last_used_service="s3", last_used_region="eu-west-1",
    )  # fmt: skip
    AccessKey.objects.create(account=account, user=dave, sealed_secret="sealed", create_date=THEN + timedelta(1))
    MFADevice.objects.create(
        account=account, user=dave, virtual_mfa_device_name="dave", sealed_seed="x", enable_date=THEN
    )
    assert row_of(call, "dave")[2:] == [
        WRITTEN, "true", WRITTEN, WRITTEN, "2026-01-12T03:04:05+00:00", "true",
        "false", WRITTEN, WRITTEN, "eu-west-1", "s3",
        "true", "2026-01-03T03:04:05+00:00", "N/A", "N/A", "N/A", *NO_CERTIFICATES,
    ]  # fmt: skip


def test_a_password_that_was_never_used_and_never_expires(call: Call, account: Account) -> None:
    a_user(account, "erin")
    row = row_of(call, "erin")
    assert row[3:5] == ["true", "no_information"]
    assert row[6] == "N/A"


def test_a_report_is_generated_at_most_every_four_hours(call: Call) -> None:
    with pytest.raises(ReportNotPresent):
        get_credential_report(call)
    assert generate_credential_report(call).state == "STARTED"
    event = Event.objects.get(request_id=call.request_id, event_name="GenerateCredentialReport")
    assert event.record["responseElements"]["state"] == "STARTED"
    made = get_credential_report(call).generated_time
    soon = later(call, hours=3, minutes=59)
    assert generate_credential_report(soon).state == "COMPLETE"
    assert get_credential_report(soon).generated_time == made
    late = later(call, hours=4)
    with pytest.raises(ReportExpired):
        get_credential_report(late)
    assert generate_credential_report(late).state == "STARTED"
    assert get_credential_report(late).generated_time == made + timedelta(hours=4)


@contextmanager
def another_generates(account_id: str) -> Iterator[None]:
    other = connections.create_connection("default")
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, account_id])
        yield
    finally:
        other.close()


def test_while_another_call_generates_the_report_is_in_progress(call: Call) -> None:
    with another_generates(call.account_id):
        assert generate_credential_report(call).state == "INPROGRESS"
        with pytest.raises(ReportInProgress):
            get_credential_report(call)
    assert not CredentialReport.objects.filter(pk=call.account_id).exists()


def test_another_account_has_a_report_of_its_own(call: Call) -> None:
    generate_credential_report(call)
    other = a_call(an_account())
    with pytest.raises(ReportNotPresent):
        get_credential_report(other)
    assert [row[0] for row in rows(other)] == ["user", "<root_account>"]


def test_carol_may_neither_generate_nor_read_and_bob_may_read(
    account: Account, call: Call, bob: User, carol: User
) -> None:
    for act in (generate_credential_report, get_credential_report):
        with pytest.raises(AccessDenied):
            act(a_call(account, carol))
    generate_credential_report(call)
    assert get_credential_report(a_call(account, bob)).content


def test_five_thousand_users_cost_no_more_queries_than_one(call: Call, account: Account) -> None:
    other = an_account()
    few = a_call(other, a_user(other, "administrator", password=None))
    an_inline_policy(User.objects.get(account=other), EVERYTHING)
    with CaptureQueriesContext(connection) as of_few:
        generate_credential_report(few)
    User.objects.bulk_create(User(account=account, user_name=f"user-{number:04}") for number in range(5000))
    began = timezone.now()
    with CaptureQueriesContext(connection) as of_many:
        generate_credential_report(call)
    assert len(of_many) == len(of_few)
    assert timezone.now() - began < timedelta(seconds=10)
    assert get_credential_report(call).content.count("\n") == 5003
