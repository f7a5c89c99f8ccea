"""Lab resources in the console: list, create, detail, policy, delete, and trying requests."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, InstanceProfile, User
from iamconsole.audit.models import Event
from policies.lab_kinds import KINDS
from policies.models import InlinePolicy, LabResource
from policies.operations.lab_resources import CREATE, PUT_POLICY
from tests.factories import a_call, a_role, a_user, an_account, an_inline_policy, sign_in

LAMBDA_TRUST = """{"Version": "2012-10-17", "Statement":
    [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"""


@pytest.fixture
def desk(client: Client, alice: User) -> Client:
    return sign_in(client, alice)


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_every_kind_can_be_made_and_looked_at_in_the_console(desk: Client, account: Account, kind: Any) -> None:
    role = a_role(account, "Runner", trust=LAMBDA_TRUST)
    address = f"/iam/resources/create?kind={kind.key}"
    assert f"Create {kind.label.lower()}" in text(desk.get(address))
    given = {"name": "notes", "region": "eu-west-1", "instance_type": "t3.micro", "role": role.role_name}
    made = desk.post(address, {**given, "description": "For notes", "tag-key": "team", "tag-value": "web"})
    assert made.status_code == 302, text(made)
    shown = text(desk.get(made["Location"]))
    resource = LabResource.objects.get(account=account, kind=kind.key)
    assert resource.arn in shown
    assert "Try" in shown
    for tab in ("tags", "policy"):
        assert desk.get(f"{made['Location']}?tab={tab}").status_code == 200
    listed = text(desk.get(f"/iam/resources?kind={kind.key}"))
    assert f'href="/iam/resources/details/{resource.arn}"' in listed
    question = text(desk.get(f"/iam/resources/delete/{resource.arn}"))
    assert f"To confirm, enter {resource.name}." in question
    assert desk.post(f"/iam/resources/delete/{resource.arn}", {"confirm": "no"}).status_code == 422
    assert desk.post(f"/iam/resources/delete/{resource.arn}", {"confirm": resource.name}).status_code == 302
    assert not LabResource.objects.filter(account=account).exists()
