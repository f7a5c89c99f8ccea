"""Revoking the sessions of a role, from its page."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, Role, User
from accounts.operations.sts import assume_role
from accounts.operations.users import list_users
from accounts.sessions import recall_session
from iamconsole.audit.models import Event
from iamconsole.aws.errors import AccessDenied
from iamconsole.call import Call
from policies.models import InlinePolicy
from tests.factories import a_call, a_role, a_user, an_inline_policy, sign_in

LIST_USERS = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}}'


@pytest.fixture
def role(account: Account) -> Role:
    trust = {"Effect": "Allow", "Principal": {"AWS": account.account_id}, "Action": "sts:AssumeRole"}
    role = a_role(account, "Auditor", trust=json.dumps({"Version": "2012-10-17", "Statement": trust}))
    an_inline_policy(role, LIST_USERS)
    return role


def a_session(account: Account, user: User, role: Role) -> Call:
    taken = assume_role(a_call(account, user), role_arn=role.arn, role_session_name="alice").credential
    standing = recall_session(taken.access_key_id, timezone.now())
    assert standing is not None
    return Call(standing.principal, standing.account, timezone.now(), session=standing.session)


def test_sessions_that_have_begun_are_denied_everything_at_once(
    client: Client, account: Account, alice: User, role: Role
) -> None:
    session = a_session(account, alice, role)
    assert list_users(session).items
    answer = sign_in(client, alice).post("/iam/roles/revoke-sessions/Auditor", {"acknowledge": "1"})
    assert answer.status_code == 302
    session.forget()
    with pytest.raises(AccessDenied, match="with an explicit deny in an identity-based policy"):
        list_users(session)


def test_the_policy_is_the_one_that_aws_writes(client: Client, alice: User, role: Role) -> None:
    sign_in(client, alice).post("/iam/roles/revoke-sessions/Auditor", {"acknowledge": "1"})
    policy = InlinePolicy.objects.get(role=role, policy_name="AWSRevokeOlderSessions")
    (statement,) = json.loads(policy.document)["Statement"]
    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Deny", ["*"], ["*"])
    assert list(statement["Condition"]) == ["DateLessThan"]
    assert list(statement["Condition"]["DateLessThan"]) == ["aws:TokenIssueTime"]


def test_nothing_happens_before_it_is_acknowledged(client: Client, alice: User, role: Role) -> None:
    answer = sign_in(client, alice).post("/iam/roles/revoke-sessions/Auditor")
    assert answer.status_code == 422
    assert "Acknowledge that every session" in answer.content.decode()
    assert not InlinePolicy.objects.filter(policy_name="AWSRevokeOlderSessions").exists()


def test_who_may_not_put_a_policy_in_the_role_is_refused_on_the_page(
    client: Client, account: Account, role: Role
) -> None:
    reader = a_user(account, "reader")
    allowed = {"Effect": "Allow", "Action": ["iam:GetRole", "iam:List*"], "Resource": "*"}
    an_inline_policy(reader, json.dumps({"Version": "2012-10-17", "Statement": allowed}))
    answer = sign_in(client, reader).post("/iam/roles/revoke-sessions/Auditor", {"acknowledge": "1"})
    assert answer.status_code == 403
    assert "iam:PutRolePolicy" in answer.content.decode()
    assert Event.objects.filter(account_id=account.pk, event_name="PutRolePolicy", error_code="AccessDenied").exists()


def test_the_tab_offers_it_and_a_link_to_the_role(client: Client, alice: User, role: Role) -> None:
    page = sign_in(client, alice).get("/iam/roles/details/Auditor?tab=sessions").content.decode()
    assert "Revoke active sessions" in page
    assert f"/iam/switch-role?account={role.account_id}&amp;roleName=Auditor" in page
