"""The session list: where somebody is signed in, and ending it from elsewhere."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, User
from accounts.secrets import hash_password
from iamconsole.console.models import ConsoleSession
from iamconsole.console.sessions import SessionStore
from tests.factories import PASSWORD, a_user, an_inline_policy, sign_in

MINE = "/iam/security-credentials"
END = f"{MINE}/end-sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"


def arrive(user: User, agent: str = FIREFOX, address: str = "203.0.113.7") -> Client:
    """A browser of its own in which the user signs in by the form."""
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    client.post("/signin", {"account": user.account_id, "username": user.user_name, "password": PASSWORD})
    return client


def rows(client: Client, address: str = MINE) -> list[list[str]]:
    text = client.get(address).content.decode()
    part = text.partition('id="sessions"')[2].partition("</section>")[0]
    found = re.findall(r"<tr><td.*?</tr>", part, re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)] for row in found
    ]


def test_the_list_names_browser_address_and_mfa_and_marks_this_one(client: Client, alice: User) -> None:
    arrive(alice, PHONE, "198.51.100.4")
    here = arrive(alice)
    first, second = rows(here)
    assert first[:2] == ["Firefox on Linux", "203.0.113.7"]
    assert "This session" in first[4]
    assert first[5] == "-"
    assert second[:2] == ["Chrome on Android", "198.51.100.4"]
    assert second[3].endswith("No")
    assert second[5] == "Sign out"


def test_a_session_with_mfa_says_so(client: Client, bob: User) -> None:
    assert rows(sign_in(client, bob, mfa=True))[0][3].endswith("Yes")


def test_the_root_user_has_a_list_too(console: Client) -> None:
    assert len(rows(console)) == 1


def test_signing_out_elsewhere_holds_for_the_very_next_request(alice: User, bob: User) -> None:
    here, there, third, other = arrive(alice), arrive(alice), arrive(alice), arrive(bob)
    key = ConsoleSession.objects.filter(principal_id=alice.pk).order_by("issued")[1].pk
    response = here.post(END, {"session": key}, follow=True)
    assert "1 session was ended." in response.content.decode()
    assert [each.get("/iam/").status_code for each in (here, there, third, other)] == [200, 302, 200, 200]
    here.post(END)
    assert [each.get("/iam/").status_code for each in (here, third, other)] == [200, 302, 200]
    assert "There was no other session to end." in here.post(END, follow=True).content.decode()


def test_nobody_ends_the_session_of_another(alice: User, bob: User) -> None:
    victim, here = arrive(alice), arrive(bob)
    for key in (ConsoleSession.objects.get(principal_id=alice.pk).pk, "%", "x" * 64):
        here.post(END, {"session": key})
    assert victim.get("/iam/").status_code == 200
    assert here.get(END).status_code == 405


def test_users_of_one_name_in_two_accounts_do_not_see_each_other(alice: User) -> None:
    from tests.factories import an_account

    arrive(a_user(an_account(), "alice"))
    assert len(rows(arrive(alice))) == 1


def test_a_session_under_an_earlier_password_or_past_its_time_is_not_listed(alice: User) -> None:
    arrive(alice)
    ConsoleSession.objects.filter(principal_id=alice.pk).update(expire_date=timezone.now() - timedelta(seconds=1))
    arrive(alice)
    alice.login_profile.password = hash_password(PASSWORD)
    alice.login_profile.save()
    assert len(rows(arrive(alice))) == 1


def test_an_administrator_sees_a_users_sessions_on_the_users_page(client: Client, alice: User, bob: User) -> None:
    arrive(bob)
    found = rows(sign_in(client, alice), "/iam/users/details/bob?tab=credentials")
    assert [row[:2] for row in found] == [["Firefox on Linux", "203.0.113.7"]]


def test_who_may_not_see_the_console_password_does_not_see_sessions(client: Client, bob: User, alice: User) -> None:
    arrive(alice)
    document = """{"Version": "2012-10-17",
        "Statement": {"Effect": "Deny", "Action": "iam:GetLoginProfile", "Resource": "*"}}"""
    an_inline_policy(bob, document)
    text = sign_in(client, bob).get("/iam/users/details/alice?tab=credentials").content.decode()
    assert "203.0.113.7" not in text


def test_the_last_use_is_noted_once_in_five_minutes(alice: User, django_assert_num_queries: Any) -> None:
    here = arrive(alice)
    row = ConsoleSession.objects.filter(principal_id=alice.pk)
    with django_assert_num_queries(2):
        here.get("/iam/root-tasks")
    row.update(last_seen=timezone.now() - timedelta(minutes=6))
    with django_assert_num_queries(3):
        here.get("/iam/root-tasks")
    assert timezone.now() - row.get().last_seen < timedelta(minutes=1)
    with django_assert_num_queries(2):
        here.get("/iam/root-tasks")


def test_sessions_that_ran_out_are_dropped_at_the_next_sign_in(alice: User) -> None:
    arrive(alice)
    ConsoleSession.objects.filter(principal_id=alice.pk).update(expire_date=timezone.now() - timedelta(seconds=1))
    arrive(alice)
    assert ConsoleSession.objects.filter(principal_id=alice.pk).count() == 1


@pytest.mark.parametrize("agent", ["", "curl/8", "x" * 2000, "<script>alert(1)</script>"])
def test_whatever_a_browser_calls_itself_can_be_listed(alice: User, agent: str) -> None:
    here = arrive(alice, agent)
    assert rows(here)[0][0] in {"Unknown", "Another browser"}
    assert "<script>alert" not in here.get(MINE).content.decode()


def test_signing_out_forgets_the_session(account: Account, alice: User) -> None:
    here = arrive(alice)
    here.post("/signout")
    assert not ConsoleSession.objects.filter(principal_id=alice.pk).exists()
    assert SessionStore("x" * 32).load() == {}
