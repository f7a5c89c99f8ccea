"""The History tab, as a person reads it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from accounts.operations.groups import add_user_to_group, create_group, update_group
from accounts.operations.roles import create_role, update_assume_role_policy, update_role
from accounts.operations.tags import tag_user
from accounts.operations.users import create_user, update_user
from iamconsole.audit.models import Event
from iamconsole.call import Call
from policies.operations.attachments import attach_group_policy, detach_group_policy
from policies.operations.boundaries import put_user_permissions_boundary
from policies.operations.inline_policies import put_user_policy
from policies.operations.managed_policies import delete_policy
from policies.operations.policy_versions import create_policy_version
from tests.factories import EC2_TRUST, a_call, a_user, an_inline_policy, sign_in
from tests.policies.operations.documents import ADMINISTRATOR_ACCESS, READ_ONLY, a_policy, allow, deny

PAGES = {
    "user": "/iam/users/details/bob",
    "group": "/iam/groups/details/Developers",
    "role": "/iam/roles/details/Runner",
}


def text(response: Any) -> str:
    return unescape(response.content.decode())


def words(response: Any) -> str:
    """What the main part says, without markup."""
    main = text(response).partition("<main")[2] or text(response)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", main))


@pytest.fixture
def call(account: Account) -> Call:
    """The root user's, in an account where bob is in Developers and Runner is a role."""
    call = a_call(account)
    create_user(call, user_name="bob")
    create_group(call, group_name="Developers")
    add_user_to_group(call, group_name="Developers", user_name="bob")
    create_role(call, role_name="Runner", assume_role_policy_document=EC2_TRUST)
    return call


@pytest.mark.parametrize(("noun", "last"), [("user", "added user"), ("group", "added user"), ("role", "created role")])
def test_the_tab_stands_on_every_entity_and_tells_time_operation_and_event(
    console: Client, call: Call, noun: str, last: str
) -> None:
    shown = text(console.get(f"{PAGES[noun]}?tab=history"))
    assert f'<a href="{PAGES[noun]}?tab=history" aria-current="page">History</a>' in shown
    assert f"The root user {last}" in shown
    assert re.search(r'<td class="nowrap" data-l="Time"><time datetime="[^"]+" title="[^"]+ UTC">', shown)
    name = "CreateRole" if noun == "role" else "AddUserToGroup"
    event = Event.objects.get(account_id=call.account_id, event_name=name)
    assert f'<a href="/iam/events?event={event.event_id}">{name}</a>' in shown


def test_a_policys_tab_tells_its_versions_and_its_use(console: Client, call: Call) -> None:
    arn = a_policy(call, "Tools", allow("s3:GetObject"))
    create_policy_version(call, policy_arn=arn, policy_document=allow(["s3:GetObject", "s3:PutObject"]))
    shown = words(console.get(f"/iam/policies/details/{arn}?tab=history"))
    assert "created version 2 of policy Tools, which is not in force." in shown
    assert "The root user created policy Tools." in shown


def test_an_indirect_change_names_its_cause_and_links_what_still_exists(console: Client, call: Call) -> None:
    arn = a_policy(call, "Tools", allow("s3:GetObject"))
    attach_group_policy(call, group_name="Developers", policy_arn=arn)
    detach_group_policy(call, group_name="Developers", policy_arn=arn)
    delete_policy(call, policy_arn=arn)
    update_group(call, group_name="Developers", new_group_name="Builders")
    response = console.get(f"{PAGES['user']}?tab=history")
    assert '<a href="/iam/groups/details/Builders">Developers</a>' in text(response)
    said = words(response)
    assert "attached policy Tools (since deleted) to user group Developers (now Builders)." in said
    assert "bob was a member of the user group." in said


def test_joining_a_group_tells_what_came_with_it(console: Client, call: Call) -> None:
    create_group(call, group_name="Admins")
    attach_group_policy(call, group_name="Admins", policy_arn=ADMINISTRATOR_ACCESS)
    add_user_to_group(call, group_name="Admins", user_name="bob")
    said = words(console.get(f"{PAGES['user']}?tab=history"))
    assert "added user bob to user group Admins. The user group had AdministratorAccess." in said


def test_an_edit_is_counted_and_opens_as_a_diff_with_what_it_came_to_allow(console: Client, call: Call) -> None:
    before, after = allow("s3:GetObject"), allow(["s3:GetObject", "s3:PutObject"])
    for document in (before, after):
        put_user_policy(call, user_name="bob", policy_name="Own", policy_document=document)
    shown = text(console.get(f"{PAGES['user']}?tab=history"))
    assert "1 action added." in shown
    href = re.search(r'<a class="no-js" href="([^"]+)">Before and after</a>', shown)
    assert href
    whole = console.get(href[1])
    assert "<html" in text(whole)
    assert "Now allows 1 action: s3: PutObject" in words(whole)
    assert '<div class="diff"' in text(whole)
    assert '<a class="btn" href="/iam/users/details/bob?tab=history">All changes</a>' in text(whole)
    part = console.get(href[1], HTTP_HX_REQUEST="true", HTTP_HX_TARGET="change-1-cell")
    assert text(part).lstrip().startswith("<div")
    assert "Now allows 1 action: s3: PutObject" in words(part)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (allow("s3:GetObject"), allow("s3:PutObject"), "No longer allows 1 action: s3: GetObject"),
        (allow("s3:GetObject"), deny("s3:GetObject"), "Now denies 1 action: s3: GetObject"),
        (deny("s3:GetObject"), allow("s3:PutObject"), "No longer denies 1 action: s3: GetObject"),
        (
            allow("s3:GetObject"),
            allow("s3:GetObject", Condition={"Bool": {"aws:SecureTransport": "true"}}),
            "Now allows under conditions only 1 action: s3: GetObject",
        ),
        (
            allow("s3:GetObject", "arn:aws:s3:::one/*"),
            allow("s3:GetObject"),
            "Now allows on every resource 1 action: s3: GetObject",
        ),
        (
            allow("s3:GetObject", "arn:aws:s3:::one/*"),
            allow("s3:GetObject", "arn:aws:s3:::two/*"),
            "The same actions are allowed and denied as before.",
        ),
    ],
)
def test_what_an_edit_means_is_said_in_words(console: Client, call: Call, before: str, after: str, said: str) -> None:
    for document in (before, after):
        put_user_policy(call, user_name="bob", policy_name="Own", policy_document=document)
    shown = text(console.get(f"{PAGES['user']}?tab=history"))
    href = re.search(r'class="no-js" href="([^"]+)"', shown)
    assert href
    assert said in words(console.get(href[1]))


