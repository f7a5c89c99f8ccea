"""Pages about roles: list, detail, edit, trust policy, delete."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, InstanceProfile, Role, User
from accounts.operations.instance_profiles import add_role_to_instance_profile, create_instance_profile
from policies.operations.attachments import attach_role_policy
from tests.factories import EC2_TRUST, a_call, a_role, an_account, an_inline_policy, sign_in

pytestmark = pytest.mark.django_db

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
HTMX = {"HX-Request": "true"}


def text_of(response: Any) -> str:
    return str(response.content.decode())


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len([query for query in captured if "SAVEPOINT" not in query["sql"]])


def test_the_list_shows_whom_each_role_trusts_and_when_it_was_used(console: Client, account: Account) -> None:
    a_role(account, "Web")
    a_role(account, "Old", last_used_date=timezone.now() - timedelta(days=100))
    text = text_of(console.get("/iam/roles"))
    assert '<a href="/iam/roles/details/Web">Web</a>' in text
    assert "AWS Service: ec2" in text
    assert 'class="st warn"' in text
    assert 'href="/iam/roles/create"' in text


def test_an_account_without_roles_says_what_a_role_is(console: Client) -> None:
    text = text_of(console.get("/iam/roles"))
    assert "No roles." in text


def test_a_search_answers_htmx_with_the_list_alone(console: Client, account: Account) -> None:
    a_role(account, "Web")
    a_role(account, "Batch")
    response = console.get("/iam/roles?q=we", headers={**HTMX, "HX-Target": "list"})
    text = text_of(response)
    assert text.lstrip().startswith('<section class="box" id="list"')
    assert "Web" in text
    assert "Batch" not in text
    assert "No roles match." in text_of(console.get("/iam/roles?q=zzz"))


def test_another_accounts_roles_are_not_listed(console: Client) -> None:
    a_role(an_account(), "Foreign")
    assert "Foreign" not in text_of(console.get("/iam/roles"))
    assert console.get("/iam/roles/details/Foreign").status_code == 404


def test_the_list_and_the_detail_cost_the_same_for_few_and_for_many(console: Client, account: Account) -> None:
    web = a_role(account, "Web")
    pages = ("/iam/roles", *(f"/iam/roles/details/Web?tab={tab}" for tab in ("permissions", "trust", "tags")))
    for _ in range(2):
        a_role(account)
        an_inline_policy(web, "{}")
    few = [queries_of(console, page) for page in pages]
    for number in range(27):
        a_role(account)
        an_inline_policy(web, "{}")
        web.tags.create(account=account, key=f"key-{number}", value="x")
    assert [queries_of(console, page) for page in pages] == few
    assert max(few) <= 8, few


def test_the_detail_shows_summary_trust_policy_and_instance_profile(console: Client, account: Account) -> None:
    role = a_role(account, "Web", description="Serves <pages>", max_session_duration=5400)
    call = a_call(account)
    create_instance_profile(call, instance_profile_name="Web")
    add_role_to_instance_profile(call, instance_profile_name="Web", role_name="Web")
    text = text_of(console.get("/iam/roles/details/Web?tab=trust"))
    assert role.arn in text
    assert "Serves &lt;pages&gt;" in text
    assert "1 hour 30 minutes" in text
    assert f"arn:aws:iam::{account.account_id}:instance-profile/Web" in text
    assert "ec2.amazonaws.com" in text
    assert "/iam/roles/edit-trust-policy/Web" in text


def test_ac37_the_detail_offers_no_password_and_no_access_key(console: Client, account: Account) -> None:
    a_role(account, "Web")
    text = text_of(console.get("/iam/roles/details/Web")).lower()
    assert "security credentials</a>" not in text.split("<main", 1)[1]
    assert "access key" not in text.split("<main", 1)[1]
    assert console.get("/iam/roles/details/Web?tab=security").status_code == 200


def test_a_service_linked_role_is_shown_without_ways_to_change_it(console: Client, account: Account) -> None:
    a_role(account, "AWSServiceRoleForX", path="/aws-service-role/x.amazonaws.com/")
    for tab in ("permissions", "trust"):
        text = text_of(console.get(f"/iam/roles/details/AWSServiceRoleForX?tab={tab}"))
        assert "(Service-Linked Role)" in text
        for address in ("delete", "edit-trust-policy", "boundary", "attach-policies"):
            assert f"/iam/roles/{address}/AWSServiceRoleForX" not in text


def test_description_and_duration_are_edited(console: Client, account: Account) -> None:
    role = a_role(account, "Web", max_session_duration=5000)
    text = text_of(console.get("/iam/roles/edit/Web"))
    assert 'value="5000"' in text
    sent = {"description": "New", "duration": "custom", "seconds": "50000"}
    refused = console.post("/iam/roles/edit/Web", sent)
    assert refused.status_code == 422
    assert "Enter a number from 3,600 to 43,200." in text_of(refused)
    assert 'value="50000"' in text_of(refused)
    done = console.post("/iam/roles/edit/Web", {**sent, "duration": "14400"})
    assert (done.status_code, done["Location"]) == (302, "/iam/roles/details/Web")
    role.refresh_from_db()
    assert (role.description, role.max_session_duration) == ("New", 14400)


def test_a_trust_policy_is_edited_and_its_faults_are_placed(console: Client, account: Account) -> None:
    role = a_role(account, "Web")
    page = console.get("/iam/roles/edit-trust-policy/Web")
    assert "nonce-" in page["Content-Security-Policy"]
    basis = text_of(page).split('name="basis" value="')[1].split('"')[0]
    address = "/iam/roles/edit-trust-policy/Web"
    broken = console.post(address, {"document": '{\r\n  "Version": "2012-01-17"', "basis": basis})
    assert broken.status_code == 422
    assert "Line 2" in text_of(broken)
    assert "2012-01-17" in text_of(broken)
    wanted = EC2_TRUST.replace("ec2", "lambda").replace(", ", ",\n")
    done = console.post(address, {"document": wanted.replace("\n", "\r\n"), "basis": basis})
    assert done["Location"] == "/iam/roles/details/Web?tab=trust"
    role.refresh_from_db()
    assert role.assume_role_policy_document == wanted


def test_a_principal_that_does_not_exist_is_said_at_the_form(console: Client, account: Account) -> None:
    a_role(account, "Web")
    arn = f"arn:aws:iam::{account.account_id}:user/nobody"
    document = json.dumps({"Statement": {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"}})
    response = console.post("/iam/roles/edit-trust-policy/Web", {"document": document})
    assert response.status_code == 422
    assert "Invalid principal in policy" in text_of(response)


def test_a_trust_policy_changed_meanwhile_is_shown_beside_the_own_text(console: Client, account: Account) -> None:
    role = a_role(account, "Web")
    page = text_of(console.get("/iam/roles/edit-trust-policy/Web"))
    basis = page.split('name="basis" value="')[1].split('"')[0]
    role.assume_role_policy_document = EC2_TRUST.replace("ec2", "glue")
    role.save()
    mine = EC2_TRUST.replace("ec2", "lambda")
    stale = console.post("/iam/roles/edit-trust-policy/Web", {"document": mine, "basis": basis})
    assert stale.status_code == 409
    assert "glue.amazonaws.com" in text_of(stale)
    assert "lambda.amazonaws.com" in text_of(stale)
    basis = text_of(stale).split('name="basis" value="')[1].split('"')[0]
    assert console.post("/iam/roles/edit-trust-policy/Web", {"document": mine, "basis": basis}).status_code == 302


def test_a_role_is_deleted_with_what_hangs_on_it_after_its_name_was_typed(console: Client, account: Account) -> None:
    role = a_role(account, "Web")
    call = a_call(account)
    for profile in ("web", "Shared"):
        create_instance_profile(call, instance_profile_name=profile)
        add_role_to_instance_profile(call, instance_profile_name=profile, role_name="Web")
    attach_role_policy(call, role_name="Web", policy_arn=READ_ONLY)
    an_inline_policy(role, "{}", "inline-one")
    dialog = text_of(console.get("/iam/roles/delete/Web", headers={**HTMX, "HX-Target": "dialog"}))
    for said in ("ReadOnlyAccess", "inline-one", "Instance profile web", "instance profile Shared", "Last activity"):
        assert said in dialog
    assert "<html" not in dialog
    wrong = console.post("/iam/roles/delete/Web", {"confirm": "web"})
    assert wrong.status_code == 422
    assert Role.objects.filter(account=account).exists()
    done = console.post("/iam/roles/delete/Web", {"confirm": "Web"})
    assert done["Location"] == "/iam/roles"
    assert not Role.objects.filter(account=account).exists()
    assert [profile.name for profile in InstanceProfile.objects.filter(account=account)] == ["Shared"]


def test_several_roles_are_deleted_after_the_word_delete(console: Client, account: Account) -> None:
    for name in ("One", "Two", "Three"):
        a_role(account, name)
    text = text_of(console.get("/iam/roles/delete?name=One&name=Two"))
    assert "Delete 2 roles?" in text
    assert console.post("/iam/roles/delete", {"name": ["One", "Two"], "confirm": "x"}).status_code == 422
    console.post("/iam/roles/delete", {"name": ["One", "Two", "Gone"], "confirm": "delete"})
    assert [role.role_name for role in Role.objects.filter(account=account)] == ["Three"]
    assert "Gone: The role with name Gone cannot be found." in text_of(console.get("/iam/roles"))
    assert console.get("/iam/roles/delete?name=Three")["Location"] == "/iam/roles/delete/Three"


def test_what_a_role_cannot_lose_keeps_it(client: Client, account: Account, carol: User) -> None:
    role = a_role(account, "Web")
    an_inline_policy(role, "{}", "stays")
    an_inline_policy(
        carol,
        """{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*",
        "Action": ["iam:Get*", "iam:List*", "iam:DeleteRole"]}}""",
    )
    response = sign_in(client, carol).post("/iam/roles/delete/Web", {"confirm": "Web"})
    assert response.status_code == 403
    assert "<dt>Missing action</dt><dd>iam:DeleteRolePolicy</dd>" in text_of(response)
    assert Role.objects.filter(account=account).exists()


def test_what_was_taken_away_before_a_refusal_is_told_as_before(client: Client, account: Account, carol: User) -> None:
    role = a_role(account, "Web")
    attach_role_policy(a_call(account), role_name="Web", policy_arn=READ_ONLY)
    an_inline_policy(role, "{}", "stays")
    an_inline_policy(
        carol,
        """{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*",
        "Action": ["iam:Get*", "iam:List*", "iam:DetachRolePolicy", "iam:DeleteRole"]}}""",
    )
    response = sign_in(client, carol).post("/iam/roles/delete/Web", {"confirm": "Web"})
    assert response.status_code == 422
    assert "Could not delete stays: User: " in text_of(response)
    assert 'name="confirm" value="Web"' in text_of(response)
    assert not role.attachments.exists()


@pytest.mark.parametrize(
    ("address", "action"),
    [
        ("/iam/roles", "iam:ListRoles"),
        ("/iam/roles/details/Web", "iam:GetRole"),
        ("/iam/roles/edit/Web", "iam:GetRole"),
        ("/iam/roles/edit-trust-policy/Web", "iam:GetRole"),
        ("/iam/roles/delete/Web", "iam:GetRole"),
        ("/iam/roles/boundary/Web", "iam:GetRole"),
        ("/iam/roles/tags/Web", "iam:ListRoleTags"),
    ],
)
def test_carol_is_told_which_permission_is_missing(
    client: Client, account: Account, carol: User, address: str, action: str
) -> None:
    a_role(account, "Web")
    response = sign_in(client, carol).get(address)
    assert response.status_code == 403
    assert f"is not authorized to perform: {action}" in text_of(response)


def test_bob_reads_everything_and_changes_nothing(client: Client, account: Account, bob: User) -> None:
    role = a_role(account, "Web")
    sign_in(client, bob)
    for address in ("/iam/roles", "/iam/roles/details/Web", "/iam/roles/details/Web?tab=tags"):
        assert client.get(address).status_code == 200
    refused = client.post("/iam/roles/edit/Web", {"description": "mine", "duration": "3600"})
    assert refused.status_code == 403
    assert "iam:UpdateRole" in text_of(refused)
    assert "mine" in text_of(refused)
    role.refresh_from_db()
    assert role.description == ""


def test_a_role_leads_to_the_simulator_with_itself_as_principal(console: Client, account: Account) -> None:
    role = a_role(account, "Web")
    assert f'href="/iam/simulator?principal={quote(role.arn, safe="/")}"' in text_of(
        console.get("/iam/roles/details/Web")
    )
