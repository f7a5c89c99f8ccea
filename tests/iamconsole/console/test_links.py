"""Where refusals lead, and how sentences about them are written."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, User
from accounts.operations.users import get_user
from iamconsole.aws.errors import AccessDenied, NoSuchEntity
from iamconsole.console.jinja import linked
from iamconsole.console.links import explain, sentence_of
from tests.factories import a_call, a_user, an_inline_policy, sign_in
from tests.policies.operations.documents import allow

pytestmark = pytest.mark.django_db


def a_refusal(user: User) -> AccessDenied:
    with pytest.raises(AccessDenied) as caught:
        get_user(a_call(user.account, user), user_name="carol")
    return caught.value


@pytest.mark.parametrize(
    ("actions", "start"),
    [
        (["iam:TroubleshootAccess"], "/iam/access/"),
        (["iam:TroubleshootAccess", "iam:SimulatePrincipalPolicy"], "/iam/access/"),
        (["iam:SimulatePrincipalPolicy"], "/iam/simulator?"),
        (["s3:*"], ""),
    ],
)
def test_a_refusal_leads_where_its_reader_may_go(carol: User, actions: list[str], start: str) -> None:
    an_inline_policy(carol, allow(actions))
    address = explain(a_refusal(carol))
    assert address.startswith(start)
    assert bool(address) is bool(start)


def test_a_sentence_about_a_refusal_holds_its_id_and_the_way_to_its_page(carol: User) -> None:
    an_inline_policy(carol, allow("iam:TroubleshootAccess"))
    refusal = a_refusal(carol)
    sentence = sentence_of(refusal)
    assert sentence.startswith(refusal.message)
    assert f"(authorization ID {refusal.authorization_id})." in sentence
    address = reverse("access-detail", args=[refusal.authorization_id])
    assert f'<a href="{address}">Explain</a>' in linked(sentence)


def test_who_may_not_troubleshoot_reads_the_id_and_no_way(carol: User) -> None:
    refusal = a_refusal(carol)
    assert sentence_of(refusal).endswith(f"(authorization ID {refusal.authorization_id}).")
    assert "<a" not in linked(sentence_of(refusal))


def test_other_errors_keep_their_sentence() -> None:
    assert sentence_of(NoSuchEntity("There is none.")) == "There is none."


@pytest.mark.parametrize(
    "text",
    [
        "<b>bold</b>",
        "Explain: /iam/access/<script>",
        "Explain: //evil.example/iam/access/6c1f2a70-4f3b-4d6e-9c1e-0a1b2c3d4e5f",
    ],
)
def test_text_is_never_markup_and_only_our_own_page_is_a_link(text: str) -> None:
    written = linked(text)
    assert "<b>" not in written
    assert "<script>" not in written
    assert "<a" not in written


def test_a_step_that_is_refused_after_others_were_done_leads_to_its_page(client: Client, account: Account) -> None:
    """The user is made; attaching the policy is refused, and the notice says why, with a link."""
    dave = a_user(account, "dave")
    an_inline_policy(dave, allow(["iam:CreateGroup", "iam:GetGroup", "iam:List*", "iam:TroubleshootAccess"]))
    a_user(account, "erin")
    response = sign_in(client, dave).post(
        "/iam/groups/create", {"group_name": "Testers", "user_names": "erin"}, follow=True
    )
    shown = response.content.decode()
    assert "iam:AddUserToGroup" in shown
    assert 'href="/iam/access/' in shown
