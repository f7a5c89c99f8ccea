"""The list of policies and a policy's page, as a person reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, User
from accounts.operations.roles import create_role
from policies.editor.trust import service_trust
from policies.operations.attachments import attach_group_policy, attach_role_policy, attach_user_policy
from policies.operations.boundaries import put_user_permissions_boundary
from policies.operations.policy_versions import create_policy_version
from tests.factories import a_call, a_group, a_user, an_account, an_inline_policy, sign_in
from tests.policies.operations.documents import ADMINISTRATOR_ACCESS, LIST_BUCKET, a_policy, allow

READ_ONLY_ACCESS = "arn:aws:iam::aws:policy/ReadOnlyAccess"
CUSTOMER = "?f=type:Customer+managed"
MOST_QUERIES = 8


def text(response: Any) -> str:
    return unescape(response.content.decode())


def queries_of(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert ask().status_code == 200
    return len(captured)


def test_the_list_shows_type_use_and_description(console: Client, account: Account) -> None:
    call = a_call(account)
    arn = a_policy(call, "Tools", description="Lists the bucket.")
    a_user(account, "dave")
    attach_user_policy(call, user_name="dave", policy_arn=arn)
    put_user_permissions_boundary(call, user_name="dave", permissions_boundary=arn)
    shown = text(console.get(f"/iam/policies{CUSTOMER}"))
    assert f'<a href="/iam/policies/details/{arn}">Tools</a>' in shown
    assert "Permissions policy (1), Boundary (1)" in shown
    assert "Lists the bucket." in shown
    assert "1 policy" in shown


def test_the_list_holds_the_policies_of_aws_and_filters_by_type_and_name(console: Client) -> None:
    everything = text(console.get("/iam/policies"))
    assert "AccessAnalyzerServiceRolePolicy" in everything
    job = text(console.get("/iam/policies?f=type:AWS+managed+-+job+function"))
    assert "SystemAdministrator" in job
    assert "AccessAnalyzerServiceRolePolicy" not in job
    assert "ReadOnlyAccess</a>" in text(console.get("/iam/policies?q=readonlyaccess"))
    assert "No policies match." in text(console.get("/iam/policies?q=nothing-is-called-so"))
    assert console.get("/iam/policies?f=type:Nonsense&sort=nothing&after=broken").status_code == 200


def test_the_list_pages_by_key_and_answers_htmx_with_the_part_alone(console: Client) -> None:
    first = text(console.get("/iam/policies?size=10", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="list"))
    assert first.lstrip().startswith("<section")
    following = first.split('aria-label="Next page"')[0].rpartition('href="')[2].partition('"')[0]
    second = text(console.get(following))
    names = [[line.partition("<")[0] for line in page.split('class="ttl"><a href="')[1:]] for page in (first, second)]
    assert len(names[0]) == len(names[1]) == 10
    assert not set(names[0]) & set(names[1])


def test_the_list_costs_the_same_for_many_policies(console: Client, account: Account) -> None:
    def cost() -> int:
        return queries_of(lambda: console.get(f"/iam/policies{CUSTOMER}&size=100"))

    call = a_call(account)
    for number in range(3):
        a_policy(call, f"Few{number}")
    few = cost()
    user = a_user(account)
    for number in range(27):
        arn = a_policy(call, f"Many{number}")
        if number < 10:
            attach_user_policy(call, user_name=user.user_name, policy_arn=arn)
    assert cost() == few <= MOST_QUERIES
    assert queries_of(lambda: console.get("/iam/policies")) <= MOST_QUERIES


def test_ac48_the_text_is_shown_exactly_as_stored_and_the_normalized_form_apart(
    console: Client, account: Account
) -> None:
    arn = a_policy(a_call(account), "Tools", LIST_BUCKET)
    address = f"/iam/policies/details/{arn}"
    page = console.get(address).content.decode()
    assert code_of(page) == LIST_BUCKET
    printed = code_of(console.get(f"{address}?tab=permissions&view=normalized").content.decode())
    assert '"Sid":   "ListBucketObjects"' not in printed
    assert '"Sid": "ListBucketObjects"' in printed


def code_of(page: str) -> str:
    """The text of the code view, line by line."""
    code = re.search(r'<pre class="code"[^>]*><code>(.*?)</code></pre>', page, re.DOTALL)
    assert code
    lines = re.split(r'<span class="l(?: [a-z]+)?">', code[1])[1:]
    return "".join(unescape(re.sub(r"<[^>]+>", "", line)).rstrip("\n") + "\n" for line in lines)


def test_the_summary_tells_each_service_with_level_resource_and_condition(console: Client, account: Account) -> None:
    arn = a_policy(a_call(account), "Tools", LIST_BUCKET)
    shown = text(console.get(f"/iam/policies/details/{arn}?tab=permissions&view=summary"))
    assert re.search(r"Allow \(1 of \d+ services\)", shown)
    assert '<td class="ttl">Amazon S3</td><td data-l="Access level">Limited: List</td>' in shown
    assert "BucketName | string like | my-bucket</td>" in shown
    many = f"/iam/policies/details/{ADMINISTRATOR_ACCESS}?tab=permissions&view=summary"
    assert re.search(r"Show the other \d+ services", text(console.get(many)))
    assert "Show the other" not in text(console.get(f"{many}&all=1"))


def test_the_header_says_what_the_policy_is(console: Client, account: Account) -> None:
    arn = a_policy(a_call(account), "Tools", description="Lists the bucket.", path="/lab/", tags=[("env", "dev")])
    shown = text(console.get(f"/iam/policies/details/{arn}"))
    for word in ("Customer managed", arn, "Lists the bucket.", "Tags (1)", "Entities attached (0)", "Creation time"):
        assert word in shown
    assert f'href="/iam/policies/edit/{arn}"' in shown
    assert f'href="/iam/policies/delete/{arn}"' in shown
    assert "env" in text(console.get(f"/iam/policies/details/{arn}?tab=tags"))


def test_ac49_a_policy_of_aws_has_no_buttons_that_change_it_and_says_why(console: Client) -> None:
    for tab in ("permissions", "entities", "versions"):
        shown = text(console.get(f"/iam/policies/details/{ADMINISTRATOR_ACCESS}?tab={tab}"))
        for address in ("edit", "delete", "delete-version", "set-default-version"):
            assert f"/iam/policies/{address}/" not in shown
        assert "it cannot be edited or deleted" in shown
        assert "tab=tags" not in shown


@pytest.mark.parametrize("verb", ["edit", "delete", "set-default-version", "delete-version"])
def test_ac49_changing_a_policy_of_aws_is_refused(console: Client, verb: str) -> None:
    data = {"confirm": "AdministratorAccess", "name": "v1", "policy_document": LIST_BUCKET}
    response = console.post(f"/iam/policies/{verb}/{ADMINISTRATOR_ACCESS}", data)
    assert response.status_code == 403
    shown = console.get(f"/iam/policies/details/{ADMINISTRATOR_ACCESS}")
    assert '"Action": "*"' in code_of(shown.content.decode())


def test_a_policy_of_another_account_does_not_exist(console: Client) -> None:
    theirs = a_policy(a_call(an_account()), "Theirs")
    for verb in ("details", "edit", "attach", "delete", "compare", "version", "set-default-version", "tags"):
        assert console.get(f"/iam/policies/{verb}/{theirs}").status_code == 404, verb
    assert console.post(f"/iam/policies/delete/{theirs}", {"confirm": "Theirs"}).status_code == 404


@pytest.mark.parametrize("arn", ["nonsense", "arn:aws:iam::aws:policy/NoSuchPolicy", "arn:aws:s3:::bucket"])
def test_an_address_that_names_no_policy_answers_404(console: Client, arn: str) -> None:
    assert console.get(f"/iam/policies/details/{arn}").status_code == 404
    assert console.get(f"/iam/policies/edit/{arn}").status_code == 404


def test_the_entities_of_both_uses_are_listed(console: Client, account: Account) -> None:
    call = a_call(account)
    arn = a_policy(call)
    a_user(account, "dave")
    a_user(account, "erin")
    a_group(account, "Developers")
    attach_user_policy(call, user_name="dave", policy_arn=arn)
    attach_group_policy(call, group_name="Developers", policy_arn=arn)
    put_user_permissions_boundary(call, user_name="erin", permissions_boundary=arn)
    address = f"/iam/policies/details/{arn}?tab=entities"
    shown = text(console.get(address))
    assert "dave</a>" in shown
    assert "Developers</a>" in shown
    assert "erin</a>" not in shown
    assert "Permissions boundary (1)" in shown
    assert "Developers</a>" not in text(console.get(f"{address}&f=type:User"))
    bounded = text(console.get(f"{address}&as=boundary"))
    assert "erin</a>" in bounded
    assert "/iam/users/remove-boundary/erin" in bounded
    assert "dave</a>" not in bounded


@pytest.mark.parametrize("tab", ["permissions", "entities", "tags", "versions"])
def test_a_tab_costs_the_same_for_many_entities_and_versions(console: Client, account: Account, tab: str) -> None:
    call = a_call(account)
    arn = a_policy(call)

    def cost() -> int:
        return queries_of(lambda: console.get(f"/iam/policies/details/{arn}?tab={tab}"))

    def attach(number: int) -> None:
        for _ in range(number):
            attach_user_policy(call, user_name=a_user(account, password=None).user_name, policy_arn=arn)

    attach(3)
    few = cost()
    attach(27)
    for number in range(4):
        create_policy_version(call, policy_arn=arn, policy_document=allow(f"s3:Get{number}"))
    assert cost() == few <= MOST_QUERIES


def test_the_pages_of_an_ordinary_user_stay_within_eight_queries(client: Client, account: Account, bob: User) -> None:
    arn = a_policy(a_call(account))
    sign_in(client, bob)
    for address in ("/iam/policies", *(f"/iam/policies/details/{arn}?tab={tab}" for tab in ("entities", "versions"))):
        assert queries_of(lambda address=address: client.get(address)) <= MOST_QUERIES, address  # type: ignore[misc]


def test_the_many_versions_of_aws_are_paged(console: Client) -> None:
    address = f"/iam/policies/details/{READ_ONLY_ACCESS}?tab=versions&size=20"
    first = text(console.get(address))
    assert first.count('class="ttl"><a href="/iam/policies/version/') == 20
    following = first.split('aria-label="Next page"')[0].rpartition('href="')[2].partition('"')[0]
    second = text(console.get(following))
    assert second.count('class="ttl"><a href="/iam/policies/version/') == 20
    assert "Default</span>" in first
    assert "Default</span>" not in second


def test_who_may_not_look_is_refused_with_the_sentence(client: Client, account: Account, carol: User) -> None:
    arn = a_policy(a_call(account))
    sign_in(client, carol)
    shown = client.get(f"/iam/policies/details/{arn}")
    assert shown.status_code == 403
    assert "is not authorized to perform: iam:GetPolicy on resource:" in text(shown)
    assert client.get("/iam/policies").status_code == 403


def test_a_refused_panel_leaves_the_rest_of_the_page(client: Client, account: Account, carol: User) -> None:
    arn = a_policy(a_call(account))
    an_inline_policy(carol, allow("iam:GetPolicy"))
    sign_in(client, carol)
    for tab, action in (
        ("permissions", "iam:GetPolicyVersion"),
        ("entities", "iam:ListEntitiesForPolicy"),
        ("tags", "iam:ListPolicyTags"),
        ("versions", "iam:ListPolicyVersions"),
    ):
        response = client.get(f"/iam/policies/details/{arn}?tab={tab}")
        assert response.status_code == 200
        assert action in text(response)
        assert "Policy details" in text(response)


def test_attaching_from_the_policy_tells_what_was_refused_and_attaches_the_rest(
    console: Client, account: Account
) -> None:
    call = a_call(account)
    arn = a_policy(call)
    a_user(account, "dave")
    a_group(account, "Developers")
    for number in range(10):
        attach_user_policy(call, user_name="dave", policy_arn=a_policy(call, f"Other{number}"))
    address = f"/iam/policies/attach/{arn}"
    assert console.post(address, {}).status_code == 422
    response = console.post(address, {"user_names": ["dave"], "group_names": ["Developers"]})
    assert response.status_code == 422
    assert "dave: Cannot exceed quota for PoliciesPerUser: 10" in text(response)
    entities = text(console.get(f"/iam/policies/details/{arn}?tab=entities"))
    assert "Developers</a>" in entities
    assert "dave</a>" not in entities


def test_detaching_asks_first_and_says_from_whom(console: Client, account: Account) -> None:
    call = a_call(account)
    arn = a_policy(call)
    a_user(account, "dave")
    a_group(account, "Developers")
    attach_user_policy(call, user_name="dave", policy_arn=arn)
    attach_group_policy(call, group_name="Developers", policy_arn=arn)
    address = f"/iam/policies/detach/{arn}"
    asked = text(console.get(f"{address}?name=user:dave&name=group:Developers"))
    assert "dave</b> (user)" in asked
    assert "Developers</b> (user group)" in asked
    response = console.post(address, {"name": ["user:dave"]}, follow=True)
    assert "Tools detached from dave." in text(response)
    assert "Developers</a>" in text(response)
    assert "dave</a>" not in text(response)
    again = console.post(address, {"name": ["user:dave"]}, follow=True)
    assert "was not detached from dave" in text(again)


def test_a_role_is_attached_from_the_policy_too(console: Client, account: Account) -> None:
    call = a_call(account)
    arn = a_policy(call)
    create_role(call, role_name="Reader", assume_role_policy_document=service_trust("ec2.amazonaws.com"))
    attach_role_policy(call, role_name="Reader", policy_arn=a_policy(call, "Other"))
    response = console.post(f"/iam/policies/attach/{arn}", {"role_names": ["Reader"]}, follow=True)
    assert "Tools attached to Reader." in text(response)
    assert "/iam/roles/details/Reader" in text(response)
