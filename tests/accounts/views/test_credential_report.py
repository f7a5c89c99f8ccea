"""The page of the credential report, and its file."""

from __future__ import annotations

import csv
from datetime import timedelta
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, CredentialReport, User
from tests.factories import a_user, sign_in

PAGE = "/iam/credential-report"


def text_of(response: Any) -> str:
    return unescape(response.content.decode())


def file_of(client: Client) -> list[list[str]]:
    response: Any = client.get(f"{PAGE}?as=csv")
    assert response["Content-Type"].startswith("text/csv")
    return list(csv.reader(StringIO(b"".join(response.streaming_content).decode())))


def test_a_report_is_generated_shown_and_downloaded(console: Client, account: Account) -> None:
    a_user(account, "dave")
    page = text_of(console.get(PAGE))
    assert "No credential report exists." in page
    assert "Download CSV" not in page
    assert console.post(PAGE)["Location"] == PAGE
    page = text_of(console.get(PAGE))
    assert "Credential report generated." in page
    for shown in ("<root_account>", "dave", "additional_credentials_info", "Download CSV"):
        assert shown in page
    assert [row[0] for row in file_of(console)] == ["user", "<root_account>", "dave"]


def test_the_file_is_named_by_the_time_of_the_report(console: Client, account: Account) -> None:
    console.post(PAGE)
    made = CredentialReport.objects.get(pk=account.pk).generated_time
    name = f'attachment; filename="status_reports_{made:%Y-%m-%dT%H-%M-%S}.csv"'
    assert console.get(f"{PAGE}?as=csv")["Content-Disposition"] == name


@pytest.mark.parametrize("name", ["=cmd", "+1", "-1", "@sum"])
def test_no_cell_of_the_file_is_a_formula(console: Client, account: Account, name: str) -> None:
    a_user(account, name)
    console.post(PAGE)
    assert [row[0] for row in file_of(console)][2:] == [f"'{name}"]
    assert f">{name}<" in text_of(console.get(PAGE))


def test_the_page_shows_some_rows_at_a_time_and_finds_by_name(console: Client, account: Account) -> None:
    for number in range(12):
        a_user(account, f"user-{number:02}", password=None)
    console.post(PAGE)
    first = text_of(console.get(f"{PAGE}?size=10"))
    assert "user-08" in first
    assert "user-09" not in first
    second = text_of(console.get(f"{PAGE}?size=10&after=10"))
    assert "user-09" in second
    assert "user-08" not in second
    found = text_of(console.get(f"{PAGE}?q=USER-11"))
    assert "user-11" in found
    assert "user-10" not in found
    for nonsense in ("x", "-5", "9" * 50, "\u00b2"):
        assert console.get(PAGE, {"after": nonsense}).status_code == 200


def test_an_expired_report_asks_for_a_new_one(console: Client, account: Account) -> None:
    console.post(PAGE)
    CredentialReport.objects.filter(pk=account.pk).update(generated_time=timezone.now() - timedelta(hours=4))
    page = text_of(console.get(PAGE))
    assert "has expired" in page
    assert "Generate report" in page
    assert "has expired" in text_of(console.get(f"{PAGE}?as=csv"))


def test_carol_is_refused_and_bob_may_read_but_not_generate(
    client: Client, account: Account, bob: User, carol: User
) -> None:
    sign_in(client, carol)
    assert client.get(PAGE).status_code == 403
    assert "iam:GetCredentialReport" in text_of(client.get(f"{PAGE}?as=csv"))
    sign_in(client, bob)
    response = client.post(PAGE)
    assert response.status_code == 403
    assert "not authorized to perform: iam:GenerateCredentialReport" in text_of(response)
    assert not CredentialReport.objects.filter(pk=account.pk).exists()