def test_a_trust_policy_is_told_by_who_is_trusted(console: Client, call: Call) -> None:
    update_assume_role_policy(call, role_name="Runner", policy_document=EC2_TRUST.replace("ec2", "lambda"))
    shown = text(console.get(f"{PAGES['role']}?tab=history"))
    href = re.search(r'class="no-js" href="([^"]+)"', shown)
    assert href
    said = words(console.get(href[1]))
    assert "Now trusted: AWS Service: lambda" in said
    assert "No longer trusted: AWS Service: ec2" in said


def test_of_many_services_the_first_are_named_and_the_page_stays_light(console: Client, call: Call) -> None:
    attach_group_policy(call, group_name="Developers", policy_arn=ADMINISTRATOR_ACCESS)
    shown = text(console.get(f"{PAGES['user']}?tab=history"))
    href = re.search(r'class="no-js" href="([^"]+)"', shown)
    assert href
    whole = console.get(href[1])
    assert re.search(r"and those of \d\d\d more services", words(whole))
    assert len(whole.content) < 60_000


def test_markup_in_what_somebody_typed_stays_text(console: Client, call: Call) -> None:
    update_role(call, role_name="Runner", description="<b>bold</b>")
    create_user(call, user_name="eve")
    update_user(call, user_name="eve", new_path="/<b>/")
    raw = console.get("/iam/users/details/eve?tab=history").content.decode()
    assert "moved" in raw
    assert "/&lt;b&gt;/" in raw
    assert "/<b>/" not in raw


def test_pages_follow_by_key_and_htmx_gets_the_list_alone(console: Client, call: Call) -> None:
    for number in range(12):
        tag_user(call, user_name="bob", tags=[("n", str(number))])
    part = console.get(f"{PAGES['user']}?tab=history&size=10", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="list")
    first = text(part)
    assert first.lstrip().startswith("<section")
    following = re.search(r'<a href="([^"]+)"[^>]*aria-label="Next page"', first)
    assert following
    second = words(console.get(following[1]))
    assert "from 0 to 1." in second
    assert "from 10 to 11." not in second
    assert "created user bob." in second


@pytest.mark.parametrize("noun", PAGES)
def test_without_lookup_events_the_tab_shows_the_refusal_and_the_page_stands(
    client: Client, account: Account, call: Call, noun: str
) -> None:
    reader = a_user(account, "reader")
    an_inline_policy(reader, READ_ONLY)
    sign_in(client, reader)
    response = client.get(f"{PAGES[noun]}?tab=history")
    assert response.status_code == 200
    assert "You need permission to see the history." in words(response)
    assert "cloudtrail:LookupEvents" in words(response)
    assert "The root user" not in words(response)
    whole = client.get(f"{PAGES[noun]}?tab=history&change=x")
    assert "You need permission to see the history." in words(whole)


def test_a_change_that_is_none_is_not_found(console: Client, call: Call) -> None:
    assert console.get(f"{PAGES['user']}?tab=history&change=nonsense").status_code == 404


def test_a_boundary_is_said_to_grant_nothing(console: Client, call: Call) -> None:
    put_user_permissions_boundary(call, user_name="bob", permissions_boundary=a_policy(call, "Limit"))
    shown = text(console.get(f"{PAGES['user']}?tab=history"))
    href = re.search(r'class="no-js" href="([^"]+)"', shown)
    assert href
    assert "A boundary grants nothing" in words(console.get(href[1]))


def test_a_version_that_is_not_in_force_is_compared_with_the_one_that_is(console: Client, call: Call) -> None:
    arn = a_policy(call, "Tools", allow("s3:GetObject"))
    create_policy_version(call, policy_arn=arn, policy_document=allow(["s3:GetObject", "s3:PutObject"]))
    shown = text(console.get(f"/iam/policies/details/{arn}?tab=history"))
    assert "1 action added." in shown
    href = re.search(r'class="no-js" href="([^"]+)"', shown)
    assert href
    opened = words(console.get(href[1]))
    assert "nothing changed for anybody" in opened
    assert "Now allows" not in opened
    assert "Version 1, in force" in opened
    assert "Version 2, not in force" in opened


def test_the_page_links_other_things_and_not_itself(console: Client, call: Call) -> None:
    shown = text(console.get(f"{PAGES['user']}?tab=history")).partition('data-l="Change"')[2]
    assert '<a href="/iam/groups/details/Developers">Developers</a>' in shown
    assert '<a href="/iam/users/details/bob">' not in shown
