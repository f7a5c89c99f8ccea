"""The findings on the pages with the policy editor: their tabs, their repairs, and what they stop."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, Role, User
from policies.catalog import data_date
from policies.editor.trust import account_trust
from policies.models import ManagedPolicy
from policies.validation.findings import CHECKS
from tests.factories import a_call, a_role, a_user, sign_in
from tests.policies.operations.documents import LIST_BUCKET, a_policy, allow

CREATE = "/iam/policies/create"
VALIDATE = "/iam/policies/validate"
EVERYTHING = allow("*")
WRONG_VERSION = EVERYTHING.replace("2012-10-17", "2012-01-17")
WRONG_PREFIX = LIST_BUCKET.replace("s3:ListBucket", "ks8:ListClusters")
LISTED_SERVICES = (
    *("s3", "ec2", "dynamodb", "lambda", "rds", "eks", "ecr", "iam", "sts", "cloudwatch", "logs", "cloudtrail"),
    *("kms", "sqs", "sns", "secretsmanager"),
)


def text(response: Any) -> str:
    return unescape(response.content.decode())


def checked(client: Client, document: str, kind: str = "managed") -> str:
    """What the editor is told while someone types."""
    return text(client.post(f"{VALIDATE}?kind={kind}", {"policy_document": document}))


def typed(page: str) -> str:
    area = re.search(r"<textarea[^>]*data-editor[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert area
    return area[1]


def tabs(part: str) -> list[str]:
    return re.findall(r"(\w+: \d+)</a>", part)


def repairs(part: str) -> list[tuple[str, str]]:
    """The buttons that repair: what they send, and what they say."""
    return re.findall(r'name="check" value="([A-Z_]+@\d+)"[^>]*>([^<]*)</button>', part)


def test_the_tabs_count_and_each_row_has_place_title_sentence_and_more(console: Client) -> None:
    part = checked(console, EVERYTHING)
    assert tabs(part)[:2] == ["Security: 1", "Errors: 0"]
    assert "<b>Pass role with star in action and resource.</b>" in part
    assert "* covers iam:PassRole, allowed on every resource." in part
    assert 'href="/iam/policies/checks/PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE"' in part
    assert re.search(r'<a href="#id_policy_document" data-goto>Ln \d+, Col \d+</a>', part)
    assert f"Checked against AWS's actions of {data_date():%Y-%m-%d}." in part


def test_a_text_without_findings_says_so_in_each_tab(console: Client) -> None:
    part = checked(console, LIST_BUCKET)
    assert tabs(part) == ["Security: 0", "Errors: 0", "Warnings: 0", "Suggestions: 0"]
    assert "No security warnings." in part


@pytest.mark.parametrize("code", sorted(CHECKS))
def test_every_check_has_a_page(client: Client, carol: User, code: str) -> None:
    sign_in(client, carol)
    page = text(client.get(f"/iam/policies/checks/{code}"))
    assert CHECKS[code].title in page
    assert CHECKS[code].learn_more in page


def test_a_check_that_is_not_there_answers_404(console: Client) -> None:
    assert console.get("/iam/policies/checks/NO_SUCH_CHECK").status_code == 404


def test_ac7_an_unknown_prefix_is_flagged_and_kept(console: Client) -> None:
    response = console.post(CREATE, {"policy_document": WRONG_PREFIX})
    assert response.status_code == 422
    assert "INVALID_SERVICE_IN_ACTION" in text(response)
    assert unescape(typed(text(response))) == WRONG_PREFIX


@pytest.mark.parametrize("prefix", LISTED_SERVICES)
def test_ac7_the_services_of_the_course_are_offered(console: Client, prefix: str) -> None:
    options = console.get(f"/iam/policies/complete?element=Action&q={prefix}").json()["options"]
    assert f"{prefix}:" in [option["label"] for option in options]
    options = console.get(f"/iam/policies/complete?element=Action&q={prefix}:").json()["options"]
    assert len(options) > 5


def test_ac9_everything_on_everything_gives_a_security_warning(console: Client) -> None:
    part = checked(console, EVERYTHING)
    assert "Security: 1" in tabs(part)
    assert 'data-severity="security"' in part


def test_ac51_pasting_the_wrong_version_names_the_two_legal_ones_and_saves_nothing(
    console: Client, account: Account
) -> None:
    part = checked(console, WRONG_VERSION)
    assert "INVALID_VERSION" in part
    assert "Errors: 1" in tabs(part)
    assert 'The two legal values are "2012-10-17" and "2008-10-17".' in part
    assert console.post(CREATE, {"policy_document": WRONG_VERSION}).status_code == 422
    assert not ManagedPolicy.objects.filter(account=account).exists()


def test_ac52_everything_on_everything_saves_and_shows_both_warnings(console: Client) -> None:
    part = checked(console, EVERYTHING)
    for code in ("PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE", "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE"):
        assert f"/iam/policies/checks/{code}" in part
    shown = text(console.post(CREATE, {"policy_document": EVERYTHING, "check": ""}))
    assert "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE" in shown
    response = console.post(CREATE, {"policy_document": EVERYTHING})
    assert response.status_code == 302
    assert response["Location"].endswith("step=2")


def test_ac53_the_repair_proposes_the_current_version_and_the_text_then_saves(console: Client) -> None:
    page = text(console.post(CREATE, {"policy_document": WRONG_VERSION}))
    (name, label), *_ = repairs(page)
    assert label == 'Use "2012-10-17"'
    mended = console.post(CREATE, {"policy_document": WRONG_VERSION.replace("\n", "\r\n"), "check": name})
    assert mended.status_code == 200
    assert typed(text(mended)) == EVERYTHING
    assert "Errors: 0" in tabs(text(mended))
    assert console.post(CREATE, {"policy_document": EVERYTHING}).status_code == 302


def test_a_repair_of_a_text_that_has_changed_meanwhile_changes_nothing(console: Client) -> None:
    changed = " " + WRONG_VERSION
    for name in ("INVALID_VERSION@12", "INVALID_VERSION", "NO_SUCH@1", "INVALID_VERSION@99999999999999999999"):
        page = text(console.post(CREATE, {"policy_document": changed, "check": name}))
        assert typed(page) == changed
        assert "Errors: 1" in tabs(page)


def test_ac56_a_listing_of_objects_is_flagged_in_the_editor_and_in_the_summary(
    console: Client, account: Account
) -> None:
    objects = LIST_BUCKET.replace("arn:aws:s3:::my-bucket", "arn:aws:s3:::my-bucket/*")
    assert "/iam/policies/checks/LAB_RESOURCE_MISMATCH" in checked(console, objects)
    warning = "It allows no action on a resource that the action takes."
    for document, warned in ((LIST_BUCKET, False), (objects, True)):
        arn = a_policy(a_call(account), f"Tools{warned}", document)
        assert (warning in text(console.get(f"/iam/policies/details/{arn}?view=summary"))) is warned


def test_an_inline_policy_is_repaired_with_the_rest_of_the_form_kept(console: Client, dave: User) -> None:
    address = f"/iam/users/inline-policy/{dave.user_name}"
    sent = {"policy_name": "own", "policy_document": WRONG_VERSION, "token": ""}
    refused = console.post(address, sent)
    assert refused.status_code == 422
    mended = text(console.post(address, {**sent, "check": repairs(text(refused))[0][0]}))
    assert typed(mended) == EVERYTHING
    assert 'value="own"' in mended
    nameless = console.post(address, {**sent, "policy_name": "", "check": ""})
    assert nameless.status_code == 200
    assert not dave.inline_policies.exists()


def test_an_inline_policy_with_an_unknown_action_is_not_saved(console: Client, dave: User) -> None:
    address = f"/iam/users/inline-policy/{dave.user_name}"
    refused = console.post(address, {"policy_name": "own", "policy_document": WRONG_PREFIX})
    assert refused.status_code == 422
    assert "Line 7, column 23: " in text(refused)
    assert not dave.inline_policies.exists()


def test_a_trust_policy_is_repaired_with_the_rest_of_the_form_kept(console: Client, role: Role) -> None:
    address = f"/iam/roles/edit-trust-policy/{role.role_name}"
    right = account_trust("111122223333")
    wrong = right.replace("2012-10-17", "2012-01-17")
    refused = console.post(address, {"document": wrong, "basis": ""})
    assert refused.status_code == 422
    mended = console.post(address, {"document": wrong, "basis": "", "check": repairs(text(refused))[0][0]})
    assert mended.status_code == 200
    assert typed(text(mended)) == right
    assert console.post(address, {"document": right, "basis": ""}).status_code == 302


def test_the_trust_policy_of_a_new_role_is_repaired_in_its_wizard(console: Client) -> None:
    right = account_trust("111122223333")
    sent = {"entity_type": "custom", "document": right.replace("2012-10-17", "2012-01-17")}
    refused = console.post("/iam/roles/create", sent)
    assert refused.status_code == 422
    mended = console.post("/iam/roles/create", {**sent, "check": repairs(text(refused))[0][0]})
    assert mended.status_code == 200
    assert typed(text(mended)) == right


@pytest.fixture
def dave(account: Account) -> User:
    return a_user(account, "dave")


@pytest.fixture
def role(account: Account) -> Role:
    return a_role(account, "Web")


@pytest.mark.parametrize(
    ("query", "field", "size"),
    [
        ("?kind=managed", "policy_document", 7000),
        ("?kind=inline&limit=2048", "policy_document", 2100),
        ("", "document", 2100),
    ],
)
def test_a_text_over_the_limit_of_its_editor_is_an_error(console: Client, query: str, field: str, size: int) -> None:
    document = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{'b' * size}/*"},
        }
    )
    shown = console.post(f"/iam/policies/validate{query}", {field: document, **({} if query else {"kind": "trust"})})
    found = shown.content.decode()
    assert 'data-severity="error"' in found
    assert re.search(r"Policy size exceeds .* quota", found)
    assert "No errors." not in found
