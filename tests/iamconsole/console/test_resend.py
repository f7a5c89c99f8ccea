"""A form that met an ended session, or is older than the sign-in, is sent again and nothing typed is lost."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client

from accounts.models import Account, Group
from tests.factories import sign_in

pytestmark = pytest.mark.django_db

OURS = {"origin": "http://testserver"}


def shown(response: object) -> str:
    return unescape(response.content.decode())  # type: ignore[attr-defined]


def test_a_form_of_an_ended_session_is_kept_and_can_be_sent_again(client: Client, account: Account) -> None:
    typed = {"group_name": "Walkers & Co", "password": "Hidden-1"}
    response = client.post("/iam/groups/create", typed, headers=OURS)
    assert response.status_code == 401
    text = shown(response)
    assert "Your session ended" in text
    assert "Walkers & Co" in text
    assert "Hidden-1" not in text
    assert response["Cache-Control"] == "no-store"
    again = sign_in(client, account).post("/iam/groups/create", {"group_name": "Walkers"}, headers=OURS)
    assert again.status_code == 302
    assert Group.objects.filter(account=account, group_name="Walkers").exists()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_another_sites_form_is_never_made_ours(client: Client, origin: str) -> None:
    response = client.post("/iam/groups/create", {"group_name": "Mallory"}, headers={"origin": origin})
    assert response.status_code == 302
    assert response["Location"].startswith("/signin")


def test_a_form_older_than_the_sign_in_is_kept(account: Account) -> None:
    strict = sign_in(Client(enforce_csrf_checks=True), account)
    response = strict.post("/iam/groups/create", {"group_name": "Walkers"}, headers=OURS)
    assert response.status_code == 403
    assert "You signed in meanwhile" in shown(response)
    assert "Walkers" in shown(response)
    assert not Group.objects.filter(account=account).exists()


def test_a_foreign_form_without_a_token_is_only_refused(account: Account) -> None:
    strict = sign_in(Client(enforce_csrf_checks=True), account)
    response = strict.post("/iam/groups/create", {"group_name": "Mallory"}, headers={"origin": "https://evil.example"})
    assert response.status_code == 403
    assert "Mallory" not in shown(response)
