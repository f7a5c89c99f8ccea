"""The access troubleshooter's pages, and the ways that lead to them."""

from __future__ import annotations

import re
import uuid
from html import unescape

import pytest
from django.test import Client

from accounts.models import Account, User
from iamconsole.audit.models import Event
from iamconsole.audit.recording import Outcome, sign_in_event
from policies import replay
from policies.applied import CompiledPolicies
from tests.conftest import READ_ONLY
from tests.factories import a_call, a_group, a_user, an_account, an_inline_policy, sign_in
from tests.policies.operations.documents import allow

pytestmark = pytest.mark.django_db

DENY_USERS = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "ReadGroups",
            "Effect": "Allow",
            "Action": "iam:ListGroups",
            "Resource": "*"
        },
        {
            "Sid": "NotUsers",
            "Effect": "Deny",
            "Action": "iam:ListUsers",
            "Resource": "*"
        }
    ]
}"""
TROUBLESHOOTS = allow("iam:TroubleshootAccess")


def text_of(response: object) -> str:
    return " ".join(unescape(response.content.decode()).split())  # type: ignore[attr-defined]


def without_markup(shown: str) -> str:
    return re.sub(r"<[^>]+>", "", shown)


def refusal(account: Account) -> Event:
    return Event.objects.filter(account_id=account.account_id, error_code="AccessDenied").latest("sequence")


@pytest.fixture
def refused(account: Account, carol: User) -> Event:
    """Carol's look at the list of users, which a policy of her group denies."""
    group = a_group(account, "Interns")
    carol.memberships.create(account=account, group=group)
    an_inline_policy(group, DENY_USERS, "interns-rules")
    assert sign_in(Client(), carol).get("/iam/users").status_code == 403
    return refusal(account)


def test_the_page_names_layer_policy_statement_and_line(client: Client, alice: User, refused: Event) -> None:
    shown = text_of(sign_in(client, alice).get(f"/iam/access/{refused.event_id}"))
    assert "Why carol was refused iam:ListUsers" in shown
    assert refused.record["errorMessage"] in shown
    assert "Denied: an explicit deny in the identity policy" in shown
    assert "interns-rules (inline)</span> through the user group Interns" in shown
    assert "NotUsers, statement 2. Lines 10 to 15." in shown
    assert "It would still be refused." in shown
    assert 'class="l deny"' in shown


def test_what_would_be_now_stands_beside(client: Client, alice: User, carol: User, refused: Event) -> None:
    carol.memberships.all().delete()
    an_inline_policy(carol, READ_ONLY, "reads")
    shown = text_of(sign_in(client, alice).get(f"/iam/access/{refused.event_id}"))
    assert "Denied: an explicit deny in the identity policy" in shown
    assert "It would no longer be refused." in shown


def test_a_deleted_principal_no_longer_exists(client: Client, alice: User, carol: User, refused: Event) -> None:
    carol.memberships.all().delete()
    carol.login_profile.delete()
    carol.delete()
    shown = text_of(sign_in(client, alice).get(f"/iam/access/{refused.event_id}"))
    assert "No longer exists" in shown


def test_an_allowed_event_is_explained_too(client: Client, alice: User) -> None:
    console = sign_in(client, alice)
    console.get("/iam/users")
    event = Event.objects.filter(account_id=alice.account_id, event_name="ListUsers").latest("sequence")
    shown = text_of(console.get(f"/iam/access/{event.event_id}"))
    assert "Why alice was allowed iam:ListUsers" in shown
    assert "Allowed" in shown


def test_a_request_that_failed_although_policies_allowed_it_says_so(client: Client, alice: User) -> None:
    console = sign_in(client, alice)
    assert console.get("/iam/users/details/nobody").status_code == 404
    event = Event.objects.filter(account_id=alice.account_id, error_code="NoSuchEntity").latest("sequence")
    shown = text_of(console.get(f"/iam/access/{event.event_id}"))
    assert "Why alice was allowed iam:GetUser" in shown
    assert "Policies allowed it." in shown
    assert "no longer be refused" not in shown


def test_an_event_that_no_policy_decided_says_so(console: Client, account: Account) -> None:
    event = sign_in_event(a_call(account), name="ConsoleLogin", outcome=Outcome())
    event.save()
    shown = text_of(console.get(f"/iam/access/{event.event_id}"))
    assert "No policy was asked." in shown
    assert "ConsoleLogin" in shown


def test_a_document_that_nothing_keeps_is_said_to_be_lost(
    client: Client, alice: User, refused: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "COMPILED", CompiledPolicies())
    monkeypatch.setattr(replay, "kept_documents", lambda _: {})
    shown = text_of(sign_in(client, alice).get(f"/iam/access/{refused.event_id}"))
    assert (
        "Nothing keeps the text of interns-rules any more. The record says: Denied (explicit), by: Identity policy."
        in shown
    )
    assert "It would still be refused." in shown


