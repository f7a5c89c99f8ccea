"""Event history: what is shown, what is found, and to whom."""

from __future__ import annotations

import csv
import html
import json
import re
import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from accounts.operations.users import create_user, get_user
from iamconsole.audit import operations
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
        ("?by=type&value=AWS::IAM::User&refused=1", "mallory", ">dave<"),
        ("?by=type&value=User", ">dave<", "No events"),
        ("?by=type&value=AWS::IAM::Role", "No events", ">dave<"),
        ("?by=source&value=iam.amazonaws.com", ">dave<", "No events"),
        ("?by=source&value=sts.amazonaws.com", "No events", ">dave<"),
        ("?by=key&value=AKIANONE", "No events", ">dave<"),
        ("?by=readonly&value=true", ">GetUser<", "mallory"),
        ("?by=readonly&value=false", "mallory", ">GetUser<"),
        ("?by=readonly&value=false&reads=1", "mallory", ">GetUser<"),
        ("?by=readonly&value=true&refused=1", "No events", ">GetUser<"),
        ("?by=error&value=AccessDenied", "mallory", ">dave<"),
        ("?by=id&value=nonsense", "No events", ">dave<"),
        ("?by=event&value=CreateUser&range=1h", ">dave<", "No events"),
        ("?range=custom&from=2020-01-01T00:00&to=2020-02-01T00:00", "No events", ">dave<"),
        ("?range=custom&from=2020-01-01T00:00", ">dave<", "No events"),
        ("?range=custom&to=2020-01-01T00:00", "No events", ">dave<"),
        ("?range=custom&from=2021-01-01T00:00&to=2020-01-01T00:00", "The start must not be after the end.", ">dave<"),
        ("?range=custom&from=soon", "Write times as", ">dave<"),
        ("?range=custom&from=2020-13-41T00:00", "Write times as", ">dave<"),
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
    rows = list(csv.reader(StringIO(response.getvalue().decode())))
    assert rows[0][0] == "Event name"
    assert "'=cmd" in [row[5] for row in rows]


def test_an_event_is_looked_up_by_its_id_reads_included(console: Client, busy: Account) -> None:
    for event in Event.objects.filter(account_id=busy.account_id, event_name__in=("CreateUser", "GetUser")):
        shown = page_of(console, f"?by=id&value={event.event_id}")
        assert shown.count("<tr") == 2
        assert f">{event.event_name}<" in shown


def test_a_resource_is_found_by_its_whole_name_however_long(console: Client, account: Account) -> None:
    long = "x" * 300
    for name in (f"{long}one", f"{long}two"):
        storable = Event.objects.create(
            account_id=account.account_id, event_time=timezone.now(), event_name="Try", event_source="lab",
            read_only=False, resource_name=name, request_id=uuid.uuid4(), record={"eventTime": "now"},
        )  # fmt: skip
        assert storable.resource_name == name
    shown = page_of(console, f"?by=resource&value={long}one")
    assert shown.count(">Try<") == 1


def test_with_reads_everything_stands_in_one_order(console: Client, account: Account) -> None:
    for number in range(3):
        create_user(a_call(account), user_name=f"user-{number}")
        get_user(a_call(account), user_name=f"user-{number}")
    shown = page_of(console, "?reads=1&f=source:iam.amazonaws.com")
    assert re.findall(">(CreateUser|GetUser)<", shown) == ["GetUser", "CreateUser"] * 3


def test_pages_follow_each_other_through_all_kinds_of_events(console: Client, account: Account) -> None:
    for number in range(11):
        create_user(a_call(account), user_name=f"user-{number}")
        get_user(a_call(account), user_name=f"user-{number}")
    address: str | None = "/iam/events?reads=1&size=10&f=source:iam.amazonaws.com"
    seen: list[str] = []
    while address:
        shown = console.get(address).content.decode()
        seen += re.findall(r">(user-\d+)<", shown)
        found = re.search(r'href="([^"]*after=[^"]*)"', shown)
        address = html.unescape(found[1]) if found else None
    assert seen == [f"user-{number}" for number in range(10, -1, -1) for _ in range(2)]
    back = re.search(r'href="([^"]*before=[^"]*)"', shown)
    assert back is not None
    shown = console.get(html.unescape(back[1])).content.decode()
    assert re.findall(r">(user-\d+)<", shown) == seen[len(seen) - len(seen) % 10 - 10 : len(seen) - len(seen) % 10]


def download(console: Client, query: str) -> str:
    response = console.get(f"/iam/events/download?{query}")
    assert response.status_code == 200
    assert response.streaming
    assert "attachment" in response["Content-Disposition"]
    return str(response.getvalue().decode())


def test_ac65_events_are_exported_as_csv(console: Client, busy: Account) -> None:
    first, *rows = csv.DictReader(StringIO(download(console, "as=csv")))
    assert {row["Event name"] for row in (first, *rows)} == {"CreateUser"}
    assert (first["User name"], first["Error code"], first["Read-only"]) == ("carol", "AccessDenied", "false")
    event = Event.objects.get(account_id=busy.account_id, error_code="AccessDenied")
    assert (first["Event ID"], first["Event time"]) == (str(event.event_id), event.record["eventTime"])


def test_ac65_events_are_exported_as_json_in_the_form_of_cloudtrail(console: Client, busy: Account) -> None:
    told = json.loads(download(console, "as=json&reads=1&f=source:iam.amazonaws.com"))
    assert list(told) == ["Records"]
    assert [(record["eventName"], record.get("errorCode")) for record in told["Records"]] == [
        ("CreateUser", "AccessDenied"),
        ("GetUser", None),
        ("CreateUser", None),
    ]
    kept = Event.objects.filter(account_id=busy.account_id, event_source="iam.amazonaws.com").order_by("-sequence")
    assert told["Records"] == [event.record for event in kept]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("f=user:carol", ["mallory"]),
        ("by=resource&value=dave", ["dave"]),
        ("by=resource&value=dave&reads=1", ["dave", "dave"]),
        ("range=1h&refused=1&by=event&value=", ["mallory"]),
        ("range=custom&to=2020-01-01T00:00", []),
        ("range=custom&from=2021-01-01T00:00&to=2020-01-01T00:00", []),
        ("f=user:nobody", []),
    ],
)
def test_ac65_a_file_holds_what_the_lookup_shows(console: Client, busy: Account, query: str, names: list[str]) -> None:
    records = json.loads(download(console, f"as=json&{query}"))["Records"]
    assert [record["requestParameters"]["userName"] for record in records] == names
    rows = list(csv.DictReader(StringIO(download(console, f"as=csv&{query}"))))
    assert [row["Resource name"] for row in rows] == names


def test_ac65_a_file_ends_at_its_limit_and_the_page_says_so(
    console: Client, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "DOWNLOADED", 7)
    monkeypatch.setattr(operations, "DOWNLOADED_AT_ONCE", 3)
    for number in range(9):
        create_user(a_call(account), user_name=f"user-{number}")
    records = json.loads(download(console, "as=json"))["Records"]
    assert [record["requestParameters"]["userName"] for record in records] == [f"user-{n}" for n in range(8, 1, -1)]
    assert "The newest 200,000 events of this lookup at most" in page_of(console)


def test_ac65_a_download_is_one_event_of_the_trail_and_carol_gets_none(client: Client, busy: Account) -> None:
    carol = sign_in(client, a_user(busy, "carol2"))
    assert carol.get("/iam/events/download?as=json").status_code == 403
    assert Event.objects.filter(account_id=busy.account_id, event_name="LookupEvents").count() == 1


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
