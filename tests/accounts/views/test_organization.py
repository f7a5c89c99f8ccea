"""The pages of an organization, as a person reads them."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Organization, OrganizationAccount, OrganizationalUnit, User
from accounts.operations.organization_accounts import create_account
from accounts.operations.organizational_units import create_organizational_unit
from accounts.operations.organizations import create_organization
from policies.models import FULL_ACCESS, ControlPolicy, ControlPolicyAttachment
from policies.operations.control_policies import create_policy, update_policy
from policies.operations.control_policy_attachments import attach_policy, enable_policy_type
from tests.factories import a_call, a_user, an_account, an_inline_policy, sign_in

pytestmark = pytest.mark.django_db

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
MARKUP = "<img src=x onerror=alert(1)>"
DENY = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}}'
MOST_QUERIES = 8
HTMX = {"HX-Request": "true"}


@pytest.fixture
def organization(account: Account) -> Organization:
    return create_organization(a_call(account))


@pytest.fixture
def unit(account: Account, organization: Organization) -> OrganizationalUnit:
    return create_organizational_unit(a_call(account), parent_id=organization.root_id, name=f"Dev {MARKUP}")


@pytest.fixture
def member(account: Account, organization: Organization) -> Account:
    return create_account(
        a_call(account), email=f"member-{account.pk}@example.com", account_name=f"Sandbox {MARKUP}"
    ).account  # fmt: skip


@pytest.fixture
def guard(account: Account, organization: Organization) -> ControlPolicy:
    return create_policy(a_call(account), name=f"Guard {MARKUP}", policy_type=SCP, content=DENY)


def text(response: Any) -> str:
    return str(response.content.decode())


def read(response: Any) -> str:
    assert response.status_code == 200, text(response)[:500]
    return unescape(text(response))


def test_an_account_without_an_organization_is_offered_one(console: Client, account: Account) -> None:
    assert "Create organization" in read(console.get("/iam/organization"))
    made = console.post("/iam/organization/create", follow=True)
    assert "Organization created." in read(made)
    assert Organization.objects.get(account=account).organization_id in text(made)
    assert "already a member" in read(console.post("/iam/organization/create", follow=True))


def test_the_tree_shows_units_and_accounts_with_names_as_text(
    console: Client, organization: Organization, unit: OrganizationalUnit, member: Account
) -> None:
    page = console.get("/iam/organization")
    assert MARKUP not in text(page)
    shown = read(page)
    for told in (unit.unit_name, unit.unit_id, member.name, member.pk, str(member.root_email), "Management"):
        assert told in shown
    part = console.get("/iam/organization", headers={**HTMX, "HX-Target": "tree"})
    assert "<html" not in text(part)
    assert unit.unit_id in text(part)


def test_a_unit_is_made_renamed_and_deleted(console: Client, organization: Organization) -> None:
    create = f"/iam/organization/units/create/{organization.root_id}"
    assert "Create organizational unit" in read(console.get(create))
    assert console.post(create, {"name": ""}).status_code == 422
    made = console.post(create, {"name": "Dev"})
    unit = OrganizationalUnit.objects.get(organization=organization)
    assert made["Location"] == f"/iam/organization/units/details/{unit.unit_id}"
    taken = console.post(create, {"name": "DEV"})
    assert taken.status_code == 422
    assert "already contains" in unescape(text(taken))
    console.post(f"/iam/organization/units/edit/{unit.unit_id}", {"name": "Test"})
    assert "Test" in read(console.get(f"/iam/organization/units/details/{unit.unit_id}"))
    below = console.post(f"/iam/organization/units/create/{unit.unit_id}", {"name": "Below"})
    assert below.status_code == 302
    delete = f"/iam/organization/units/delete/{unit.unit_id}"
    assert "must be empty" in read(console.get(delete))
    refused = console.post(delete)
    assert refused.status_code == 422
    assert "not empty" in text(refused)
    (inner,) = OrganizationalUnit.objects.filter(parent=unit)
    for each in (inner, unit):
        assert console.post(f"/iam/organization/units/delete/{each.unit_id}").status_code == 302
    assert not OrganizationalUnit.objects.filter(organization=organization).exists()


def test_a_double_click_makes_one_unit(console: Client, organization: Organization) -> None:
    create = f"/iam/organization/units/create/{organization.root_id}"
    form = {"name": "Dev", "token": "5f3b2c54-6f5c-4b6e-9d54-0a4e4a2f1c11"}
    first, second = console.post(create, form), console.post(create, form)
    assert first["Location"] == second["Location"]


def test_the_password_of_a_new_account_is_shown_once_and_signs_its_root_user_in(
    console: Client, organization: Organization
) -> None:
    form = {"account_name": "Dev", "email": "dev-root@example.com", "role_name": "OrganizationAccountAccessRole"}
    made = console.post("/iam/organization/accounts/create", form)
    page = read(console.get(made["Location"]))
    member = Account.objects.get(root_email="dev-root@example.com")
    password = page.split('id="secret">')[1].split("<")[0]
    assert check_password(password, member.root_password)
    assert console.get(made["Location"]).status_code == 404
    again = console.post("/iam/organization/accounts/create", form)
    assert again.status_code == 422
    assert "dev-root@example.com" in text(again)


def test_an_account_is_moved_by_its_form(
    console: Client, organization: Organization, unit: OrganizationalUnit, member: Account
) -> None:
    move = f"/iam/organization/accounts/move/{member.pk}"
    assert unit.unit_name in read(console.get(move))
    form = {"source_parent_id": organization.root_id, "destination_parent_id": unit.unit_id}
    assert console.post(move, form)["Location"] == f"/iam/organization/accounts/details/{member.pk}"
    assert OrganizationAccount.objects.get(pk=member.pk).unit_id == unit.unit_id
    stale = console.post(move, {**form, "destination_parent_id": organization.root_id})
    assert stale.status_code == 422
    assert "does not stand below" in text(stale)
    elsewhere = console.post(move, {"source_parent_id": unit.unit_id, "destination_parent_id": "ou-not-there"})
    assert elsewhere.status_code == 422


def test_an_account_is_removed_after_its_name_is_typed(
    console: Client, organization: Organization, member: Account
) -> None:
    remove = f"/iam/organization/accounts/remove/{member.pk}"
    assert console.post(remove, {"confirm": "x"}).status_code == 422
    assert console.post(remove, {"confirm": member.name}).status_code == 302
    assert not OrganizationAccount.objects.filter(pk=member.pk).exists()


def test_the_effective_policies_of_an_account_are_shown_by_level(
    console: Client, account: Account, organization: Organization, member: Account, guard: ControlPolicy
) -> None:
    attach_policy(a_call(account), policy_id=guard.pk, target_id=organization.root_id)
    page = console.get(f"/iam/organization/accounts/details/{member.pk}")
    assert MARKUP not in text(page)
    shown = read(page)
    assert shown.count(">FullAWSAccess</a>") == 2
    assert guard.policy_name in shown
    assert "Not enabled" in shown
    enable_policy_type(a_call(account), root_id=organization.root_id, policy_type=RCP)
    assert "RCPFullAWSAccess" in read(console.get(f"/iam/organization/accounts/details/{member.pk}"))
    own = read(console.get(f"/iam/organization/accounts/details/{account.pk}"))
    assert "This is the management account." in own


def test_a_policy_is_attached_and_detached_on_the_page_of_its_target(
    console: Client, organization: Organization, member: Account, guard: ControlPolicy
) -> None:
    attach = f"/iam/organization/attach/scp/{member.pk}"
    assert guard.policy_name in read(console.get(attach))
    done = console.post(attach, {"policy_id": guard.pk}, follow=True)
    assert f"{guard.policy_name} attached to {member.name}." in read(done)
    assert "is attached here already" in read(console.get(attach))
    detach = f"/iam/organization/detach/{guard.pk}/{member.pk}"
    dialog = console.get(detach, headers={**HTMX, "HX-Target": "dialog"})
    assert "<html" not in text(dialog)
    assert "Detach policy" in text(dialog)
    console.post(detach)
    assert not ControlPolicyAttachment.objects.filter(policy=guard).exists()
    last = console.post(f"/iam/organization/detach/{FULL_ACCESS[SCP]}/{member.pk}")
    assert last.status_code == 422
    assert "must keep one service control policy" in unescape(text(last))


def test_a_control_policy_is_made_in_the_editor_changed_and_deleted(
    console: Client, organization: Organization
) -> None:
    create = "/iam/organization/policies/create/scp"
    assert "Policy editor" in read(console.get(create))
    wrong = console.post(create, {"name": "Guard", "policy_document": DENY.replace("Deny", "Refuse")})
    assert wrong.status_code == 422
    assert 'data-severity="error"' in text(wrong)
    checked = console.post(create, {"name": "Guard", "policy_document": DENY, "check": ""})
    assert checked.status_code == 200
    assert not ControlPolicy.objects.filter(organization=organization).exists()
    made = console.post(create, {"name": "Guard", "policy_document": DENY, "description": "No IAM."})
    policy = ControlPolicy.objects.get(organization=organization)
    assert made["Location"] == f"/iam/organization/policies/details/{policy.pk}"
    assert "Not attached" in read(console.get(made["Location"]))
    edit = f"/iam/organization/policies/edit/{policy.pk}"
    assert "No IAM." in read(console.get(edit))
    form = {"name": "Guard 2", "policy_document": DENY.replace("iam", "s3"), "seen": policy.document_hash}
    assert console.post(edit, form).status_code == 302
    policy.refresh_from_db()
    assert (policy.policy_name, policy.document) == ("Guard 2", DENY.replace("iam", "s3"))
    stale = console.post(edit, form)
    assert stale.status_code == 409
    delete = f"/iam/organization/policies/delete/{policy.pk}"
    assert console.post(delete, {"confirm": "Guard"}).status_code == 422
    assert console.post(delete, {"confirm": "Guard 2"}).status_code == 302
    assert not ControlPolicy.objects.filter(pk=policy.pk).exists()


def test_an_rcp_is_made_as_one(console: Client, organization: Organization) -> None:
    create = "/iam/organization/policies/create/rcp"
    assert console.post(create, {"name": "Guard", "policy_document": DENY}).status_code == 422
    document = DENY.replace('"Action": "iam:*"', '"Principal": "*", "Action": "s3:*"')
    assert console.post(create, {"name": "Guard", "policy_document": document}).status_code == 302
    assert "Guard" in read(console.get("/iam/organization?tab=rcp"))
    assert console.get("/iam/organization/policies/create/tag").status_code == 404


def test_a_policy_of_aws_is_shown_and_not_edited(console: Client, organization: Organization) -> None:
    shown = read(console.get(f"/iam/organization/policies/details/{FULL_ACCESS[SCP]}"))
    assert "AWS maintains this policy" in shown
    assert console.get(f"/iam/organization/policies/edit/{FULL_ACCESS[SCP]}").status_code == 302


def test_a_type_is_switched_on_and_off(console: Client, organization: Organization) -> None:
    assert "are not enabled" in read(console.get("/iam/organization?tab=rcp"))
    assert "Enable resource control policies?" in read(console.get("/iam/organization/policy-type/rcp"))
    assert console.post("/iam/organization/policy-type/rcp").status_code == 302
    organization.refresh_from_db()
    assert organization.policy_types == [SCP, RCP]
    console.post("/iam/organization/policy-type/rcp")
    organization.refresh_from_db()
    assert organization.policy_types == [SCP]


def test_the_organization_is_deleted_after_its_id_is_typed(console: Client, organization: Organization) -> None:
    assert console.post("/iam/organization/delete", {"confirm": "o-"}).status_code == 422
    assert console.post("/iam/organization/delete", {"confirm": organization.pk}).status_code == 302
    assert not Organization.objects.filter(pk=organization.pk).exists()


def test_a_member_sees_what_binds_it_by_name_and_leaves(
    client: Client, account: Account, organization: Organization, member: Account, guard: ControlPolicy
) -> None:
    attach_policy(a_call(account), policy_id=guard.pk, target_id=member.pk)
    # Guard denies what iam: pages need, not what organizations: pages need.
    console = sign_in(client, member)
    shown = read(console.get("/iam/organization"))
    assert guard.policy_name in shown
    assert f"/iam/organization/policies/details/{guard.pk}" not in shown
    for address in (
        f"/iam/organization/policies/details/{guard.pk}",
        f"/iam/organization/units/details/{organization.root_id}",
        f"/iam/organization/accounts/details/{account.pk}",
        "/iam/organization/policies/create/scp",
    ):
        response = console.get(address)
        assert response.status_code == (200 if address.endswith("scp") else 403), address
        assert DENY not in unescape(text(response))
    form = {"name": "Mine", "policy_document": DENY}
    assert "only the management account" in text(console.post("/iam/organization/policies/create/scp", form))
    console.post("/iam/organization/leave")
    assert not OrganizationAccount.objects.filter(pk=member.pk).exists()


def test_an_scp_refuses_the_members_root_user_on_the_next_page(
    client: Client, account: Account, organization: Organization, member: Account, guard: ControlPolicy
) -> None:
    console = sign_in(client, member)
    assert console.get("/iam/users").status_code == 200
    attach_policy(a_call(account), policy_id=guard.pk, target_id=member.pk)
    refused = console.get("/iam/users")
    assert refused.status_code == 403
    assert f"with an explicit deny in a service control policy: {guard.arn}" in unescape(text(refused))


def test_the_simulator_names_an_scp_and_keeps_its_text_from_who_may_not_describe_it(
    client: Client, account: Account, organization: Organization, member: Account, guard: ControlPolicy
) -> None:
    attach_policy(a_call(account), policy_id=guard.pk, target_id=member.pk)
    eve = a_user(member, "eve")
    actions = '["iam:SimulatePrincipalPolicy", "iam:GetContextKeysForPrincipalPolicy", "iam:ListUsers"]'
    statement = f'{{"Effect": "Allow", "Action": {actions}, "Resource": "*"}}'
    an_inline_policy(eve, f'{{"Version": "2012-10-17", "Statement": {statement}}}')
    # The guard refuses everything of IAM: here it is about S3, so that the simulator itself may be used.
    update_policy(a_call(account), policy_id=guard.pk, content=DENY.replace("iam:*", "s3:GetObject"))
    asked = "?principal=user/eve&action=s3:GetObject&resource=arn:aws:s3:::b/o&explain=0"
    shown = read(sign_in(client, eve).get(f"/iam/simulator{asked}"))
    assert guard.policy_name in shown
    assert '"s3:GetObject"' not in shown


def test_another_organizations_ids_are_not_found(console: Client, organization: Organization) -> None:
    other = a_call(an_account())
    theirs = create_organization(other)
    unit = create_organizational_unit(other, parent_id=theirs.root_id, name="Theirs")
    policy = create_policy(other, name="Theirs", policy_type=SCP, content=DENY)
    for address in (
        f"units/details/{unit.unit_id}",
        f"units/details/{theirs.root_id}",
        "units/details/ou-nothing",
        f"units/edit/{unit.unit_id}",
        f"units/delete/{unit.unit_id}",
        f"units/create/{unit.unit_id}",
        f"accounts/details/{other.account_id}",
        f"accounts/move/{other.account_id}",
        f"accounts/remove/{other.account_id}",
        f"policies/details/{policy.pk}",
        f"policies/edit/{policy.pk}",
        f"attach/scp/{unit.unit_id}",
        f"detach/{policy.pk}/{organization.root_id}",
    ):
        response = console.get(f"/iam/organization/{address}")
        assert response.status_code == 404, address
        assert "Theirs" not in text(response)


def test_carol_is_told_which_action_she_misses(client: Client, organization: Organization, carol: User) -> None:
    console = sign_in(client, carol)
    refused = console.get("/iam/organization")
    assert refused.status_code == 403
    assert "organizations:DescribeOrganization" in text(refused)
    assert console.post("/iam/organization/delete", {"confirm": organization.pk}).status_code == 403
    assert Organization.objects.filter(pk=organization.pk).exists()


def test_who_may_describe_alone_gets_boxes_for_the_rest(
    client: Client, account: Account, organization: Organization
) -> None:
    dave = a_user(account, "dave")
    statement = '{"Effect": "Allow", "Action": "organizations:Describe*", "Resource": "*"}'
    an_inline_policy(dave, f'{{"Version": "2012-10-17", "Statement": {statement}}}')
    console = sign_in(client, dave)
    root = f"/iam/organization/accounts/details/{account.pk}?tab=policies"
    for address, action in (
        ("/iam/organization", "organizations:ListOrganizationalUnitsForParent"),
        ("/iam/organization?tab=scp", "organizations:ListPolicies"),
        (root, "organizations:ListPoliciesForTarget"),
    ):
        shown = read(console.get(address))
        assert f"not authorized to perform: {action}" in shown


def test_pages_cost_at_most_eight_queries_and_the_same_for_many(
    console: Client, account: Account, organization: Organization, unit: OrganizationalUnit, member: Account,
    guard: ControlPolicy,
) -> None:  # fmt: skip
    addresses = (
        "/iam/organization",
        "/iam/organization?tab=scp",
        f"/iam/organization/units/details/{organization.root_id}",
        f"/iam/organization/units/details/{organization.root_id}?tab=policies",
        f"/iam/organization/units/details/{unit.unit_id}",
        f"/iam/organization/accounts/details/{member.pk}",
        f"/iam/organization/accounts/details/{member.pk}?tab=policies",
        f"/iam/organization/policies/details/{guard.pk}",
    )
    before = {address: queries_of(console, address) for address in addresses}
    call = a_call(account)
    for number in range(12):
        made = create_organizational_unit(call, parent_id=organization.root_id, name=f"Unit {number}")
        create_policy(call, name=f"Policy {number}", policy_type=SCP, content=DENY)
        attach_policy(call, policy_id=guard.pk, target_id=made.unit_id)
    for number in range(3):
        create_account(call, email=f"{number}-{account.pk}@example.com", account_name=f"Account {number}")
    after = {address: queries_of(console, address) for address in addresses}
    assert before == after
    assert max(after.values()) <= MOST_QUERIES, after


def queries_of(console: Client, address: str) -> int:
    console.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert console.get(address).status_code == 200
    return len(captured)
