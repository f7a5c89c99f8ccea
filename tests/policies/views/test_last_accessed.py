"""The tab "Last accessed" on users, groups, roles and policies."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, User
from accounts.operations.users import list_users
from policies.operations.managed_policies import create_policy
from tests.factories import a_call, a_group, a_role, a_user, an_inline_policy, sign_in

pytestmark = pytest.mark.django_db

S3_AND_IAM = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["s3:Get*", "iam:List*"], "Resource": "*"}}'
)
NEVER = "Not accessed in the tracking period"


@pytest.fixture
def dave(account: Account) -> User:
    dave = a_user(account, "dave")
    an_inline_policy(dave, S3_AND_IAM, "Reads")
    list_users(a_call(account, dave))
    return dave


def text(console: Client, address: str) -> str:
    response = console.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def test_ud12_the_tab_shows_services_with_policies_and_times(console: Client, dave: User) -> None:
    shown = text(console, "/iam/users/details/dave?tab=last-accessed")
    assert shown.count("<tr>") == 3
    assert shown.count(NEVER) == 1
    assert shown.index("AWS Identity and Access Management") < shown.index("Amazon S3") < shown.index(NEVER)
    assert "Reads" in shown


@pytest.mark.parametrize(
    ("wanted", "there", "gone"), [("accessed", "Identity", "S3"), ("not accessed", "S3", "Identity")]
)
def test_the_filter_keeps_services_accessed_or_not(
    console: Client, dave: User, wanted: str, there: str, gone: str
) -> None:
    shown = text(console, f"/iam/users/details/dave?tab=last-accessed&f=last:{wanted}")
    body = shown[shown.index("<tbody>") :]
    assert there in body
    assert gone not in body


def test_a_service_opens_to_its_actions(console: Client, dave: User) -> None:
    shown = text(console, "/iam/users/details/dave?tab=last-accessed&service=iam&q=ListUsers")
    assert "Actions of AWS Identity and Access Management" in shown
    assert "ListUsers" in shown
    assert NEVER not in shown[shown.index("<tbody>") :]
    assert text(console, "/iam/users/details/dave?tab=last-accessed&service=no-such").count("No actions.") == 1


def test_group_role_and_policy_have_the_tab(console: Client, account: Account) -> None:
    group, role = a_group(account, "Readers"), a_role(account, "Reader")
    for entity in (group, role):
        an_inline_policy(entity, S3_AND_IAM)
    policy = create_policy(a_call(account), policy_name="Reads", policy_document=S3_AND_IAM)
    for address in (
        reverse("group-detail", args=["Readers"]),
        reverse("role-detail", args=["Reader"]),
        reverse("policy-detail", args=[policy.arn]),
    ):
        shown = text(console, f"{address}?tab=last-accessed")
        assert shown[shown.index("<tbody>") :].count(NEVER) == 2


def test_the_part_alone_is_the_part(console: Client, dave: User) -> None:
    headers = {"HX-Request": "true", "HX-Target": "last-accessed"}
    part = console.get("/iam/users/details/dave?tab=last-accessed&size=10", headers=headers).content.decode()
    assert part.strip().startswith("<section")
    assert "<html" not in part


def test_who_may_not_generate_the_report_reads_what_is_missing(client: Client, account: Account, dave: User) -> None:
    reader = a_user(account, "reader")
    only_user = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}}'
    an_inline_policy(reader, only_user)
    shown = text(sign_in(client, reader), "/iam/users/details/dave?tab=last-accessed")
    assert "iam:GenerateServiceLastAccessedDetails" in shown
    assert "Amazon S3" not in shown
