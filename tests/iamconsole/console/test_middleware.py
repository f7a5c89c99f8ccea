"""Who is let in, what is kept of reads, and what becomes of faults."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from accounts.secrets import hash_password
from iamconsole.audit.models import Event
from tests.factories import a_user, sign_in

pytestmark = pytest.mark.urls("tests.iamconsole.console.addresses")
HTMX = {"HX-Request": "true"}


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(client: Client, db: None) -> None:
    response = client.get("/iam/test/show?tab=groups")
    assert response.status_code == 302
    assert response["Location"] == "/signin?next=%2Fiam%2Ftest%2Fshow%3Ftab%3Dgroups"


def test_htmx_is_told_to_sign_in_with_the_page_it_stands_on(client: Client, db: None) -> None:
    headers = {**HTMX, "HX-Current-URL": "http://testserver/iam/users?q=a"}
    response = client.get("/iam/test/show", headers=headers)
    assert response.status_code == 401
    assert response["HX-Redirect"] == "/signin?next=%2Fiam%2Fusers%3Fq%3Da"


def test_a_page_costs_two_queries_to_know_who_asks(console: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        assert console.get("/iam/test/echo").status_code == 200


def test_a_user_is_known_by_the_session(client: Client, account: Account) -> None:
    alice = a_user(account, user_name="alice", path="/staff/")
    assert alice.arn in sign_in(client, alice).get("/iam/test/echo").content.decode()


def test_a_session_ends_when_the_password_changes(client: Client, account: Account) -> None:
    alice = a_user(account, user_name="alice")
    sign_in(client, alice)
    assert client.get("/iam/test/echo").status_code == 200
    alice.login_profile.password = hash_password("Another-Horse-8")
    alice.login_profile.save()
    assert client.get("/iam/test/echo").status_code == 302


@pytest.mark.parametrize("victim", ["profile", "user"])
def test_a_session_ends_when_the_user_or_the_password_is_deleted(client: Client, account: Account, victim: str) -> None:
    alice = a_user(account, user_name="alice")
    sign_in(client, alice)
    alice.login_profile.delete()
    if victim == "user":
        alice.delete()
    assert client.get("/iam/test/echo").status_code == 302


def test_a_session_of_root_ends_when_the_password_changes(console: Client, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(root_password=hash_password("Another-Horse-8"))
    assert console.get("/iam/test/echo").status_code == 302


def test_a_session_ends_after_twelve_hours(console: Client) -> None:
    session = console.session
    session["issued"] = (timezone.now() - timedelta(hours=12)).isoformat()
    session.save()
    assert console.get("/iam/test/echo").status_code == 302


def test_the_reads_of_a_page_are_recorded_with_one_insert(
    console: Client, account: Account, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3):
        console.get("/iam/test/read")
    recorded = Event.objects.filter(account_id=account.pk).values_list("event_name", flat=True)
    assert set(recorded) == {"ListUsers", "GetAccountSummary"}


def test_the_reads_of_a_page_that_ends_in_an_error_are_recorded_too(console: Client, account: Account) -> None:
    assert console.get("/iam/test/read?fail=1").status_code == 404
    assert Event.objects.filter(account_id=account.pk).count() == 2


def test_a_refusal_becomes_a_page_that_names_the_missing_action(console: Client) -> None:
    response = console.get("/iam/test/refuse")
    text = response.content.decode()
    assert response.status_code == 403
    assert "iam:ListUsers" in text
    assert "is not authorized to perform: iam:ListUsers on resource: *" in text
    assert "Sign out" in text


def test_a_refusal_is_told_to_htmx_with_the_missing_action(console: Client) -> None:
    response = console.get("/iam/test/refuse", headers=HTMX)
    assert response.status_code == 403
    text = response.content.decode()
    assert 'Missing action: <span class="mono">iam:ListUsers</span>' in text
    assert "User: arn:aws:iam::111122223333:user/carol is not authorized" in text
    assert ">Explain</a>" in text
    assert "<html" not in text


def test_what_does_not_exist_becomes_a_page_that_says_so(console: Client) -> None:
    response = console.get("/iam/test/miss")
    assert response.status_code == 404
    assert "The user with name dave cannot be found." in response.content.decode()


@pytest.mark.parametrize("address", ["/iam/nowhere", "/nowhere", "/iamb"])
def test_an_address_that_is_not_built_is_not_found(console: Client, address: str) -> None:
    response = console.get(address)
    assert response.status_code == 404
    assert "Nothing is at this address" in response.content.decode()


def test_without_the_database_a_view_answers_503_and_no_traceback(console: Client) -> None:
    response = console.get("/iam/test/database")
    text = response.content.decode()
    assert response.status_code == 503
    assert response["Retry-After"]
    assert "reach its database" in text
    assert "socket" not in text
    assert "Traceback" not in text


@pytest.mark.parametrize("address", ["/iam/test/show", "/signin", "/"])
def test_without_the_database_the_session_answers_503(
    console: Client, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("down")

    monkeypatch.setattr("iamconsole.console.sessions.SessionStore._get_session_from_db", fail)
    response = console.get(address)
    assert response.status_code == 503
    assert "reach its database" in response.content.decode()


def test_health_does_not_ask_for_the_session(console: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert console.get("/healthz").status_code == 200


def test_a_fault_of_ours_is_a_page_with_a_request_id(console: Client) -> None:
    console.raise_request_exception = False
    response = console.get("/iam/test/break")
    text = response.content.decode()
    assert response.status_code == 500
    assert "Request ID" in text
    assert "secret detail" not in text


@pytest.mark.parametrize("address", ["/iam/test/show?q=%00", "/iam/test/show?%00=1", "/iam/test/x%00y"])
def test_nul_in_an_address_is_refused(console: Client, address: str) -> None:
    assert console.get(address).status_code == 400


def test_nul_in_a_form_is_refused(console: Client) -> None:
    assert console.post("/iam/test/show", {"user_name": "a\0b"}).status_code == 400


def test_a_form_that_is_too_long_is_refused(console: Client) -> None:
    assert console.post("/iam/test/show", {"document": "x" * 2_000_000}).status_code in {400, 413}


def test_a_form_without_its_token_is_refused_with_a_page(account: Account) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), account)
    response = client.post("/iam/test/show")
    assert response.status_code == 403
    assert "could not confirm that the request came from you" in response.content.decode()


def test_the_client_of_a_proxy_that_is_not_trusted_is_not_believed(console: Client) -> None:
    text = console.get("/iam/test/echo", headers={"X-Forwarded-For": "203.0.113.9"}).content.decode()
    assert text.startswith("127.0.0.1 False")


def test_the_client_behind_a_trusted_proxy_is_the_last_address_it_did_not_make_up(
    account: Account, settings: Settings
) -> None:
    settings.IAMCONSOLE_PROXIES = ("127.0.0.0/8", "10.0.0.1")
    client = sign_in(Client(), account)
    headers = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9, 10.0.0.1", "X-Forwarded-Proto": "https"}
    assert client.get("/iam/test/echo", headers=headers).content.decode().startswith("203.0.113.9 True")
