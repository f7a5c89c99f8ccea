"""The pages of users, as a person reads them: list, detail, rename, delete, bulk changes, groups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AccessKey, Account, LoginProfile, User
from iamconsole.audit.models import Event
from policies.models import Attachment, InlinePolicy, ManagedPolicy
from policies.operations.attachments import attach_user_policy
from tests.factories import a_call, a_group, a_user, an_inline_policy, sign_in

READ_ONLY_ACCESS = "arn:aws:iam::aws:policy/ReadOnlyAccess"
LIST_USERS = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}}'
MOST_QUERIES = 8
MORPH = {"HX-Request": "true", "HX-Target": "list"}
DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture
def desk(client: Client, alice: User) -> Client:
    return sign_in(client, alice)


def text(response: Any) -> str:
    return str(response.content.decode())


def a_key(user: User, *, days: int = 0, status: str = "Active") -> AccessKey:
    made = timezone.now() - timedelta(days=days)
    return AccessKey.objects.create(
        account=user.account, user=user, sealed_secret="sealed", status=status, create_date=made
    )


def queries_of(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert ask().status_code == 200
    return len(captured)


def exists(account: Account, name: str) -> bool:
    return User.objects.filter(account=account, user_name=name).exists()


def test_ac14_the_list_does_not_show_the_root_user(console: Client) -> None:
    shown = text(console.get("/iam/users"))
    assert "No users yet." in shown
    assert "Select root" not in shown


def test_the_list_tells_groups_password_and_key_of_a_user(desk: Client, account: Account) -> None:
    groups = [a_group(account, name) for name in ("ops", "Developers", "zebra")]
    key = a_key(a_user(account, "dave", path="/dev/", groups=groups), days=40)
    shown = text(desk.get("/iam/users?q=dave"))
    assert "Developers, ops and 1 more" in shown
    assert f'Active - <span class="mono">AKIA…{key.access_key_id[-4:]}</span>' in shown
    assert "40 days" in shown
    assert "Today" in shown
    assert "/dev/" in shown


@pytest.mark.parametrize(("days", "mark"), [(59, "ok"), (60, "warn"), (90, "warn"), (91, "err")])
def test_the_age_of_an_active_key_is_marked(desk: Client, account: Account, days: int, mark: str) -> None:
    a_key(a_user(account, "dave"), days=days)
    assert f'<span class="st {mark}">' in text(desk.get("/iam/users?q=dave"))


def test_the_search_finds_a_user_by_access_key_id(desk: Client, account: Account) -> None:
    key = a_key(a_user(account, "dave"))
    shown = text(desk.get(f"/iam/users?q={key.access_key_id}"))
    assert "Select dave" in shown
    assert "Select alice" not in shown
    assert "No users match." in text(desk.get("/iam/users?q=AKIA2222222222222222"))


def test_the_list_alone_is_only_a_part(desk: Client) -> None:
    part = text(desk.get("/iam/users", headers=MORPH))
    assert part.lstrip().startswith('<section class="box" id="list"')
    assert "<html" not in part


def test_the_list_costs_the_same_for_three_users_and_for_thirty(desk: Client, account: Account) -> None:
    def fill(count: int) -> None:
        for _ in range(count):
            a_key(a_user(account, groups=[a_group(account)]))

    fill(2)
    desk.get("/iam/users")
    few = queries_of(lambda: desk.get("/iam/users"))
    fill(27)
    assert queries_of(lambda: desk.get("/iam/users")) == few
    assert few <= MOST_QUERIES
    assert queries_of(lambda: desk.get("/iam/users?q=user&f=path:/&sort=last_sign_in")) <= MOST_QUERIES


@pytest.mark.parametrize("tab", ["permissions", "groups", "tags", "credentials"])
def test_each_tab_costs_at_most_eight_queries_whatever_the_user_has(desk: Client, account: Account, tab: str) -> None:
    groups = [a_group(account) for _ in range(9)]
    for group in groups:
        an_inline_policy(group, LIST_USERS)
        attach = ManagedPolicy.objects.get(policy_name="ReadOnlyAccess")
        Attachment.objects.create(account=account, policy=attach, group=group)
    dave = a_user(account, "dave", groups=groups)
    a_key(dave), a_key(dave)
    address = f"/iam/users/details/dave?tab={tab}"
    desk.get(address)
    assert queries_of(lambda: desk.get(address)) <= MOST_QUERIES


def test_the_permissions_tab_tells_through_which_group_a_policy_comes(desk: Client, account: Account) -> None:
    group = a_group(account, "Developers")
    an_inline_policy(group, LIST_USERS, "in-group")
    dave = a_user(account, "dave", groups=[group])
    an_inline_policy(dave, LIST_USERS, "own")
    attach_user_policy(a_call(account), user_name="dave", policy_arn=READ_ONLY_ACCESS)
    shown = text(desk.get("/iam/users/details/dave"))
    assert '<a href="/iam/groups/details/Developers?tab=permissions">Group Developers</a>' in shown
    assert "Directly" in shown
    assert "Select own" in shown
    assert "Select in-group" not in shown


def test_the_filter_by_group_stays_where_nothing_matches(desk: Client, account: Account) -> None:
    a_user(account, "dave", groups=[a_group(account, "Developers")])
    assert "User group <span" in text(desk.get("/iam/users?q=dave"))
    assert "User group <span" in text(desk.get("/iam/users?q=nobody"))


def test_what_may_not_be_seen_is_a_refused_panel_and_the_rest_works(
    client: Client, account: Account, carol: User
) -> None:
    an_inline_policy(
        carol,
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}}',
    )
    a_key(a_user(account, "dave"))
    response = sign_in(client, carol).get("/iam/users/details/dave?tab=credentials")
    assert response.status_code == 200
    shown = text(response)
    assert "You need permission to see the access keys." in shown
    assert "is not authorized to perform: iam:GetLoginProfile on resource:" in shown
    assert "AKIA" not in shown
    assert "/iam/simulator?principal=" in shown


def test_an_unknown_user_is_a_page_of_its_own(desk: Client) -> None:
    response = desk.get("/iam/users/details/nobody")
    assert response.status_code == 404
    assert "The user with name nobody cannot be found." in text(response)


def test_carol_may_not_see_the_list(client: Client, carol: User) -> None:
    response = sign_in(client, carol).get("/iam/users")
    assert response.status_code == 403
    assert "is not authorized to perform: iam:ListUsers" in text(response)


def test_a_user_is_renamed_and_warned_about_the_arn(desk: Client, account: Account) -> None:
    a_user(account, "dave")
    assert "The ARN changes." in text(desk.get("/iam/users/edit/dave"))
    response = desk.post("/iam/users/edit/dave", {"new_user_name": "daniel", "new_path": "/staff/"})
    assert response["Location"] == "/iam/users/details/daniel"
    assert User.objects.get(account=account, user_name="daniel").path == "/staff/"


def test_a_taken_new_name_is_said_at_its_field(desk: Client, account: Account) -> None:
    a_user(account, "dave"), a_user(account, "erin")
    response = desk.post("/iam/users/edit/dave", {"new_user_name": "Erin", "new_path": "/"})
    assert response.status_code == 422
    assert "User with name Erin already exists." in text(response)


def test_deleting_lists_what_goes_and_asks_for_the_name(desk: Client, account: Account) -> None:
    dave = a_user(account, "dave", groups=[a_group(account, "Developers")])
    an_inline_policy(dave, LIST_USERS, "own")
    a_key(dave, status="Inactive")
    part = text(desk.get("/iam/users/delete/dave", headers=DIALOG))
    assert "<html" not in part
    for words in ("1 console password", "1 access key", "Developers", "own", 'data-confirm="dave"'):
        assert words in part
    assert desk.post("/iam/users/delete/dave", {"confirm": "dav"}).status_code == 422
    assert exists(account, "dave")
    response = desk.post("/iam/users/delete/dave", {"confirm": "dave"})
    assert response["Location"] == "/iam/users"
    assert not exists(account, "dave")
    done = Event.objects.filter(account_id=account.account_id, read_only=False).order_by("sequence")
    assert [event.event_name for event in done] == [
        "DeleteLoginProfile", "DeleteAccessKey", "RemoveUserFromGroup", "DeleteUserPolicy", "DeleteUser",
    ]  # fmt: skip


def test_an_active_key_blocks_deleting_until_its_button_deactivates_it(desk: Client, account: Account) -> None:
    dave = a_user(account, "dave")
    key = a_key(dave)
    shown = text(desk.get("/iam/users/delete/dave"))
    assert "An access key is still active." in shown
    assert "Deactivate access key" in shown
    assert desk.post("/iam/users/delete/dave", {"confirm": "dave"}).status_code == 422
    assert exists(account, "dave")
    assert LoginProfile.objects.filter(user=dave).exists()
    response = desk.post("/iam/users/deactivate-keys", {"name": "dave", "onward": "delete"})
    assert response["Location"] == "/iam/users/delete/dave"
    key.refresh_from_db()
    assert not key.is_active
    desk.post("/iam/users/delete/dave", {"confirm": "dave"})
    assert not exists(account, "dave")


def test_several_users_are_deleted_and_those_who_cannot_be_are_named(desk: Client, account: Account) -> None:
    a_user(account, "dave")
    a_key(a_user(account, "erin"))
    data = {"name": ["dave", "erin"]}
    assert desk.post("/iam/users/delete", {**data, "confirm": "dave"}).status_code == 422
    shown = text(desk.post("/iam/users/delete", {**data, "confirm": "delete"}, follow=True))
    assert "dave deleted." in shown
    assert "erin was not deleted. An access key is still active." in shown
    assert (exists(account, "dave"), exists(account, "erin")) == (False, True)


def test_deleting_oneself_is_warned_about(desk: Client) -> None:
    assert "This is you." in text(desk.get("/iam/users/delete/alice"))


def test_keys_of_several_users_are_deactivated_after_a_question(desk: Client, account: Account) -> None:
    keys = [a_key(a_user(account, name)) for name in ("dave", "erin")]
    assert "Deactivate access keys?" in text(desk.get("/iam/users/deactivate-keys?name=dave&name=erin", headers=DIALOG))
    desk.post("/iam/users/deactivate-keys", {"name": ["dave", "erin"]})
    for key in keys:
        key.refresh_from_db()
        assert not key.is_active


def test_console_access_of_several_users_is_disabled_and_failures_are_told(desk: Client, account: Account) -> None:
    dave = a_user(account, "dave")
    a_user(account, "erin", password=None)
    shown = text(desk.post("/iam/users/disable-console-access", {"name": ["dave", "erin"]}, follow=True))
    assert "erin: Login Profile for User erin cannot be found." in shown
    assert "Console access disabled for dave." in shown
    assert not LoginProfile.objects.filter(user=dave).exists()


def test_several_users_are_added_to_a_group(desk: Client, account: Account) -> None:
    users, group = [a_user(account, name) for name in ("dave", "erin")], a_group(account, "Developers")
    assert "Select Developers" in text(desk.get("/iam/users/add-to-groups?name=dave&name=erin"))
    assert desk.post("/iam/users/add-to-groups", {"name": ["dave", "erin"]}).status_code == 422
    desk.post("/iam/users/add-to-groups", {"name": ["dave", "erin"], "group_names": ["Developers"]})
    assert {member.user_id for member in group.memberships.all()} == {user.pk for user in users}


def test_an_eleventh_group_is_refused_and_the_tenth_kept(desk: Client, account: Account) -> None:
    groups = [a_group(account) for _ in range(9)]
    dave = a_user(account, "dave", groups=groups)
    more = [a_group(account, name).group_name for name in ("ten", "eleven")]
    data = {"name": "dave", "details": "1", "group_names": more}
    response = desk.post("/iam/users/add-to-groups", data, follow=True)
    assert response.redirect_chain[0][0] == "/iam/users/details/dave?tab=groups"
    assert "Could not add dave to eleven: Cannot exceed quota for GroupsPerUser: 10" in text(response)
    assert dave.memberships.count() == 10


def test_a_user_is_removed_from_ticked_groups(desk: Client, account: Account) -> None:
    dave = a_user(account, "dave", groups=[a_group(account, "ops"), a_group(account, "Developers")])
    assert "Remove dave from ops?" in text(desk.get("/iam/users/remove-from-groups/dave?name=ops", headers=DIALOG))
    desk.post("/iam/users/remove-from-groups/dave", {"name": ["ops"]})
    assert [member.group.group_name for member in dave.memberships.all()] == ["Developers"]


def test_bob_reads_and_every_change_is_refused_with_its_sentence(client: Client, account: Account, bob: User) -> None:
    dave = a_user(account, "dave", groups=[a_group(account, "ops")])
    an_inline_policy(dave, LIST_USERS, "own")
    desk = sign_in(client, bob)
    assert desk.get("/iam/users/details/dave").status_code == 200
    edited = desk.post("/iam/users/edit/dave", {"new_user_name": "dan", "new_path": "/"})
    assert (edited.status_code, "iam:UpdateUser" in text(edited)) == (403, True)
    deleted = desk.post("/iam/users/delete/dave", {"confirm": "dave"})
    assert (deleted.status_code, "<dd>iam:DeleteLoginProfile</dd>" in text(deleted)) == (403, True)
    several = desk.post("/iam/users/delete", {"name": ["dave", "bob"], "confirm": "delete"})
    assert (several.status_code, "<dd>iam:DeleteLoginProfile</dd>" in text(several)) == (403, True)
    for address, data, action in (
        ("/iam/users/remove-from-groups/dave", {"name": ["ops"]}, "iam:RemoveUserFromGroup"),
        ("/iam/users/add-to-groups", {"name": ["dave"], "group_names": ["ops"]}, "iam:AddUserToGroup"),
        ("/iam/users/disable-console-access", {"name": ["dave"]}, "iam:DeleteLoginProfile"),
    ):
        refused = desk.post(address, data)
        assert (refused.status_code, f"<dd>{action}</dd>" in text(refused)) == (403, True)
    assert (dave.memberships.count(), InlinePolicy.objects.filter(user=dave).count()) == (1, 1)
    assert exists(account, "dave")


def test_permissions_are_copied_to_a_user_after_they_were_read_back(desk: Client, account: Account) -> None:
    erin = a_user(account, "erin", groups=[a_group(account, "ops")])
    an_inline_policy(erin, LIST_USERS, "own")
    dave = a_user(account, "dave", groups=[a_group(account, "Developers")])
    address = "/iam/users/copy-permissions/dave"
    assert address in text(desk.get("/iam/users/details/dave"))
    assert "Choose another user." in text(desk.post(address, {"copy_from": ["dave"]}))
    read_back = text(desk.post(address, {"copy_from": ["erin"]}))
    assert "Permissions of erin" in read_back
    assert "Customer inline" in read_back
    assert dave.memberships.count() == 1
    response = desk.post(address, {"copy_from": ["erin"], "confirmed": "1"})
    assert response["Location"] == "/iam/users/details/dave?tab=permissions"
    assert sorted(member.group.group_name for member in dave.memberships.all()) == ["Developers", "ops"]
    assert dave.inline_policies.get().policy_name == "own"


def test_what_may_not_be_copied_is_told_one_by_one(client: Client, account: Account, bob: User) -> None:
    a_user(account, "erin", groups=[a_group(account, "ops")])
    dave = a_user(account, "dave")
    desk = sign_in(client, bob)
    data = {"copy_from": ["erin"], "confirmed": "1"}
    shown = text(desk.post("/iam/users/copy-permissions/dave", data, follow=True))
    assert "Could not add the user to ops: User: " in shown
    assert dave.memberships.count() == 0
