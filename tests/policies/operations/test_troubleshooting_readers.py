"""Who may open a decision, and what of it they are not told."""

from __future__ import annotations

import uuid

import pytest

from iamconsole.aws.errors import AccessDenied, NoSuchEntity
from iamconsole.call import Call
from policies.operations.troubleshooting import troubleshoot_access
from tests.factories import a_call, a_user, an_account, an_inline_policy
from tests.policies.operations.documents import last_event
from tests.policies.operations.investigations import (
    ALLOW_ALL,
    DENY_USERS,
    SPARE,
    TROUBLESHOOT,
    Turn,
    a_bucket,
    bucket_policy,
    gets_object,
    look,
    now_of,
    pretty,
    reads_user,
    statement,
    then_of,
    turn,
    user_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forgetful")]


def test_carol_may_not_and_learns_nothing_of_any_policy(alice: Call, carol: Call, dave: Call) -> None:
    an_inline_policy(user_of(dave), DENY_USERS, "secret-rules")
    authorization_id = reads_user(dave)
    with pytest.raises(AccessDenied) as caught:
        troubleshoot_access(carol, authorization_id=authorization_id)
    assert "secret-rules" not in caught.value.message
    assert "iam:TroubleshootAccess" in caught.value.message


def test_bob_who_reads_may(alice: Call, bob: Call, carol: Call) -> None:
    an_inline_policy(user_of(bob), TROUBLESHOOT, "troubleshoots")
    assert turn(then_of(look(bob, reads_user(carol)))) == Turn("Identity policy", "", None, None)
    event = last_event(alice)
    assert (event.event_name, event.read_only, event.error_code) == ("TroubleshootAccess", True, "")


@pytest.mark.parametrize("authorization_id", ["", "nonsense", "6c1f2a70-4f3b-4d6e-9c1e-0a1b2c3d4e5f"])
def test_an_id_that_never_was_is_absent(alice: Call, authorization_id: str) -> None:
    with pytest.raises(NoSuchEntity):
        troubleshoot_access(alice, authorization_id=authorization_id)


def test_another_accounts_id_is_as_absent_as_one_that_never_was(alice: Call) -> None:
    stranger = a_call(an_account())
    other = a_call(stranger.account, a_user(stranger.account, "other", password=None))
    theirs = reads_user(other)
    never = str(uuid.uuid4())
    messages = []
    for authorization_id in (theirs, never):
        with pytest.raises(NoSuchEntity) as caught:
            troubleshoot_access(alice, authorization_id=authorization_id)
        messages.append(caught.value.message.replace(authorization_id, "ID"))
    assert messages[0] == messages[1]


def test_the_policy_of_another_accounts_resource_is_a_name_and_no_more(alice: Call, dave: Call) -> None:
    an_inline_policy(user_of(dave), ALLOW_ALL, "all")
    owner = a_call(an_account())
    a_bucket(owner, bucket_policy("Deny"))
    verdict = then_of(look(alice, gets_object(dave)))
    assert verdict.deciding.layer == "Resource policy"
    assert (verdict.deciding.statement, verdict.deciding.readable) == (None, False)
    assert all(not shown.lines for shown in verdict.explanation.shown if shown.layer == "Resource policy")
    assert [row.examined for row in verdict.looked_at if row.layer == "Resource policy"] == [None]


def test_tags_of_another_accounts_resource_are_not_told(alice: Call, dave: Call) -> None:
    mine = {"StringEquals": {"aws:ResourceTag/owner": "dave"}}
    an_inline_policy(user_of(dave), pretty(SPARE, statement("Allow", "s3:GetObject", Condition=mine)), "own-objects")
    owner = a_call(an_account())
    bucket = a_bucket(owner, bucket_policy("Allow"))
    bucket.tags.create(account=owner.account, key="owner", value="secret-of-the-owner")
    authorization_id = gets_object(dave)
    found = look(alice, authorization_id)
    parting = then_of(found).deciding.parting
    assert parting is not None
    assert parting.name == "StringEquals aws:ResourceTag/owner"
    assert found.recording is not None
    assert found.recording.request.context["aws:ResourceTag/owner"] == ("secret-of-the-owner",)
    assert "aws:ResourceTag/owner" not in found.context
    for verdict in (then_of(found), now_of(found)):
        told = (verdict.deciding, verdict.looked_at, verdict.explanation.near, verdict.explanation.sentence)
        assert "secret-of-the-owner" not in repr(told)
        assert all("secret-of-the-owner" not in shown.note for shown in verdict.explanation.shown)
