"""The policy simulator's page: ask, see the decision, see why."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client

from accounts.models import Account, User
from tests.factories import a_user, an_account, an_inline_policy, sign_in

pytestmark = pytest.mark.django_db

LIST_MY_BUCKET = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "ListBucketObjects",
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": "arn:aws:s3:::my-bucket"
        }
    ]
}"""
DEV_SERVERS = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "RunDevelopmentServers",
            "Effect": "Allow",
            "Action": "ec2:StartInstances",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/env": "dev"}}
        }
    ]
}"""
DENY_DELETE = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"}}'


@pytest.fixture
def dave(account: Account) -> User:
    return a_user(account, "dave", path="/dev/")


def ask(console: Client, **asked: str | list[str]) -> str:
    response = console.get("/iam/simulator", asked)
    assert response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def ask_wrongly(console: Client, **asked: str | list[str]) -> str:
    response = console.get("/iam/simulator", asked)
    assert response.status_code == 422
    return " ".join(unescape(response.content.decode()).split())


def test_an_empty_form_says_what_to_choose(console: Client) -> None:
    assert "Choose a principal and at least one action, then run the simulation." in ask(console)


def test_ac4_principal_action_and_resource_give_a_decision_with_its_statement(console: Client, dave: User) -> None:
    an_inline_policy(dave, LIST_MY_BUCKET, "lists")
    shown = ask(console, principal=dave.arn, action="s3:ListBucket", resource="arn:aws:s3:::my-bucket")
    assert 'Why <span class="mono">s3:ListBucket</span> is allowed' in shown
    assert "Statement ListBucketObjects of lists allows it" in shown
    assert 'class="l hit"' in shown


def test_ac55_the_bucket_is_listed_and_its_neighbour_and_its_objects_are_not(console: Client, dave: User) -> None:
    an_inline_policy(dave, LIST_MY_BUCKET)
    shown = ask(
        console,
        principal="user/dave",
        action="s3:ListBucket",
        resource=["arn:aws:s3:::my-bucket", "arn:aws:s3:::other-bucket"],
    )
    assert "1 allowed, 1 denied" in shown
    shown = ask(console, principal="user/dave", action="s3:GetObject", resource="arn:aws:s3:::my-bucket/key")
    assert "Denied: no identity-based policy allows it" in shown


def test_ac8_a_new_user_is_denied_everything_implicitly(console: Client, dave: User) -> None:
    shown = ask(console, principal=dave.arn, action="s3:GetObject", resource="arn:aws:s3:::b/k")
    assert "Denied (implicit)" in shown
    assert "because no identity-based policy allows the s3:GetObject action" in shown


def test_ac59_an_explicit_deny_wins_and_is_shown(console: Client, dave: User) -> None:
    an_inline_policy(
        dave, '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    )
    an_inline_policy(dave, DENY_DELETE, "keeps-objects")
    shown = ask(console, principal=dave.arn, action="s3:DeleteObject", resource="arn:aws:s3:::b/k")
    assert "Denied (explicit)" in shown
    assert "keeps-objects denies it. A deny beats every allow." in shown
    assert "with an explicit deny in an identity-based policy" in shown


def test_a_near_miss_names_the_tag_that_parts_them(console: Client, dave: User) -> None:
    an_inline_policy(dave, DEV_SERVERS, "dev-servers")
    asked = {"principal": dave.arn, "action": "ec2:StartInstances", "c.aws:ResourceTag/env": "prod"}
    shown = ask(console, **asked)
    assert "Denied (implicit)" in shown
    assert "prod" in shown
    assert "dev-servers" in shown
    assert "Allowed" in ask(console, **{**asked, "c.aws:ResourceTag/env": "dev"})


def test_a_missing_context_key_is_asked_for(console: Client, dave: User) -> None:
    an_inline_policy(dave, DEV_SERVERS)
    shown = ask(console, principal=dave.arn, action="ec2:StartInstances")
    assert 'name="c.aws:ResourceTag/env"' in shown
    assert "context keys that this request does not carry" in shown


def test_ac15_root_is_allowed_without_policies(console: Client, account: Account) -> None:
    shown = ask(console, principal=account.arn, action="s3:DeleteBucket")
    assert "Allowed: the root user may do everything" in shown
    assert "Root user" in shown


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"action": "s3"}, "Action names must be a service prefix"),
        ({"action": "s3:*"}, "Action names cannot contain wildcards"),
        ({"action": "s3:GetObject", "resource": "my-bucket"}, 'must be in ARN format or "*"'),
        ({"action": "s3:GetObject", "principal": "user/nobody"}, "cannot be found"),
        ({"action": "s3:GetObject", "principal": "arn:aws:s3:::b"}, "does not clearly define entity type"),
    ],
)
def test_a_wrong_question_is_told_at_its_field_and_kept(
    console: Client, dave: User, asked: dict[str, str], sentence: str
) -> None:
    shown = ask_wrongly(console, **{"principal": dave.arn, **asked})
    assert sentence in shown
    assert asked["action"] in shown


def test_another_accounts_user_cannot_be_simulated(console: Client) -> None:
    stranger = a_user(an_account(), "stranger")
    assert "cannot be found" in ask_wrongly(console, principal=stranger.arn, action="s3:GetObject")


def test_carol_may_not_simulate_and_reads_why(client: Client, account: Account, dave: User) -> None:
    carol = sign_in(client, a_user(account, "carol"))
    shown = ask(carol, principal=dave.arn, action="s3:GetObject")
    assert "You need permission to simulate." in shown
    assert "iam:SimulatePrincipalPolicy" in shown


def test_the_answer_alone_is_a_part(console: Client, dave: User) -> None:
    response = console.get(
        "/iam/simulator",
        {"principal": dave.arn, "action": "s3:GetObject"},
        headers={"HX-Request": "true", "HX-Target": "answer"},
    )
    assert response.content.decode().lstrip().startswith('<div id="answer"')


def test_a_result_is_chosen_by_the_address(console: Client, dave: User) -> None:
    asked = {"principal": dave.arn, "action": "s3:GetObject s3:PutObject"}
    assert 'Why <span class="mono">s3:PutObject</span>' in ask(console, **asked, explain="1")
    assert 'Why <span class="mono">s3:PutObject</span>' in ask(console, **asked, explain="99")
    assert 'Why <span class="mono">s3:GetObject</span>' in ask(console, **asked, explain="nonsense")


@pytest.mark.parametrize(
    ("action", "resource", "said"),
    [
        ("ec2:Describe", "*", "AWS has no such action"),
        ("s3:GetObject", "arn:aws:ec2:us-east-1:111122223333:instance/i-1", "does not match this service"),
    ],
)
def test_a_doubtful_question_is_decided_and_said_to_be_doubtful(
    console: Client, dave: User, action: str, resource: str, said: str
) -> None:
    assert said in ask(console, principal="dave", action=action, resource=resource)
    assert said not in ask(console, principal="dave", action="s3:GetObject", resource="arn:aws:s3:::b/k")


def test_a_statement_about_another_action_is_no_near_miss(console: Client, dave: User) -> None:
    an_inline_policy(dave, LIST_MY_BUCKET, "lists")
    shown = ask(console, principal="dave", action="s3:DeleteBucket", resource="arn:aws:s3:::my-bucket")
    assert "No statement speaks of this action." in shown
    assert "ListBucketObjects" not in shown
