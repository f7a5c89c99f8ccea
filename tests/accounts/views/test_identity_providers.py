"""Pages about identity providers."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from accounts.models import Account, OpenIDConnectProvider, User
from accounts.operations.identity_providers import create_open_id_connect_provider
from iamconsole.audit.models import Event
from tests.factories import a_call, a_role, a_user, an_account, an_inline_policy, sign_in

GITHUB = "token.actions.githubusercontent.com"
MAIN = "repo:class-lab/webapp:ref:refs/heads/main"


@pytest.fixture
def provider(account: Account, alice: User) -> OpenIDConnectProvider:
    call = a_call(account, alice)
    return create_open_id_connect_provider(call, url=f"https://{GITHUB}", client_id_list=["sts.amazonaws.com"])


@pytest.fixture
def alices(client: Client, alice: User) -> Client:
    return sign_in(client, alice)


def test_a_provider_is_added_listed_and_shown(alices: Client) -> None:
    form = {"url": "https://id.example.com/tenant", "audience": "app-1"}
    answer = alices.post("/iam/providers/create", form)
    assert answer.status_code == 302
    assert answer["Location"] == "/iam/providers/details/id.example.com/tenant"
    assert "id.example.com/tenant" in alices.get("/iam/providers").content.decode()
    page = alices.get(answer["Location"]).content.decode()
    assert ":oidc-provider/id.example.com/tenant" in page
    assert "app-1" in page


def test_what_was_entered_stays_beside_its_error(alices: Client) -> None:
    answer = alices.post("/iam/providers/create", {"url": "http://id.example.com", "audience": "app-1"})
    assert answer.status_code == 422
    assert "Enter the provider&#39;s address" in answer.content.decode()
    assert 'value="app-1"' in answer.content.decode()


def test_audiences_come_and_go(alices: Client, provider: OpenIDConnectProvider) -> None:
    where = f"/iam/providers/details/{GITHUB}"
    alices.post(f"/iam/providers/add-audience/{GITHUB}", {"client_id": "second"})
    assert "second" in alices.get(where).content.decode()
    alices.post(f"/iam/providers/remove-audience/{GITHUB}", {"client_id": "second"})
    assert provider.client_id_list == OpenIDConnectProvider.objects.get().client_id_list
    alices.get(where)
    alices.post(f"/iam/providers/remove-audience/{GITHUB}", {"client_id": "second"})
    assert "cannot be found" in alices.get(where).content.decode()


def test_a_practice_token_takes_the_role_that_trusts_its_subject(
    alices: Client, account: Account, provider: OpenIDConnectProvider
) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider.arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{GITHUB}:sub": MAIN}},
    }
    role = a_role(account, "Deploy", trust=json.dumps({"Version": "2012-10-17", "Statement": statement}))
    asked = {"subject": MAIN, "audience": "sts.amazonaws.com", "role_arn": role.arn}
    page = alices.post(f"/iam/providers/practise/{GITHUB}", asked).content.decode()
    assert "The role was taken." in page
    assert "assumed-role/Deploy/practice-token" in page
    assert re.search(r"<code>eyJ[\w-]+\.[\w-]+\.[\w-]+</code>", page)
    answer = alices.post(f"/iam/providers/practise/{GITHUB}", {**asked, "subject": "repo:other/repo:ref:x"})
    assert answer.status_code == 403
    assert "no role trust policy allows" in answer.content.decode()
    events = Event.objects.filter(account_id=account.pk, event_name="AssumeRoleWithWebIdentity").order_by("sequence")
    assert [event.error_code for event in events] == ["", "AccessDenied"]


def test_deleting_asks_for_the_word(alices: Client, provider: OpenIDConnectProvider) -> None:
    assert alices.post(f"/iam/providers/delete/{GITHUB}").status_code == 422
    assert alices.post(f"/iam/providers/delete/{GITHUB}", {"confirm": "delete"}).status_code == 302
    assert not OpenIDConnectProvider.objects.exists()


def test_another_accounts_provider_is_as_absent_as_none(alices: Client) -> None:
    create_open_id_connect_provider(a_call(an_account()), url="https://elsewhere.example.com")
    assert alices.get("/iam/providers/details/elsewhere.example.com").status_code == 404
    assert alices.post("/iam/providers/delete/elsewhere.example.com", {"confirm": "delete"}).status_code == 404


def test_who_may_only_read_is_refused_and_told_the_action(
    client: Client, account: Account, provider: OpenIDConnectProvider
) -> None:
    reader = a_user(account, "reader")
    reading = {"Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"}
    an_inline_policy(reader, json.dumps({"Version": "2012-10-17", "Statement": reading}))
    readers = sign_in(client, reader)
    answer = readers.post(f"/iam/providers/add-audience/{GITHUB}", {"client_id": "x"})
    assert answer.status_code == 403
    assert "iam:AddClientIDToOpenIDConnectProvider" in answer.content.decode()
    answer = readers.post(f"/iam/providers/practise/{GITHUB}", {"subject": "x", "audience": "y"})
    assert answer.status_code == 403
