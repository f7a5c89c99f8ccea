"""Create and edit a managed policy in the console: the two steps, and what the editor asks while someone types."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, User
from policies.editor.trust import account_trust
from policies.models import ManagedPolicy, PolicyVersion
from policies.operations.policy_versions import create_policy_version, set_default_policy_version
from tests.factories import a_call, a_user, an_account, sign_in
from tests.policies.operations.documents import ADMINISTRATOR_ACCESS, LIST_BUCKET, a_policy, allow

CREATE = "/iam/policies/create"
QUOTE = "\N{RIGHT SINGLE QUOTATION MARK}"


def text(response: Any) -> str:
    return unescape(response.content.decode())


def typed(page: str) -> str:
    """What stands in the editor, as a browser reads it."""
    area = re.search(r"<textarea[^>]*data-editor[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert area
    return area[1]


def field(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    assert found
    return found[1]


def drafted(console: Client, document: str, address: str = CREATE, **more: str) -> str:
    """Take the first step; the address of the second."""
    response = console.post(address, {"policy_document": document, **more})
    assert response.status_code == 302, text(response)
    return str(response["Location"])


def begin_edit(console: Client, arn: str, document: str) -> str:
    address = f"/iam/policies/edit/{arn}"
    return drafted(console, document, address, basis=field(text(console.get(address)), "basis"))


def save(console: Client, address: str, **more: str) -> Any:
    page = text(console.get(address))
    data = {"token": field(page, "token"), "basis": field(page, "basis"), "set_as_default": "on", **more}
    return console.post(address, data, follow=True)


def versions_of(account: Account) -> list[tuple[str, bool]]:
    found = PolicyVersion.objects.filter(account=account).order_by("number")
    return [(version.version_id, version.is_default) for version in found]


def test_ac54_the_list_bucket_policy_is_created_without_errors(console: Client, account: Account) -> None:
    review = drafted(console, LIST_BUCKET)
    page = text(console.get(review))
    assert "arn:aws:s3:::my-bucket" in page
    data = {
        "token": field(page, "token"),
        "policy_name": "ListBucketObjects",
        "description": "Lists.",
        "tag-key": "env",
    }
    response = console.post(review, {**data, "tag-value": "dev"}, follow=True)
    assert "ListBucketObjects created." in text(response)
    policy = ManagedPolicy.objects.get(account=account)
    assert (policy.policy_name, policy.description) == ("ListBucketObjects", "Lists.")
    assert [(tag.key, tag.value) for tag in policy.tags.all()] == [("env", "dev")]
    assert "data-line" not in text(console.post("/iam/policies/validate", {"policy_document": LIST_BUCKET}))


def test_ac48_the_editor_stores_the_exact_text(console: Client, account: Account) -> None:
    odd = '\n\n{"Version":"2012-10-17",\t"Statement":[{"Effect":"Allow","Action":["s3:*"],\n"Resource":"*"}]}  \n'
    review = drafted(console, odd.replace("\n", "\r\n"))
    page = text(console.get(review))
    console.post(review, {"token": field(page, "token"), "policy_name": "Odd"})
    version = PolicyVersion.objects.get(account=account)
    assert version.document == odd
    assert typed(text(console.get(f"/iam/policies/edit/{version.policy.arn}"))) == odd


def test_ac51_a_wrong_version_is_refused_with_the_two_legal_values_and_the_text_is_kept(
    console: Client, account: Account
) -> None:
    wrong = allow("*").replace("2012-10-17", "2012-01-17")
    response = console.post(CREATE, {"policy_document": wrong})
    shown = text(response)
    assert response.status_code == 422
    assert "This policy contains the following error:</b> Syntax errors in policy." in shown
    assert 'The two legal values are "2012-10-17" and "2008-10-17".' in shown
    assert 'data-line="1" data-column="13"' in shown
    assert "Ln 1, Col 13" in shown
    assert typed(shown) == wrong
    assert not ManagedPolicy.objects.filter(account=account).exists()


@pytest.mark.parametrize(
    ("document", "sentence", "place"),
    [
        ("", "Enter a policy document.", ""),
        (" \n", "Enter a policy document.", ""),
        (LIST_BUCKET.replace("s3:ListBucket", f"s3:List{QUOTE}"), "the character U+2019", "Ln 7, Col 31"),
        (LIST_BUCKET.replace("s3:ListBucket", "s3:ListBuckets"), "has no action", "Ln 7, Col 23"),
        ("[" * 100_000, "deep", "Ln 1"),
        (LIST_BUCKET.replace("my-bucket", "b" * 7000), "Cannot exceed quota for PolicySize: 6144", ""),
    ],
)
def test_nothing_typed_is_lost_on_errors_and_the_place_is_said(
    console: Client, document: str, sentence: str, place: str
) -> None:
    response = console.post(CREATE, {"policy_document": document})
    shown = text(response)
    assert response.status_code == 422
    assert sentence in shown
    assert place in shown
    assert typed(shown) == document
    assert 'aria-invalid="true"' in shown


def test_the_editor_page_alone_carries_the_style_nonce(console: Client) -> None:
    assert "nonce-" in console.get(CREATE)["Content-Security-Policy"]
    assert "nonce-" not in console.get(drafted(console, LIST_BUCKET))["Content-Security-Policy"]


def test_what_was_entered_in_the_review_is_kept_on_errors(console: Client, account: Account) -> None:
    a_policy(a_call(account), "Taken")
    review = drafted(console, LIST_BUCKET)
    entered = {"policy_name": "taken", "description": "Lists.", "tag-key": "env", "tag-value": "dev"}
    response = console.post(review, entered)
    assert response.status_code == 422
    shown = text(response)
    assert "A policy called taken already exists." in shown
    for value in ("taken", "Lists.", "env", "dev"):
        assert value in shown
    added = text(console.post(review, {**entered, "tag-add": "1"}))
    assert added.count('name="tag-key"') == 2
    assert "already exists" not in added
    assert typed(text(console.get(review.replace("step=2", "step=1")))) == LIST_BUCKET


def test_a_double_click_creates_one_policy(console: Client, account: Account) -> None:
    review = drafted(console, LIST_BUCKET)
    data = {"token": field(text(console.get(review)), "token"), "policy_name": "Once"}
    first, second = (console.post(review, data) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert ManagedPolicy.objects.filter(account=account).count() == 1


def test_creating_without_leave_is_refused_with_the_sentence(client: Client, bob: User) -> None:
    sign_in(client, bob)
    review = drafted(client, LIST_BUCKET)
    response = client.post(review, {"policy_name": "Mine"})
    assert response.status_code == 403
    assert "is not authorized to perform: iam:CreatePolicy on resource:" in text(response)


def test_ac60_an_edit_is_a_new_version_and_a_rollback_makes_an_old_one_the_default(
    console: Client, account: Account
) -> None:
    arn = a_policy(a_call(account), "Tools", LIST_BUCKET)
    changed = LIST_BUCKET.replace("my-bucket", "other-bucket")
    review = begin_edit(console, arn, changed)
    page = text(console.get(review))
    assert "<del>my</del>" in page or "<del>my-bucket</del>" in page
    assert "Set this new version as the default" in page
    assert "checked" in page
    assert "Tools saved as version 2, which is now the default." in text(save(console, review))
    assert versions_of(account) == [("v1", False), ("v2", True)]
    console.post(f"/iam/policies/set-default-version/{arn}", {"name": "v1"})
    assert versions_of(account) == [("v1", True), ("v2", False)]


def test_ac60_without_the_tick_the_new_version_is_kept_and_changes_nothing(console: Client, account: Account) -> None:
    arn = a_policy(a_call(account), "Tools", LIST_BUCKET)
    review = begin_edit(console, arn, allow("s3:*"))
    page = text(console.get(review))
    response = console.post(review, {"token": field(page, "token"), "basis": field(page, "basis")}, follow=True)
    assert "Tools saved as version 2." in text(response)
    assert versions_of(account) == [("v1", True), ("v2", False)]


def test_ac60_the_sixth_version_asks_which_to_delete_and_numbers_are_not_reused(
    console: Client, account: Account
) -> None:
    call = a_call(account)
    arn = a_policy(call, "Tools", LIST_BUCKET)
    for number in range(4):
        create_policy_version(call, policy_arn=arn, policy_document=allow(f"s3:Get{number}"))
    review = begin_edit(console, arn, allow("s3:*"))
    page = text(console.get(review))
    offered = re.findall(r'name="delete_version" value="(v\d)"( checked)?', page)
    assert offered == [("v5", ""), ("v4", ""), ("v3", ""), ("v2", " checked")]
    for wrong in ("", "v1", "v9"):
        refused = save(console, review, delete_version=wrong)
        assert refused.status_code == 422
        assert "Choose" in text(refused)
    assert len(versions_of(account)) == 5
    saved = text(save(console, review, delete_version="v3"))
    assert "Version 3 of Tools deleted." in saved
    assert "Tools saved as version 6, which is now the default." in saved
    assert [version_id for version_id, _ in versions_of(account)] == ["v1", "v2", "v4", "v5", "v6"]


def test_an_edit_that_somebody_else_overtook_answers_409_with_both_versions(console: Client, account: Account) -> None:
    arn = a_policy(a_call(account), "Tools", LIST_BUCKET)
    review = begin_edit(console, arn, LIST_BUCKET.replace("my-bucket", "mine"))
    page = text(console.get(review))
    create_policy_version(
        a_call(account), policy_arn=arn, policy_document=LIST_BUCKET.replace("my-bucket", "theirs"), set_as_default=True
    )
    data = {"token": field(page, "token"), "basis": field(page, "basis"), "set_as_default": "on"}
    stale = console.post(review, data)
    assert stale.status_code == 409
    shown = text(stale)
    assert "Someone changed this while you were editing." in shown
    assert "<del>theirs</del>" in shown
    assert "<ins>mine</ins>" in shown
    assert versions_of(account) == [("v1", False), ("v2", True)]
    again = console.post(review, {**data, "basis": field(shown, "basis"), "token": field(shown, "token")}, follow=True)
    assert "Tools saved as version 3" in text(again)


def test_a_rollback_meanwhile_makes_an_edit_stale_too(console: Client, account: Account) -> None:
    call = a_call(account)
    arn = a_policy(call, "Tools", LIST_BUCKET)
    create_policy_version(call, policy_arn=arn, policy_document=allow("s3:*"), set_as_default=True)
    review = begin_edit(console, arn, allow("s3:Get*"))
    set_default_policy_version(a_call(account), policy_arn=arn, version_id="v1")
    assert console.get(review).status_code == 409


def test_a_double_click_saves_one_version(console: Client, account: Account) -> None:
    arn = a_policy(a_call(account), "Tools", LIST_BUCKET)
    review = begin_edit(console, arn, allow("s3:*"))
    page = text(console.get(review))
    data = {"token": field(page, "token"), "basis": field(page, "basis"), "set_as_default": "on"}
    assert [console.post(review, data).status_code for _ in range(2)] == [302, 302]
    assert len(versions_of(account)) == 2


def test_a_draft_of_somebody_else_does_not_exist(client: Client, account: Account, alice: User) -> None:
    sign_in(client, alice)
    review = drafted(client, LIST_BUCKET)
    other = Client()
    sign_in(other, account)
    assert other.get(review).status_code == 404
    sign_in(other, an_account())
    assert other.get(review).status_code == 404


def test_a_draft_of_one_policy_is_not_saved_to_another(console: Client, account: Account) -> None:
    call = a_call(account)
    one, other = a_policy(call, "One"), a_policy(call, "Other")
    review = begin_edit(console, one, allow("s3:*"))
    assert console.get(review.replace(one, other)).status_code == 404


def test_importing_adds_the_statements_of_a_policy_and_keeps_what_was_typed(console: Client) -> None:
    begun = console.post(CREATE, {"policy_document": LIST_BUCKET, "act": "import"})
    address = begun["Location"]
    assert address.startswith("/iam/policies/import?draft=")
    assert console.get(address).status_code == 200
    assert console.post(address, {}).status_code == 422
    imported = console.post(address, {"policy_arns": ADMINISTRATOR_ACCESS, "mode": "add"}, follow=True)
    document = unescape(typed(text(imported)))
    assert '"s3:ListBucket"' in document
    assert '"Action": "*"' in document
    replaced = console.post(address, {"policy_arns": ADMINISTRATOR_ACCESS, "mode": "replace"}, follow=True)
    assert "s3:ListBucket" not in typed(text(replaced))


def test_importing_into_a_broken_text_says_so_and_keeps_it(console: Client) -> None:
    broken = '{"Version": '
    address = console.post(CREATE, {"policy_document": broken, "act": "import"})["Location"]
    refused = console.post(address, {"policy_arns": ADMINISTRATOR_ACCESS, "mode": "add"})
    assert refused.status_code == 422
    assert "is no policy yet (line 1, column" in text(refused)
    draft = address.partition("draft=")[2]
    assert typed(text(console.get(f"{CREATE}?draft={draft}"))) == broken


def test_the_editor_is_told_what_is_wrong_by_kind(client: Client, carol: User) -> None:
    sign_in(client, carol)
    trust = account_trust("111122223333")
    as_trust = text(client.post("/iam/policies/validate?kind=trust", {"document": trust}))
    assert as_trust.lstrip().startswith('<div id="findings"')
    assert "data-line" not in as_trust
    assert 'data-severity="error"' in text(client.post("/iam/policies/validate?kind=managed", {"document": trust}))
    named = {"other": trust, "policy_document": ""}
    assert "data-line" in text(client.post("/iam/policies/validate", named, HTTP_HX_TRIGGER_NAME="other"))


def test_the_editor_completes_for_everybody_who_is_signed_in(client: Client, carol: User) -> None:
    assert client.get("/iam/policies/complete").status_code == 302
    sign_in(client, carol)
    answer = client.get("/iam/policies/complete?element=Action&q=s3:ListBucketV").json()
    assert answer == {"options": [{"label": "s3:ListBucketVersions", "detail": "List"}]}
    assert client.get("/iam/policies/complete").json()["options"]


def test_editing_what_one_may_not_read_is_refused(client: Client, account: Account) -> None:
    arn = a_policy(a_call(account))
    sign_in(client, a_user(account, "nobody"))
    assert client.get(f"/iam/policies/edit/{arn}").status_code == 403
