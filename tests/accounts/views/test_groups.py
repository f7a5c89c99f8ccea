"""The pages of user groups, as a person reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Group, User
from accounts.operations.users import list_users
from iamconsole.aws.errors import AccessDenied
from policies.models import Attachment
from policies.operations.attachments import attach_group_policy
from tests.factories import a_call, a_group, a_user, an_inline_policy, sign_in

READ_ONLY_ACCESS = "arn:aws:iam::aws:policy/ReadOnlyAccess"
SECURITY_AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
LIST_USERS = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}}'
MOST_QUERIES = 8


def text(response: Any) -> str:
    return str(response.content.decode())


def names(account: Account) -> set[str]:
    return set(Group.objects.filter(account=account).values_list("group_name", flat=True))


def queries_of(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert ask().status_code == 200
    return len(captured)


def test_an_account_without_groups_is_told_what_groups_are_for(console: Client) -> None:
    shown = text(console.get("/iam/groups"))
    assert "No user groups." in shown
    assert "Put users in groups and attach policies to the group." in shown


def test_the_list_shows_users_and_whether_permissions_are_defined(console: Client, account: Account) -> None:
    group = a_group(account, "Developers")
    an_inline_policy(group, LIST_USERS)
    a_user(account, groups=[group])
    a_group(account, "Empty")
    shown = text(console.get("/iam/groups"))
    assert '<a href="/iam/groups/details/Developers">Developers</a></td><td class="num" data-l="Users">1</td>' in shown
    assert shown.count("Not defined</span>") == 1
    assert "(2)" in shown


def test_the_list_searches_filters_and_answers_htmx_with_the_part_alone(console: Client, account: Account) -> None:
    for name in ("alpha", "beta"):
        a_group(account, name)
    response = console.get("/iam/groups?q=alp", headers={"HX-Request": "true", "HX-Target": "list"})
    assert text(response).lstrip().startswith('<section class="box" id="list"')
    assert "alpha" in text(response)
    assert "beta" not in text(response)
    assert "HX-Target" in response["Vary"]
    assert "No user groups match." in text(console.get("/iam/groups?f=permissions:Defined"))
    assert "alpha" in text(console.get("/iam/groups?f=nonsense:1&sort=nonsense&after=nonsense&size=7"))


def test_the_list_pages_by_key(console: Client, account: Account) -> None:
    for number in range(12):
        a_group(account, f"group-{number:02}")
    first = console.get("/iam/groups?size=10")
    assert "group-09" in text(first)
    assert "group-10" not in text(first)
    after = first.context["groups"].after if first.context else text(first).split("after=")[1].split('"')[0]
    assert "group-11" in text(console.get(f"/iam/groups?size=10&after={after}"))


@pytest.mark.parametrize(
    "address",
    [
        "/iam/groups",
        "/iam/groups?sort=users&dir=desc&q=o&f=permissions:Defined",
        "/iam/groups/create",
        "/iam/groups/details/Developers",
        "/iam/groups/details/Developers?sort=last_sign_in&q=e",
        "/iam/groups/details/Developers?tab=permissions",
        "/iam/groups/add-users/Developers",
        "/iam/groups/attach-policies/Developers",
        "/iam/groups/delete/Developers",
    ],
)
def test_a_page_costs_the_same_for_three_and_for_thirty(console: Client, account: Account, address: str) -> None:
    developers = a_group(account, "Developers")

    def grow(count: int) -> None:
        for _ in range(count):
            an_inline_policy(a_group(account), LIST_USERS)
            an_inline_policy(developers, LIST_USERS)
            a_user(account, groups=[developers])

    grow(3)
    few = queries_of(lambda: console.get(address))
    grow(27)
    assert queries_of(lambda: console.get(address)) == few <= MOST_QUERIES


def test_a_group_is_created_with_users_and_policies(console: Client, account: Account) -> None:
    a_user(account, "dave")
    response = console.post(
        "/iam/groups/create",
        {"group_name": "Developers", "user_names": ["dave"], "policy_arns": [READ_ONLY_ACCESS, SECURITY_AUDIT]},
        follow=True,
    )
    assert response.redirect_chain == [("/iam/groups/details/Developers", 302)]
    assert "Developers created." in text(response)
    group = Group.objects.get(account=account)
    assert [membership.user.user_name for membership in group.memberships.all()] == ["dave"]
    assert group.attachments.count() == 2


def test_a_group_name_that_is_taken_is_refused_at_its_field_and_everything_typed_is_kept(
    console: Client, account: Account
) -> None:
    a_group(account, "Developers")
    a_user(account, "dave")
    response = console.post("/iam/groups/create", {"group_name": "developers", "user_names": ["dave"]})
    assert response.status_code == 422
    shown = text(response)
    assert "Group with name developers already exists." in shown
    assert 'id="id_group_name" name="group_name" value="developers"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'value="dave" data-select checked' in shown
    assert names(account) == {"Developers"}


@pytest.mark.parametrize(
    ("name", "sentence"), [("", "Enter a user group name."), ("two words", "regular expression pattern")]
)
def test_a_name_that_aws_would_refuse_makes_nothing(
    console: Client, account: Account, name: str, sentence: str
) -> None:
    response = console.post("/iam/groups/create", {"group_name": name})
    assert response.status_code == 422
    assert sentence in text(response)
    assert names(account) == set()


def test_at_most_ten_policies_are_attached_to_a_new_group(console: Client, account: Account) -> None:
    arns = [f"arn:aws:iam::aws:policy/policy-{number}" for number in range(11)]
    response = console.post("/iam/groups/create", {"group_name": "Developers", "policy_arns": arns})
    assert response.status_code == 422
    assert "Choose at most 10 policies; 11 are chosen." in text(response)
    assert names(account) == set()


def test_the_same_form_sent_twice_makes_one_group(console: Client, account: Account) -> None:
    form = {"group_name": "Developers", "token": "9d0ab5fe-7b6a-4a35-9f4b-5f3f3dd0c7a1"}
    assert console.post("/iam/groups/create", form)["Location"] == "/iam/groups/details/Developers"
    assert console.post("/iam/groups/create", form)["Location"] == "/iam/groups/details/Developers"
    assert names(account) == {"Developers"}


def test_searching_in_a_picker_makes_nothing_and_keeps_what_was_typed_and_ticked(
    console: Client, account: Account
) -> None:
    a_user(account, "dave")
    a_user(account, "erin")
    step = {"group_name": "Devs", "user_names": ["erin"], "user_names-find": "dav", "user_names-step": "find"}
    shown = text(console.post("/iam/groups/create", step))
    assert 'value="Devs"' in shown
    assert "Select dave" in shown
    assert '<input type="checkbox" name="user_names" value="erin" checked data-chosen> erin' in shown
    assert "Select erin" not in shown
    part = console.post("/iam/groups/create", step, headers={"HX-Request": "true", "HX-Target": "user_names-picker"})
    assert text(part).lstrip().startswith('<section class="box" id="user_names-picker"')
    assert names(account) == set()


def test_what_could_not_be_added_is_told_and_the_group_stays(console: Client, account: Account) -> None:
    a_user(account, "dave", groups=[a_group(account) for _ in range(10)])
    response = console.post("/iam/groups/create", {"group_name": "Developers", "user_names": ["dave"]}, follow=True)
    assert "dave was not added to Developers: Cannot exceed quota for GroupsPerUser: 10" in text(response)
    assert "Developers" in names(account)


def test_the_detail_page_shows_summary_and_users(console: Client, account: Account) -> None:
    group = a_group(account, "Developers", path="/staff/")
    a_user(account, "dave", groups=[group])
    shown = text(console.get("/iam/groups/details/Developers"))
    assert f"arn:aws:iam::{account.account_id}:group/staff/Developers" in shown
    assert '<a href="/iam/users/details/dave">dave</a>' in shown
    assert "Users (1)" in shown
    assert shown.count("<h1") == 1


def test_the_permissions_tab_shows_attached_and_inline_policies(console: Client, account: Account) -> None:
    group = a_group(account, "Developers")
    an_inline_policy(group, LIST_USERS, "list-users")
    attach_group_policy(a_call(account), group_name="Developers", policy_arn=READ_ONLY_ACCESS)
    shown = text(console.get("/iam/groups/details/Developers?tab=permissions"))
    assert "1 of 10 managed policies are attached." in shown
    assert '<td data-l="Type">AWS managed</td><td data-l="Attached via">Directly</td>' in shown
    assert '<td data-l="Type">Customer inline</td><td data-l="Attached via">Inline</td>' in shown
    assert 'href="/iam/groups/inline-policy/Developers?policy=list-users"' in shown


def test_a_group_that_is_not_there_is_a_page_of_its_own(console: Client) -> None:
    for address in ("details", "edit", "add-users", "delete", "attach-policies", "inline-policy"):
        response = console.get(f"/iam/groups/{address}/Nowhere")
        assert response.status_code == 404, address
        assert "Nowhere" in text(response)


def test_a_group_is_renamed(console: Client, account: Account) -> None:
    a_group(account, "Devs")
    response = console.post("/iam/groups/edit/Devs", {"new_group_name": "Developers"})
    assert response["Location"] == "/iam/groups/details/Developers"
    a_group(account, "QA")
    refused = console.post("/iam/groups/edit/Developers", {"new_group_name": "qa"})
    assert refused.status_code == 422
    assert "Group with name qa already exists." in text(refused)
    assert names(account) == {"Developers", "QA"}


def test_ac34_users_are_added_and_removed_and_their_permissions_follow(console: Client, account: Account) -> None:
    an_inline_policy(a_group(account, "Listers"), LIST_USERS)
    dave = a_user(account, "dave")
    live = sign_in(Client(), dave)
    assert console.post("/iam/groups/add-users/Listers", {"user_names": ["dave"]}).status_code == 302
    assert list_users(a_call(account, dave)).items
    asked = text(console.get("/iam/groups/remove-users/Listers?name=dave"))
    assert "Remove dave?" in asked
    assert live.get("/iam/groups").status_code == 403
    assert console.post("/iam/groups/remove-users/Listers", {"name": ["dave"]}).status_code == 302
    with pytest.raises(AccessDenied):
        list_users(a_call(account, dave))


def test_adding_nobody_is_said_at_the_picker(console: Client, account: Account) -> None:
    a_group(account, "Devs")
    response = console.post("/iam/groups/add-users/Devs", {})
    assert response.status_code == 422
    assert "Choose at least one user." in text(response)


def test_a_group_is_deleted_with_all_that_hangs_on_it_once_its_name_is_typed(console: Client, account: Account) -> None:
    group = a_group(account, "Devs")
    a_user(account, "dave", groups=[group])
    an_inline_policy(group, LIST_USERS, "list-users")
    attach_group_policy(a_call(account), group_name="Devs", policy_arn=READ_ONLY_ACCESS)
    asked = text(console.get("/iam/groups/delete/Devs"))
    for consequence in ("<b>dave</b>", "<b>ReadOnlyAccess</b>", "<b>list-users</b>"):
        assert consequence in asked
    refused = console.post("/iam/groups/delete/Devs", {"confirm": "devs"})
    assert refused.status_code == 422
    assert "Enter Devs to confirm." in text(refused)
    assert names(account) == {"Devs"}
    response = console.post("/iam/groups/delete/Devs", {"confirm": "Devs"}, follow=True)
    assert "Devs deleted." in text(response)
    assert names(account) == set()
    assert User.objects.filter(account=account, user_name="dave").exists()
    assert not Attachment.objects.filter(account=account).exists()


def test_several_groups_are_deleted_once_their_number_is_typed(console: Client, account: Account) -> None:
    for name in ("one", "two", "three"):
        a_group(account, name)
    asked = text(console.get("/iam/groups/delete?name=one&name=two&name=three"))
    assert "enter 3 user groups in the field" in asked
    console.post("/iam/groups/delete", {"name": ["one", "two", "three"], "confirm": "delete"})
    assert len(names(account)) == 3
    console.post("/iam/groups/delete", {"name": ["one", "two", "absent"], "confirm": "3 user groups"})
    shown = text(console.get("/iam/groups"))
    assert "absent was not deleted: The group with name absent cannot be found." in shown
    assert names(account) == {"three"}


def test_the_dialog_is_the_question_alone(console: Client, account: Account) -> None:
    a_group(account, "Devs")
    part = console.get("/iam/groups/delete/Devs", headers={"HX-Request": "true", "HX-Target": "dialog"})
    assert text(part).lstrip().startswith('<div class="dlg box" id="dialog-part">')
    mistyped = {"HX-Request": "true", "HX-Target": "dialog-part"}
    again = console.post("/iam/groups/delete/Devs", {"confirm": "no"}, headers=mistyped)
    assert again.status_code == 422
    assert text(again).lstrip().startswith('<div class="dlg box" id="dialog-part">')
    done = console.post("/iam/groups/delete/Devs", {"confirm": "Devs"}, headers=mistyped)
    assert done["HX-Redirect"] == "/iam/groups"


def test_who_may_read_only_sees_the_pages_and_is_refused_the_changes(account: Account, bob: User) -> None:
    a_group(account, "Devs")
    client = sign_in(Client(), bob)
    for address in ("/iam/groups", "/iam/groups/details/Devs", "/iam/groups/details/Devs?tab=permissions"):
        assert client.get(address).status_code == 200
    refused = client.post("/iam/groups/create", {"group_name": "Mine"})
    assert refused.status_code == 403
    assert "iam:CreateGroup" in text(refused)
    assert 'value="Mine"' in text(refused)
    for address, sent, action in (
        ("/iam/groups/delete/Devs", {"confirm": "Devs"}, "iam:DeleteGroup"),
        ("/iam/groups/add-users/Devs", {"user_names": ["bob"]}, "iam:AddUserToGroup"),
        ("/iam/groups/remove-users/Devs", {"name": ["bob"]}, "iam:RemoveUserFromGroup"),
    ):
        denied = client.post(address, sent)
        assert denied.status_code == 403
        assert f"<dt>Missing action</dt><dd>{action}</dd>" in text(denied)
    assert names(account) == {"Devs"}


def test_who_may_do_nothing_is_refused_and_learns_nothing(account: Account, carol: User) -> None:
    a_group(account, "Devs")
    client = sign_in(Client(), carol)
    assert client.get("/iam/groups").status_code == 403
    present, absent = (client.get(f"/iam/groups/details/{name}") for name in ("Devs", "Absent"))
    assert present.status_code == absent.status_code == 403
    assert "iam:GetGroup" in text(present)


def test_a_panel_that_is_refused_leaves_the_rest_of_the_page(account: Account, carol: User) -> None:
    a_group(account, "Devs")
    an_inline_policy(
        carol, '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:GetGroup", "Resource": "*"}}'
    )
    shown = text(sign_in(Client(), carol).get("/iam/groups/details/Devs?tab=permissions"))
    assert "iam:ListAttachedGroupPolicies" in shown
    assert "iam:ListGroupPolicies" in shown
    assert ":group/Devs" in shown


def test_a_group_leads_to_the_simulator_with_itself_as_principal(console: Client, account: Account) -> None:
    group = a_group(account, "Devs")
    assert f'href="/iam/simulator?principal={quote(group.arn, safe="/")}"' in text(
        console.get("/iam/groups/details/Devs")
    )