def test_carol_gets_the_sentence_and_the_id_and_nothing_of_any_policy(
    client: Client, account: Account, carol: User, refused: Event
) -> None:
    console = sign_in(client, carol)
    page = text_of(console.get("/iam/users"))
    assert "with an explicit deny in an identity-based policy" in page
    assert str(refusal(account).event_id) in page
    assert "/iam/access/" not in page.replace('href="/iam/access"', "")
    opened = console.get(f"/iam/access/{refused.event_id}")
    assert opened.status_code == 403
    for shown in (page, text_of(opened)):
        assert "interns-rules" not in shown
        assert "NotUsers" not in shown


def test_bob_who_reads_may_troubleshoot_his_own_refusal(client: Client, account: Account, bob: User) -> None:
    an_inline_policy(bob, TROUBLESHOOTS)
    console = sign_in(client, bob)
    page = text_of(console.post("/iam/groups/create", {"group_name": "Testers"}))
    address = f"/iam/access/{refusal(account).event_id}"
    assert f'href="{address}"' in page
    assert "No Allow matches" in text_of(console.get(address))


@pytest.mark.parametrize("target", ["", "dialog"])
def test_every_door_of_a_refusal_shows_id_and_link(client: Client, account: Account, bob: User, target: str) -> None:
    an_inline_policy(bob, TROUBLESHOOTS)
    headers = {"HX-Request": "true", "HX-Target": target} if target else {}
    response = sign_in(client, bob).get("/iam/events", headers=headers)
    assert response.status_code == 403
    shown = text_of(response)
    authorization_id = str(refusal(account).event_id)
    assert f'href="/iam/access/{authorization_id}"' in shown
    assert re.search(f"Authorization ID:? *{authorization_id}", without_markup(shown))


def test_a_refused_panel_shows_id_and_link(client: Client, account: Account, carol: User) -> None:
    an_inline_policy(carol, TROUBLESHOOTS)
    shown = text_of(sign_in(client, carol).get("/iam/"))
    words = without_markup(shown)
    ids = [
        str(event.event_id)
        for event in Event.objects.filter(account_id=account.account_id, error_code="AccessDenied")
        if event.event_name in {"GetAccountSummary", "LookupEvents"}
    ]
    assert len(ids) == 2
    assert all(f'href="/iam/access/{each}"' in shown and f"Authorization ID: {each}" in words for each in ids)


def test_the_event_history_leads_there_in_one_click(client: Client, alice: User, refused: Event) -> None:
    shown = text_of(sign_in(client, alice).get(f"/iam/events?event={refused.event_id}"))
    assert f'href="/iam/access/{refused.event_id}"' in shown


def test_the_event_history_leads_nobody_there_who_may_not(client: Client, bob: User, refused: Event) -> None:
    an_inline_policy(bob, allow("cloudtrail:*"))
    shown = text_of(sign_in(client, bob).get(f"/iam/events?event={refused.event_id}"))
    assert "Denied (explicit)" in shown
    assert f"/iam/access/{refused.event_id}" not in shown
    assert str(refused.event_id) in shown


@pytest.mark.parametrize("theirs", [True, False])
def test_another_accounts_id_is_as_absent_as_one_that_never_was(client: Client, refused: Event, theirs: bool) -> None:
    stranger = sign_in(client, an_account())
    event_id = refused.event_id if theirs else uuid.uuid4()
    response = stranger.get(f"/iam/access/{event_id}")
    assert response.status_code == 404
    assert "carol" not in text_of(response)


def test_the_front_page_finds_the_id_in_a_whole_message(client: Client, alice: User, refused: Event) -> None:
    console = sign_in(client, alice)
    assert "Authorization ID" in text_of(console.get("/iam/access"))
    response = console.get("/iam/access", {"id": f"AccessDenied: no. Authorization ID: {refused.event_id}."})
    assert response.headers["Location"] == f"/iam/access/{refused.event_id}"
    wrong = console.get("/iam/access", {"id": "<b>what</b>"})
    assert wrong.status_code == 422
    assert "<b>what</b>" not in wrong.content.decode()


def test_names_with_markup_stay_text(client: Client, account: Account, alice: User) -> None:
    dave = a_user(account, "dave")
    document = allow("iam:ListUsers", Condition={"StringEquals": {"aws:PrincipalTag/<b>x</b>": "<script>"}})
    an_inline_policy(dave, document, "tags")
    assert sign_in(Client(), dave).get("/iam/users").status_code == 403
    shown = sign_in(client, alice).get(f"/iam/access/{refusal(account).event_id}").content.decode()
    assert "<b>x</b>" not in shown
    assert "<script>" not in shown


def test_the_page_costs_few_queries(
    client: Client, alice: User, refused: Event, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    console = sign_in(client, alice)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        console.get(f"/iam/access/{refused.event_id}")
