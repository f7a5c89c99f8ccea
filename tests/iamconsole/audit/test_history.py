"""Event history: what is shown, what is found, and to whom."""

from __future__ import annotations

import csv
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import Account
from accounts.operations.users import create_user, get_user
from iamconsole.audit.models import Event
from iamconsole.aws.errors import AccessDenied
from tests.factories import a_call, a_user, an_account, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(account: Account) -> Account:
    """An account in which dave was made, read, and wanted by carol."""
    root = a_call(account)
    create_user(root, user_name="dave")
    get_user(root, user_name="dave")
    with pytest.raises(AccessDenied):
        create_user(a_call(account, a_user(account, "carol")), user_name="mallory")
    return account


def page_of(console: Client, query: str = "", **headers: str) -> str:
    response = console.get(f"/iam/events{query}", headers=headers)
    assert response.status_code == 200
    return str(response.content.decode())


def test_changes_and_refusals_are_shown_and_reads_are_not(console: Client, busy: Account) -> None:
    shown = page_of(console)
    assert "CreateUser" in shown
    assert "AccessDenied" in shown
    assert ">GetUser<" not in shown


def test_reads_are_shown_when_asked_for(console: Client, busy: Account) -> None:
    assert ">GetUser<" in page_of(console, "?reads=1")


def test_the_newest_event_stands_first(console: Client, busy: Account) -> None:
    shown = page_of(console)
    assert shown.index("mallory") < shown.index(">dave<")


@pytest.mark.parametrize(
    ("query", "found", "missing"),
    [
        ("?f=user:carol", "mallory", ">dave<"),
        ("?f=event:CreateUser&f=error:any", "mallory", ">dave<"),
        ("?f=resource:dave", ">dave<", "mallory"),
        ("?by=user&value=carol", "mallory", ">dave<"),
        ("?by=event&value=&refused=1", "mallory", ">dave<"),
    ],
)
def test_a_lookup_finds_by_one_attribute(console: Client, busy: Account, query: str, found: str, missing: str) -> None:
    shown = page_of(console, query)
    assert found in shown
    assert missing not in shown


def test_a_lookup_without_a_match_says_so(console: Client, busy: Account) -> None:
    assert "No events match this lookup." in page_of(console, "?f=user:nobody")


def test_an_event_shows_its_record_and_its_decision(console: Client, busy: Account) -> None:
    event = Event.objects.get(account_id=busy.account_id, error_code="AccessDenied")
    shown = page_of(console, f"?event={event.event_id}")
    assert "Denied (implicit)" in shown
    assert "not authorized to perform: iam:CreateUser" in shown
    assert "requestParameters" in shown


def test_the_split_panel_alone_is_a_part(console: Client, busy: Account) -> None:
    event = Event.objects.get(account_id=busy.account_id, error_code="AccessDenied")
    part = page_of(console, f"?event={event.event_id}", **{"HX-Request": "true", "HX-Target": "split"})
    assert part.lstrip().startswith("<section")
    assert "<html" not in part


@pytest.mark.parametrize("event_id", ["nonsense", "00000000-0000-0000-0000-000000000000", "%00"])
def test_an_unknown_event_opens_nothing(console: Client, busy: Account, event_id: str) -> None:
    response = console.get(f"/iam/events?event={event_id}")
    assert response.status_code in {200, 400}
    assert b"requestParameters" not in response.content


def test_another_accounts_event_does_not_exist(client: Client, busy: Account) -> None:
    event = Event.objects.get(account_id=busy.account_id, error_code="AccessDenied")
    stranger = sign_in(client, an_account())
    shown = page_of(stranger, f"?event={event.event_id}")
    assert "mallory" not in shown


def test_carol_may_not_read_the_trail(client: Client, busy: Account) -> None:
    carol = sign_in(client, a_user(busy, "carol2"))
    response = carol.get("/iam/events")
    assert response.status_code == 403
    assert "cloudtrail:LookupEvents" in response.content.decode()


def test_a_download_is_safe_for_a_spreadsheet(console: Client, account: Account) -> None:
    create_user(a_call(account), user_name="=cmd")
    response = console.get("/iam/events/download?as=csv")
    rows = list(csv.reader(StringIO(response.content.decode())))
    assert rows[0][0] == "Event name"
    assert "'=cmd" in [row[5] for row in rows]


def test_auditlog_prints_one_record_a_line(busy: Account) -> None:
    out = StringIO()
    call_command("auditlog", account=busy.account_id, stdout=out)
    records = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [record["eventName"] for record in records] == ["CreateUser", "GetUser", "CreateUser"]
    assert all(record["requestID"] for record in records)
    assert records[-1]["errorCode"] == "AccessDenied"


def test_auditlog_since_leaves_older_records_out(busy: Account) -> None:
    out = StringIO()
    call_command("auditlog", account=busy.alias, since="2100-01-01", stdout=out)
    assert out.getvalue() == ""


@pytest.mark.parametrize(("account_id", "since"), [("999999999999", None), (None, "yesterday")])
def test_auditlog_refuses_what_it_cannot_read(busy: Account, account_id: str | None, since: str | None) -> None:
    with pytest.raises(CommandError):
        call_command("auditlog", account=account_id or busy.account_id, since=since)


def test_the_page_costs_the_same_for_many_events(
    console: Client, account: Account, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for _ in range(30):
        create_user(a_call(account), user_name=f"user-{_}")
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        page_of(console)


def test_ac63_nobody_changes_or_removes_an_event(busy: Account) -> None:
    for statement in (
        "UPDATE audit_event SET user_name = 'nobody'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
