"""The page that manages tags, for users, roles and policies."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, User
from accounts.operations.tags import list_role_tags, tag_role
from iamconsole.audit.models import Event
from policies.operations.managed_policies import create_policy
from policies.operations.tags import list_policy_tags
from tests.accounts.views.test_roles import HTMX, text_of
from tests.factories import a_call, a_role, a_user, an_inline_policy, sign_in

pytestmark = pytest.mark.django_db

PAGE = "/iam/roles/tags/Web"
DOCUMENT = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'


@pytest.fixture
def web(account: Account) -> None:
    a_role(account, "Web")
    tag_role(a_call(account), role_name="Web", tags=[("team", "web"), ("Env", "dev"), ("old", "x")])


def rows(*pairs: tuple[str, str]) -> dict[str, list[str]]:
    return {"tag-key": [key for key, _ in pairs], "tag-value": [value for _, value in pairs]}


def changes(account: Account) -> list[str]:
    events = Event.objects.filter(account_id=account.pk, read_only=False).order_by("sequence")
    return [event.event_name for event in events][1:]


@pytest.mark.usefixtures("web")
def test_saving_removes_what_went_and_sets_what_is_new(console: Client, account: Account) -> None:
    response = console.post(PAGE, rows(("team", "web"), ("ENV", "prod"), ("new", "")))
    assert response["Location"] == "/iam/roles/details/Web?tab=tags"
    tags = list_role_tags(a_call(account), role_name="Web")
    assert tags == (("ENV", "prod"), ("new", ""), ("team", "web"))
    assert changes(account) == ["UntagRole", "TagRole"]
    untag, tag = Event.objects.filter(account_id=account.pk, read_only=False).order_by("sequence")[1:3]
    assert untag.record["requestParameters"]["tagKeys"] == ["old"]
    assert "team" not in str(tag.record["requestParameters"])
    assert "ENV" in text_of(console.get("/iam/roles/details/Web?tab=tags"))


@pytest.mark.usefixtures("web")
def test_saving_without_a_change_calls_nothing(console: Client, account: Account) -> None:
    console.post(PAGE, rows(("team", "web"), ("Env", "dev"), ("old", "x")))
    assert changes(account) == []


@pytest.mark.usefixtures("web")
@pytest.mark.parametrize(
    ("entered", "sentence"),
    [
        ([("", "x")], "Enter a key, or remove the tag."),
        ([("aws:x", "x")], "reserved for AWS"),
        ([("a?", "x")], "Use letters, digits"),
        ([("a", ""), ("A", "")], "This key stands above already"),
        ([(f"k{number}", "") for number in range(51)], "maximum limit of 50"),
    ],
)
def test_what_no_tag_can_be_is_said_before_anything_changes(
    console: Client, account: Account, entered: list[tuple[str, str]], sentence: str
) -> None:
    response = console.post(PAGE, rows(*entered))
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert changes(account) == []


@pytest.mark.usefixtures("web")
def test_add_and_remove_change_the_form_alone(console: Client, account: Account) -> None:
    added = console.post(PAGE, {**rows(("a", "1")), "tag-add": "1"}, headers={**HTMX, "HX-Target": "tags"})
    assert text_of(added).lstrip().startswith('<div class="tags')
    assert 'id="tags-key-2"' in text_of(added)
    removed = console.post(PAGE, {**rows(("a", "1"), ("b", "2")), "tag-remove": "0"})
    assert 'value="b"' in text_of(removed)
    assert 'value="a"' not in text_of(removed)
    assert console.post(PAGE, {**rows(("a", "1")), "tag-remove": "²"}).status_code == 200
    assert changes(account) == []


@pytest.mark.usefixtures("web")
def test_who_may_only_tag_is_told_that_removing_was_refused(client: Client, account: Account, carol: User) -> None:
    an_inline_policy(carol, DOCUMENT.replace("s3:*", "iam:ListRoleTags"))
    response = sign_in(client, carol).post(PAGE, rows(("team", "web")))
    assert response.status_code == 403
    assert "is not authorized to perform: iam:UntagRole" in text_of(response)
    assert len(list_role_tags(a_call(account), role_name="Web")) == 3


def test_users_and_policies_have_the_same_page(console: Client, account: Account) -> None:
    a_user(account, "dave")
    policy = create_policy(a_call(account), policy_name="P", policy_document=DOCUMENT)
    for address in ("/iam/users/tags/dave", f"/iam/policies/tags/{policy.arn}"):
        assert console.get(address).status_code == 200
        assert console.post(address, rows(("a", "b"))).status_code == 302
    assert list_policy_tags(a_call(account), policy_arn=policy.arn) == (("a", "b"),)


@pytest.mark.parametrize("address", ["/iam/users/tags/nobody", "/iam/roles/tags/nobody"])
def test_what_does_not_exist_has_no_tags(console: Client, address: Any) -> None:
    assert console.get(address).status_code == 404
