"""The pages behind an entity's permissions tab: attach, remove, inline policy, one policy's JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, Group, Role, User
from policies.models import Attachment, InlinePolicy
from policies.operations.managed_policies import create_policy
from tests.factories import a_call, a_group, a_role, a_user, an_inline_policy, sign_in

DOCUMENT = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}}'
NOUNS = ("user", "group", "role")
HTMX = {"HX-Request": "true"}


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture(params=NOUNS)
def entity(request: pytest.FixtureRequest, account: Account) -> User | Group | Role:
    if request.param == "user":
        return a_user(account, "dave")
    if request.param == "group":
        return a_group(account, "dave")
    return a_role(account, "dave")


def address(entity: User | Group | Role, verb: str, **query: str) -> str:
    pairs = "&".join(f"{key}={value}" for key, value in query.items())
    return f"/iam/{noun(entity)}s/{verb}/dave" + (f"?{pairs}" if pairs else "")


def noun(entity: User | Group | Role) -> str:
    return type(entity).__name__.lower()


def a_policy(account: Account, name: str) -> str:
    return create_policy(a_call(account), policy_name=name, policy_document=DOCUMENT).arn


def attached(entity: Any) -> set[str]:
    return {attachment.policy.policy_name for attachment in entity.attachments.all()}


def test_ac58_policies_are_attached_from_the_entity_page(console: Client, account: Account, entity: Any) -> None:
    arns = [a_policy(account, "one"), a_policy(account, "two")]
    response = console.post(address(entity, "attach-policies"), {"policy_arns": arns})
    assert response["Location"] == address(entity, "details", tab="permissions")
    assert attached(entity) == {"one", "two"}


def test_the_picker_shows_what_is_attached_as_out_of_use(console: Client, account: Account, entity: Any) -> None:
    one, _ = a_policy(account, "one"), a_policy(account, "two")
    console.post(address(entity, "attach-policies"), {"policy_arns": [one]})
    search = {"policy_arns-find": "one", "policy_arns-kind": "customer", "policy_arns-step": "find"}
    part = console.post(
        address(entity, "attach-policies"), search, headers={**HTMX, "HX-Target": "policy_arns-picker"}
    )  # fmt: skip
    assert text(part).lstrip().startswith('<section class="box" id="policy_arns-picker"')
    assert f'value="{one}" disabled checked' in text(part)
    assert "Select two" not in text(part)
    assert "1 of 10 managed policies are attached." in text(part)


def test_ac58_the_eleventh_policy_is_refused_and_the_ten_stay(console: Client, account: Account, entity: Any) -> None:
    arns = [a_policy(account, f"policy-{number:02}") for number in range(11)]
    assert console.post(address(entity, "attach-policies"), {"policy_arns": arns[:9]}).status_code == 302
    response = console.post(address(entity, "attach-policies"), {"policy_arns": arns[9:]})
    assert response.status_code == 422
    shown = text(response)
    assert f"policy-10 was not attached: Cannot exceed quota for PoliciesPer{noun(entity).title()}: 10" in shown
    assert "10 of 10 managed policies are attached." in shown
    assert len(attached(entity)) == 10


def test_attaching_nothing_is_said_at_the_picker(console: Client, entity: Any) -> None:
    response = console.post(address(entity, "attach-policies"), {})
    assert response.status_code == 422
    assert "Choose at least one policy." in text(response)


def test_policies_are_removed_after_a_question(console: Client, account: Account, entity: Any) -> None:
    arn = a_policy(account, "one")
    console.post(address(entity, "attach-policies"), {"policy_arns": [arn]})
    asked = console.get(address(entity, "remove-policies", name=arn), headers={**HTMX, "HX-Target": "dialog"})
    assert text(asked).lstrip().startswith('<div class="dlg box"')
    assert "<b>one</b> is detached. The policy itself stays." in text(asked)
    response = console.post(address(entity, "remove-policies"), {"name": [arn]})
    assert response["Location"] == address(entity, "details", tab="permissions")
    assert attached(entity) == set()


def test_inline_policies_of_a_group_are_deleted_once_their_name_or_number_is_typed(
    console: Client, account: Account
) -> None:
    group = a_group(account, "dave")
    for name in ("first", "second", "third"):
        an_inline_policy(group, DOCUMENT, name)
    mistyped = console.post("/iam/groups/remove-policies/dave", {"name": ["first"], "confirm": "second"})
    assert mistyped.status_code == 422
    assert "Enter first to confirm." in text(mistyped)
    console.post("/iam/groups/remove-policies/dave", {"name": ["first"], "confirm": "first"})
    assert "enter 2 inline policies in the field" in text(
        console.get("/iam/groups/remove-policies/dave?name=second&name=third")
    )
    console.post("/iam/groups/remove-policies/dave", {"name": ["second", "third"], "confirm": "2 inline policies"})
    assert not group.inline_policies.exists()


@pytest.mark.parametrize("kind", ["user", "role"])
def test_an_inline_policy_of_a_user_or_role_goes_with_the_button_alone(
    console: Client, account: Account, kind: str
) -> None:
    entity = a_user(account, "dave") if kind == "user" else a_role(account, "dave")
    an_inline_policy(entity, DOCUMENT, "own")
    assert 'name="confirm"' not in text(console.get(f"/iam/{kind}s/remove-policies/dave?name=own"))
    console.post(f"/iam/{kind}s/remove-policies/dave", {"name": ["own"]})
    assert not InlinePolicy.objects.filter(policy_name="own", account=account).exists()


def test_an_inline_policy_is_created_with_its_text_as_it_was_written(console: Client, entity: Any) -> None:
    page = console.get(address(entity, "inline-policy"))
    assert page.status_code == 200
    assert "nonce-" in page["Content-Security-Policy"]
    pretty = json.dumps(json.loads(DOCUMENT), indent=4)
    form = {"policy_name": "own", "policy_document": pretty.replace("\n", "\r\n")}
    response = console.post(address(entity, "inline-policy"), form)
    assert response["Location"] == address(entity, "details", tab="permissions")
    assert entity.inline_policies.get().document == pretty


def test_creating_never_replaces_an_inline_policy_of_the_same_name(console: Client, entity: Any) -> None:
    an_inline_policy(entity, DOCUMENT, "own")
    other = DOCUMENT.replace("Allow", "Deny")
    response = console.post(address(entity, "inline-policy"), {"policy_name": "OWN", "policy_document": other})
    assert response.status_code == 422
    assert "dave has an inline policy called OWN." in text(response)
    assert "&#34;Deny&#34;" in text(response)
    assert entity.inline_policies.get().document == DOCUMENT


def test_a_document_that_iam_would_refuse_is_refused_with_its_place_and_kept(console: Client, entity: Any) -> None:
    wrong = DOCUMENT.replace("2012-10-17", "2012-01-17")
    response = console.post(address(entity, "inline-policy"), {"policy_name": "own", "policy_document": wrong})
    assert response.status_code == 422
    assert "Line 1, column" in text(response)
    assert "2012-01-17" in text(response)
    assert not entity.inline_policies.exists()


def test_inline_policies_that_are_too_large_together_are_refused_at_the_document(console: Client, entity: Any) -> None:
    buckets = json.dumps([f"arn:aws:s3:::{'x' * 60}{number:03}" for number in range(200)])
    large = DOCUMENT.replace('"*"', buckets)
    response = console.post(address(entity, "inline-policy"), {"policy_name": "own", "policy_document": large})
    assert response.status_code == 422
    assert "Maximum policy size of" in text(response)


def test_an_inline_policy_is_edited_and_a_stale_edit_shows_both_versions(console: Client, entity: Any) -> None:
    an_inline_policy(entity, DOCUMENT, "own")
    page = text(console.get(address(entity, "inline-policy", policy="own")))
    seen = page.split('name="seen" value="')[1].split('"')[0]
    mine, theirs = DOCUMENT.replace("ListBucket", "GetBucketAcl"), DOCUMENT.replace("ListBucket", "PutBucketAcl")
    here = address(entity, "inline-policy", policy="own")
    assert console.post(here, {"policy_document": theirs, "seen": seen}).status_code == 302
    stale = console.post(here, {"policy_document": mine, "seen": seen})
    assert stale.status_code == 409
    shown = text(stale)
    assert "Someone changed this while you were editing." in shown
    assert "s3:GetBucketAcl" in shown
    assert "s3:PutBucketAcl" in shown
    assert entity.inline_policies.get().document == theirs
    again = shown.split('name="seen" value="')[1].split('"')[0]
    assert console.post(here, {"policy_document": mine, "seen": again}).status_code == 302
    assert entity.inline_policies.get().document == mine


def test_a_row_opens_on_the_json_of_its_policy(console: Client, account: Account, entity: Any) -> None:
    an_inline_policy(entity, DOCUMENT, "own")
    arn = a_policy(account, "managed")
    for key in ("own", arn):
        target = {**HTMX, "HX-Target": "permission-1-cell"}
        part = text(console.get(address(entity, "policy", policy=key), headers=target))
        assert part.lstrip().startswith('<div class="stack-m">')
        assert "s3:ListBucket" in part
    assert "<h1" in text(console.get(address(entity, "policy", policy="own")))
    assert console.get(address(entity, "policy", policy="absent")).status_code == 404


def test_who_may_do_nothing_changes_nothing(account: Account, carol: User, entity: Any) -> None:
    arn = a_policy(account, "one")
    client = sign_in(Client(), carol)
    response = client.post(address(entity, "attach-policies"), {"policy_arns": [arn]})
    assert response.status_code == 403
    assert f"<dt>Missing action</dt><dd>iam:Attach{noun(entity).title()}Policy</dd>" in text(response)
    inline = client.post(address(entity, "inline-policy"), {"policy_name": "own", "policy_document": DOCUMENT})
    assert inline.status_code == 403
    assert f"iam:Put{noun(entity).title()}Policy" in text(inline)
    assert not Attachment.objects.filter(account=account).exists()
    assert not entity.inline_policies.exists()
