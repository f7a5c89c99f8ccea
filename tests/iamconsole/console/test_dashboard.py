"""The dashboard, the search, and what hangs on the account."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AccessKey, Account, User
from tests.factories import a_group, a_user, an_account, an_inline_policy, sign_in

pytestmark = pytest.mark.django_db


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def test_the_dashboard_counts_what_the_account_holds(console: Client, account: Account) -> None:
    for name in ("dave", "erin"):
        a_user(account, name)
    a_group(account)
    shown = read(console, "/iam/")
    assert 'aria-label="Users: 2"' in shown
    assert 'aria-label="User groups: 1"' in shown


def test_ac17_the_dashboard_warns_of_a_root_user_without_mfa_and_with_keys(console: Client, account: Account) -> None:
    assert "The root user has no MFA device" in read(console, "/iam/")
    assert "The root user has no active access keys" in read(console, "/iam/")
    AccessKey.objects.create(account=account, sealed_secret="sealed")
    assert "The root user has access keys" in read(console, "/iam/")


def test_ac17_a_root_sign_in_is_answered_with_a_warning_and_the_root_tasks(console: Client) -> None:
    assert "You are signed in as the root user" in read(console, "/iam/")
    assert "Close the account" in read(console, "/iam/root-tasks")


def test_an_old_key_of_ones_own_is_to_be_rotated(client: Client, account: Account) -> None:
    dave = a_user(account, "dave")
    an_inline_policy(
        dave, '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}}'
    )
    key = AccessKey.objects.create(account=account, user=dave, sealed_secret="sealed")
    AccessKey.objects.filter(pk=key.pk).update(create_date=timezone.now() - timedelta(days=120))
    shown = read(sign_in(client, dave), "/iam/")
    assert f"Your access key {key.access_key_id} is 120 days old" in shown
    assert "You are signed in as the root user" not in shown


def test_a_refused_panel_leaves_the_others(client: Client, account: Account) -> None:
    shown = read(sign_in(client, a_user(account, "carol")), "/iam/")
    assert "iam:GetAccountSummary" in shown
    assert "cloudtrail:LookupEvents" in shown
    assert "Policy simulator" in shown


def test_recommendations_are_counted_only_where_all_of_them_could_be_looked_for(
    client: Client, account: Account, bob: User, carol: User
) -> None:
    assert re.search(r"Security recommendations <span[^>]*>\(\d+\)", read(sign_in(client, bob), "/iam/"))
    assert not re.search(r"Security recommendations <span", read(sign_in(client, carol), "/iam/"))


def test_ac1_the_top_bar_shows_global_and_no_region_to_choose(console: Client) -> None:
    shown = read(console, "/iam/")
    assert ">Global<" in shown
    assert "us-east-1" not in shown


def test_ac6_nothing_speaks_of_a_bill(console: Client) -> None:
    for address in ("/iam/", "/iam/groups", "/iam/roles", "/iam/simulator", "/iam/events", "/iam/root-tasks"):
        shown = read(console, address).lower()
        assert "invoice" not in shown
        assert "pricing" not in shown
        assert "charge" not in shown


def test_an_alias_is_given_changed_and_taken_away(console: Client, account: Account) -> None:
    assert console.post("/iam/account/alias", {"account_alias": "red-team"}).status_code == 302
    account.refresh_from_db()
    assert account.alias == "red-team"
    assert "red-team" in read(console, "/iam/account/delete-alias")
    assert console.post("/iam/account/delete-alias").status_code == 302
    account.refresh_from_db()
    assert account.alias is None


@pytest.mark.parametrize("alias", ["Big", "ab", "a--b", "-ab", "111122223333"])
def test_a_wrong_alias_is_kept_and_told_at_its_field(console: Client, alias: str) -> None:
    response = console.post("/iam/account/alias", {"account_alias": alias})
    assert response.status_code == 422
    assert f'value="{alias}"' in response.content.decode()
    assert 'aria-invalid="true"' in response.content.decode()


def test_an_alias_that_another_account_has_is_refused(console: Client) -> None:
    an_account(alias="blue-team")
    response = console.post("/iam/account/alias", {"account_alias": "blue-team"})
    assert response.status_code == 422
    assert "already exists" in response.content.decode()


def test_search_finds_by_part_of_a_name_and_not_in_other_accounts(console: Client, account: Account) -> None:
    a_group(account, "Developers")
    a_group(an_account(), "DeveloperStrangers")
    shown = read(console, "/iam/search?q=velop")
    assert "Developers" in shown
    assert "DeveloperStrangers" not in shown


def test_search_without_a_query_says_what_to_do(console: Client) -> None:
    assert "Nothing searched for yet." in read(console, "/iam/search")
