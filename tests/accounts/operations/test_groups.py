"""User groups through the gate: rows, events, refusals, quotas."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Account, Group, Membership, User
from accounts.operations.groups import (
    add_user_to_group,
    create_group,
    delete_group,
    get_group,
    list_groups,
    list_groups_for_user,
    remove_user_from_group,
    update_group,
)
from accounts.operations.users import list_users
from iamconsole.audit.models import Event
from iamconsole.aws import quotas
from iamconsole.aws.errors import (
    AccessDenied,
    DeleteConflict,
    EntityAlreadyExists,
    LimitExceeded,
    NoSuchEntity,
    ValidationError,
)
from iamconsole.aws.paging import PageRequest
from iamconsole.call import Call
from policies.operations.attachments import attach_group_policy
from tests.factories import a_call, a_group, a_user, an_account, an_inline_policy

LIST_USERS = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}}'


@pytest.fixture
def call(account: Account, alice: User) -> Call:
    return a_call(account, alice)


def last_event(call: Call) -> Event:
    return Event.objects.filter(request_id=call.request_id).order_by("-sequence")[0]


def test_a_group_is_made_without_users_and_recorded(call: Call) -> None:
    group = create_group(call, group_name="Developers", path="/staff/")
    assert group.group_id.startswith("AGPA")
    assert group.arn == f"arn:aws:iam::{call.account_id}:group/staff/Developers"
    event = last_event(call)
    assert (event.event_name, event.read_only) == ("CreateGroup", False)
    assert event.record["requestParameters"] == {"groupName": "Developers", "path": "/staff/"}
    assert event.record["responseElements"]["group"]["groupId"] == group.group_id


def test_a_group_name_differing_only_in_case_is_refused(call: Call) -> None:
    create_group(call, group_name="Developers")
    with pytest.raises(EntityAlreadyExists, match=r"^Group with name DEVELOPERS already exists\.$") as refused:
        create_group(call, group_name="DEVELOPERS")
    assert refused.value.field == "groupName"
    assert Group.objects.filter(account=call.account).count() == 1


@pytest.mark.parametrize("name", ["", "two words", "a/b", "x" * 129, "n\x00l"])
def test_a_group_name_that_aws_would_refuse_is_refused(account: Account, name: str) -> None:
    with pytest.raises(ValidationError, match="Value at 'groupName' failed to satisfy constraint"):
        create_group(a_call(account), group_name=name.replace("\x00", "\x01"))


def test_the_group_after_the_last_one_of_the_quota_is_refused(call: Call) -> None:
    Account.objects.filter(pk=call.account_id).update(group_count=quotas.GROUPS_PER_ACCOUNT.value)
    with pytest.raises(LimitExceeded, match="Cannot exceed quota for GroupsPerAccount: 300"):
        create_group(call, group_name="one-more")


def test_a_group_is_read_with_its_users_one_page_at_a_time(account: Account, call: Call) -> None:
    group = a_group(account, "Developers")
    for name in ("erin", "Dave", "frank"):
        a_user(account, name, groups=[group])
    first = get_group(call, group_name="developers", page=PageRequest(size=2))
    assert first.group == group
    assert [user.user_name for user in first.users] == ["Dave", "erin"]
    assert first.users.total == 3
    rest = get_group(call, group_name="Developers", page=PageRequest(size=2, after=first.users.after))
    assert [user.user_name for user in rest.users] == ["frank"]
    assert get_group(call, group_name="Developers", page=None).users.items == ()


def test_the_list_tells_whether_permissions_are_defined_and_filters_by_it(account: Account, call: Call) -> None:
    a_group(account, "empty")
    an_inline_policy(a_group(account, "embedded"), LIST_USERS)
    attach_group_policy(
        call, group_name=a_group(account, "attached").name, policy_arn="arn:aws:iam::aws:policy/ReadOnlyAccess"
    )
    listed = {group.group_name: vars(group)["has_policies"] for group in list_groups(call)}
    assert listed == {"attached": True, "embedded": True, "empty": False}
    filtered = list_groups(call, page=PageRequest(filters=(("permissions", "Not defined"),)))
    assert [group.group_name for group in filtered] == ["empty"]


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("group_name", ["alpha", "Beta", "gamma"]),
        ("users", ["Beta", "gamma", "alpha"]),
        ("created", ["gamma", "alpha", "Beta"]),
    ],
)
def test_the_list_sorts_by_every_column(account: Account, call: Call, sort: str, names: list[str]) -> None:
    gamma, alpha, beta = (a_group(account, name) for name in ("gamma", "alpha", "Beta"))
    a_user(account, groups=[gamma, alpha])
    a_user(account, groups=[alpha])
    assert beta.create_date > alpha.create_date > gamma.create_date
    assert [group.group_name for group in list_groups(call, page=PageRequest(sort=sort))] == names


def test_groups_are_listed_by_path_prefix(account: Account, call: Call) -> None:
    a_group(account, "here", path="/staff/")
    a_group(account, "there", path="/class/")
    assert [group.group_name for group in list_groups(call, path_prefix="/staff/")] == ["here"]


def test_another_accounts_groups_do_not_exist(call: Call) -> None:
    a_group(an_account(), "theirs")
    assert list_groups(call).items == ()
    with pytest.raises(NoSuchEntity, match=r"^The group with name theirs cannot be found\.$"):
        get_group(call, group_name="theirs")


def test_a_renamed_group_keeps_its_id_and_its_users(account: Account, call: Call) -> None:
    group = a_group(account, "Devs")
    a_user(account, "dave", groups=[group])
    update_group(call, group_name="Devs", new_group_name="Developers", new_path="/staff/")
    read = get_group(call, group_name="Developers")
    assert read.group.group_id == group.group_id
    assert read.group.path == "/staff/"
    assert [user.user_name for user in read.users] == ["dave"]


def test_renaming_to_a_name_that_is_taken_is_refused(account: Account, call: Call) -> None:
    a_group(account, "QA")
    a_group(account, "Devs")
    with pytest.raises(EntityAlreadyExists, match="Group with name qa already exists") as refused:
        update_group(call, group_name="Devs", new_group_name="qa")
    assert refused.value.field == "newGroupName"


def test_renaming_needs_permission_on_both_names(account: Account) -> None:
    a_group(account, "Devs")
    erin = a_user(account, "erin")
    own = f"arn:aws:iam::{account.account_id}:group/Devs"
    an_inline_policy(
        erin, f'{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "iam:*", "Resource": "{own}"}}}}'
    )
    with pytest.raises(AccessDenied, match="group/Admins"):
        update_group(a_call(account, erin), group_name="Devs", new_group_name="Admins")
    update_group(a_call(account, erin), group_name="Devs", new_path="/")


def test_deleting_is_refused_while_something_hangs_on_the_group_users_first(account: Account, call: Call) -> None:
    group = a_group(account, "Devs")
    a_user(account, "dave", groups=[group])
    attach_group_policy(call, group_name="Devs", policy_arn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    an_inline_policy(group, LIST_USERS)
    for what, clear in (
        ("remove users from group", group.memberships),
        ("detach all policies", group.attachments),
        ("delete policies", group.inline_policies),
    ):
        with pytest.raises(DeleteConflict, match=f"^Cannot delete entity, must {what} first\\.$"):
            delete_group(call, group_name="Devs")
        clear.all().delete()
    delete_group(call, group_name="Devs")
    assert not Group.objects.filter(pk=group.pk).exists()
    assert last_event(call).event_name == "DeleteGroup"


def test_adding_a_member_again_changes_nothing(account: Account, call: Call) -> None:
    group, dave = a_group(account, "Devs"), a_user(account, "dave")
    add_user_to_group(call, group_name="devs", user_name="DAVE")
    add_user_to_group(call, group_name="Devs", user_name="dave")
    assert Membership.objects.filter(group=group, user=dave).count() == 1
    group.refresh_from_db()
    assert group.user_count == 1
    assert last_event(call).record["requestParameters"] == {"groupName": "Devs", "userName": "dave"}


def test_adding_is_authorized_on_the_group_not_on_the_user(account: Account) -> None:
    a_group(account, "Devs")
    a_group(account, "Admins")
    erin = a_user(account, "erin")
    group = f"arn:aws:iam::{account.account_id}:group/Devs"
    allowed = f'{{"Effect": "Allow", "Action": "iam:AddUserToGroup", "Resource": "{group}"}}'
    an_inline_policy(erin, f'{{"Version": "2012-10-17", "Statement": {allowed}}}')
    add_user_to_group(a_call(account, erin), group_name="Devs", user_name="erin")
    with pytest.raises(AccessDenied, match="group/Admins"):
        add_user_to_group(a_call(account, erin), group_name="Admins", user_name="erin")


def test_adding_names_what_is_not_there(account: Account, call: Call) -> None:
    a_group(account, "Devs")
    a_user(account, "dave")
    with pytest.raises(NoSuchEntity, match="The user with name nobody cannot be found"):
        add_user_to_group(call, group_name="Devs", user_name="nobody")
    with pytest.raises(NoSuchEntity, match="The group with name nowhere cannot be found"):
        add_user_to_group(call, group_name="nowhere", user_name="dave")


def test_removing_who_is_no_member_is_refused(account: Account, call: Call) -> None:
    a_group(account, "Devs")
    a_user(account, "dave")
    with pytest.raises(NoSuchEntity):
        remove_user_from_group(call, group_name="Devs", user_name="dave")


def test_ac30_there_is_no_way_to_write_down_a_group_in_a_group(account: Account, call: Call) -> None:
    devs, all_staff = a_group(account, "Devs"), a_group(account, "AllStaff")
    with pytest.raises(NoSuchEntity):
        add_user_to_group(call, group_name="AllStaff", user_name="Devs")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_membership (account_id, user_id, group_id, create_date) VALUES (%s, %s, %s, now())",
            [account.account_id, devs.group_id, all_staff.group_id],
        )
        with pytest.raises(IntegrityError, match="user_id"):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def test_ac31_a_user_may_be_in_no_group_and_in_ten_but_not_in_eleven(account: Account, call: Call) -> None:
    a_user(account, "dave")
    assert list_groups_for_user(call, user_name="dave") == ()
    for number in range(11):
        a_group(account, f"group-{number:02}")
    for number in range(10):
        add_user_to_group(call, group_name=f"group-{number:02}", user_name="dave")
    with pytest.raises(LimitExceeded, match=r"^Cannot exceed quota for GroupsPerUser: 10$"):
        add_user_to_group(call, group_name="group-10", user_name="dave")
    add_user_to_group(call, group_name="group-03", user_name="dave")
    assert [group.group_name for group in list_groups_for_user(call, user_name="dave")] == [
        f"group-{number:02}" for number in range(10)
    ]


def test_ac34_membership_gives_and_takes_permissions_with_the_very_next_call(account: Account, call: Call) -> None:
    dave = a_user(account, "dave")
    an_inline_policy(a_group(account, "Listers"), LIST_USERS)
    session = a_call(account, dave)
    with pytest.raises(AccessDenied):
        list_users(session)
    add_user_to_group(call, group_name="Listers", user_name="dave")
    assert list_users(a_call(account, dave)).total is not None
    remove_user_from_group(call, group_name="Listers", user_name="dave")
    with pytest.raises(AccessDenied, match="no identity-based policy allows the iam:ListUsers action"):
        list_users(a_call(account, dave))


def test_who_may_read_only_reads_and_changes_nothing(account: Account, bob: User) -> None:
    a_group(account, "Devs")
    assert [group.group_name for group in list_groups(a_call(account, bob))] == ["Devs"]
    assert get_group(a_call(account, bob), group_name="Devs").group.group_name == "Devs"
    with pytest.raises(AccessDenied):
        update_group(a_call(account, bob), group_name="Devs", new_group_name="Mine")


def test_who_may_do_nothing_is_refused_everything_and_learns_nothing(account: Account, carol: User) -> None:
    a_group(account, "Devs")
    refusals = []
    refused_to_carol: tuple[tuple[Callable[..., object], dict[str, str]], ...] = (
        (create_group, {"group_name": "Mine"}),
        (get_group, {"group_name": "Devs"}),
        (get_group, {"group_name": "Absent"}),
        (list_groups, {}),
        (update_group, {"group_name": "Devs", "new_path": "/mine/"}),
        (delete_group, {"group_name": "Devs"}),
        (add_user_to_group, {"group_name": "Devs", "user_name": "carol"}),
        (remove_user_from_group, {"group_name": "Devs", "user_name": "carol"}),
        (list_groups_for_user, {"user_name": "carol"}),
    )
    for operation, parameters in refused_to_carol:
        call = a_call(account, carol)
        with pytest.raises(AccessDenied) as refused:
            operation(call, **parameters)
        refusals.append(refused.value.action)
        assert last_event(call).error_code == "AccessDenied"
    assert refusals[1] == refusals[2] == "iam:GetGroup"
    assert Group.objects.filter(account=account).count() == 1


def test_ac31_the_tenth_place_goes_to_one_of_two_who_ask_at_the_same_time(committed: None) -> None:
    account = an_account()
    dave = a_user(account, "dave", groups=[a_group(account) for _ in range(9)])
    wanted = [a_group(account, "first"), a_group(account, "second")]
    start, outcomes = threading.Barrier(2), list[str]()

    def add(group: Group) -> None:
        try:
            start.wait(10)
            add_user_to_group(a_call(account), group_name=group.group_name, user_name="dave")
            outcomes.append("added")
        except LimitExceeded as error:
            outcomes.append(error.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=(group,)) for group in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["Cannot exceed quota for GroupsPerUser: 10", "added"]
    dave.refresh_from_db()
    assert dave.group_count == 10 == dave.memberships.count()
