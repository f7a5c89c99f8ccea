"""What History tabs tell: each kind of change in words, with who made it and its event, page by page."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pghistory
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User, UserTag
from accounts.operations.access_keys import create_access_key, delete_access_key, update_access_key
from accounts.operations.groups import add_user_to_group, remove_user_from_group, update_group
from accounts.operations.login_profiles import create_login_profile, delete_login_profile, update_login_profile
from accounts.operations.mfa_devices import deactivate_mfa_device, delete_virtual_mfa_device
from accounts.operations.roles import create_role, update_assume_role_policy, update_role
from accounts.operations.tags import tag_role, tag_user, untag_user
from accounts.operations.users import create_user, update_user
from iamconsole.audit.models import Event
from iamconsole.audit.recording import Outcome, api_event
from iamconsole.aws.errors import AccessDenied, NoSuchEntity
from iamconsole.aws.paging import PageRequest
from iamconsole.call import Call
from policies.models import ManagedPolicy
from policies.operations.attachments import (
    attach_group_policy,
    attach_user_policy,
    detach_group_policy,
    detach_user_policy,
)
from policies.operations.boundaries import delete_user_permissions_boundary, put_user_permissions_boundary
from policies.operations.history import lookup_change, lookup_changes
from policies.operations.inline_policies import delete_user_policy, put_user_policy
from policies.operations.policy_versions import create_policy_version, delete_policy_version, set_default_policy_version
from policies.operations.tags import tag_policy
from tests.factories import EC2_TRUST, PASSWORD, a_call, an_account, an_mfa_device
from tests.policies.history.sentences import OTHER, changes, history, said
from tests.policies.operations.documents import ADMINISTRATOR_ACCESS, LIST_BUCKET, READ_ONLY, a_policy

LAMBDA_TRUST = EC2_TRUST.replace("ec2", "lambda")


def test_a_users_own_changes_are_told(bobs: Call) -> None:
    update_user(bobs, user_name="bob", new_user_name="rob", new_path="/team/")
    tag_user(bobs, user_name="rob", tags=[("team", "red")])
    tag_user(bobs, user_name="rob", tags=[("team", "blue")])
    untag_user(bobs, user_name="rob", tag_keys=["team"])
    assert history(bobs, "user", "rob") == [
        "created user rob.",
        "renamed user bob to rob and moved rob from path / to /team/.",
        "tagged user rob with team = red.",
        "changed tag team of user rob from red to blue.",
        "removed tag team = blue from user rob.",
    ]


def test_a_users_policies_are_told(bobs: Call) -> None:
    tools, more = a_policy(bobs, "Tools"), a_policy(bobs, "More")
    attach_user_policy(bobs, user_name="bob", policy_arn=tools)
    detach_user_policy(bobs, user_name="bob", policy_arn=tools)
    put_user_policy(bobs, user_name="bob", policy_name="Own", policy_document=LIST_BUCKET)
    put_user_policy(bobs, user_name="bob", policy_name="Own", policy_document=OTHER)
    put_user_policy(bobs, user_name="bob", policy_name="Own", policy_document=OTHER)
    delete_user_policy(bobs, user_name="bob", policy_name="Own")
    put_user_permissions_boundary(bobs, user_name="bob", permissions_boundary=tools)
    put_user_permissions_boundary(bobs, user_name="bob", permissions_boundary=more)
    delete_user_permissions_boundary(bobs, user_name="bob")
    assert history(bobs, "user", "bob")[1:] == [
        "attached policy Tools to user bob.",
        "detached policy Tools from user bob.",
        "added inline policy Own to user bob.",
        "changed inline policy Own of user bob.",
        "saved inline policy Own of user bob again, unchanged.",
        "deleted inline policy Own from user bob.",
        "set policy Tools as the permissions boundary of user bob.",
        "replaced policy Tools as the permissions boundary of user bob by policy More.",
        "removed the permissions boundary, policy More, from user bob.",
    ]


def test_a_users_credentials_are_told_without_their_secrets(bobs: Call) -> None:
    create_login_profile(bobs, user_name="bob", password=PASSWORD)
    update_login_profile(bobs, user_name="bob", password=f"{PASSWORD}-new")
    delete_login_profile(bobs, user_name="bob")
    key_id = create_access_key(bobs, user_name="bob").key.access_key_id
    update_access_key(bobs, user_name="bob", access_key_id=key_id, status="Inactive")
    delete_access_key(bobs, user_name="bob", access_key_id=key_id)
    assert history(bobs, "user", "bob")[1:] == [
        "gave bob a console password.",
        "changed the console password of bob, or when it must be changed.",
        "took the console password from bob.",
        f"created access key {key_id} for bob.",
        f"set access key {key_id} of bob to Inactive.",
        f"deleted access key {key_id} of bob.",
    ]
    rows = str([change.row for change in changes(bobs, "user", "bob")])
    assert "argon2" not in rows
    assert "sealed" not in rows


def test_an_mfa_device_is_told_as_it_comes_and_as_it_goes(bobs: Call) -> None:
    bob = User.objects.get(account=bobs.account, user_name="bob")
    device, _ = an_mfa_device(bob, "bobs-phone")
    deactivate_mfa_device(bobs, user_name="bob", serial_number=device.serial_number)
    delete_virtual_mfa_device(bobs, serial_number=device.serial_number)
    gone, come, _ = changes(bobs, "user", "bob")
    assert said(come, "user", "bob").endswith(" assigned MFA device bobs-phone to bob.")
    assert said(gone, "user", "bob") == "alice removed MFA device bobs-phone from bob."


def test_a_groups_changes_are_told(bobs: Call) -> None:
    tools = a_policy(bobs, "Tools")
    add_user_to_group(bobs, group_name="Developers", user_name="bob")
    attach_group_policy(bobs, group_name="Developers", policy_arn=tools)
    create_policy_version(bobs, policy_arn=tools, policy_document=OTHER, set_as_default=True)
    update_group(bobs, group_name="Developers", new_group_name="Builders")
    remove_user_from_group(bobs, group_name="Builders", user_name="bob")
    assert history(bobs, "group", "Builders") == [
        "created user group Builders.",
        "added user bob to user group Developers.",
        "attached policy Tools to user group Developers.",
        (
            "created version 2 of policy Tools and put it in force in place of version 1. "
            "The policy was attached to Builders."
        ),
        "renamed user group Developers to Builders.",
        "removed user bob from user group Builders.",
    ]


def test_a_roles_changes_are_told(bobs: Call) -> None:
    create_role(bobs, role_name="Runner", assume_role_policy_document=EC2_TRUST)
    update_assume_role_policy(bobs, role_name="Runner", policy_document=LAMBDA_TRUST)
    update_role(bobs, role_name="Runner", description="Runs.", max_session_duration=7200)
    tag_role(bobs, role_name="Runner", tags=[("team", "")])
    assert history(bobs, "role", "Runner") == [
        "created role Runner.",
        "changed the trust policy of Runner.",
        (
            "changed the description of Runner and changed the maximum session duration of Runner "
            "from 3600 to 7200 seconds."
        ),
        'tagged role Runner with team = "".',
    ]
    trust = changes(bobs, "role", "Runner")[2]
    assert (trust.before, trust.after) == (EC2_TRUST, LAMBDA_TRUST)


def test_a_policys_changes_are_told(bobs: Call) -> None:
    tools, more = a_policy(bobs, "Tools"), a_policy(bobs, "More")
    create_policy_version(bobs, policy_arn=tools, policy_document=OTHER)
    create_policy_version(bobs, policy_arn=tools, policy_document=READ_ONLY, set_as_default=True)
    set_default_policy_version(bobs, policy_arn=tools, version_id="v1")
    delete_policy_version(bobs, policy_arn=tools, version_id="v2")
    attach_group_policy(bobs, group_name="Developers", policy_arn=tools)
    put_user_permissions_boundary(bobs, user_name="bob", permissions_boundary=tools)
    put_user_permissions_boundary(bobs, user_name="bob", permissions_boundary=more)
    tag_policy(bobs, policy_arn=tools, tags=[("team", "red")])
    assert history(bobs, "policy", tools) == [
        "created policy Tools.",
        "created version 2 of policy Tools, which is not in force.",
        "created version 3 of policy Tools and put it in force in place of version 1.",
        "put version 1 of policy Tools in force in place of version 3.",
        "deleted version 2 of policy Tools, which was not in force.",
        "attached policy Tools to user group Developers.",
        "set policy Tools as the permissions boundary of user bob.",
        "replaced policy Tools as the permissions boundary of user bob by policy More.",
        "tagged policy Tools with team = red.",
    ]


def test_the_documents_before_and_after_are_those_in_force_at_the_time(bobs: Call) -> None:
    tools, more = a_policy(bobs, "Tools"), a_policy(bobs, "More", READ_ONLY)
    attach_user_policy(bobs, user_name="bob", policy_arn=tools)
    create_policy_version(bobs, policy_arn=tools, policy_document=OTHER, set_as_default=True)
    detach_user_policy(bobs, user_name="bob", policy_arn=tools)
    put_user_permissions_boundary(bobs, user_name="bob", permissions_boundary=tools)
    put_user_permissions_boundary(bobs, user_name="bob", permissions_boundary=more)
    put_user_policy(bobs, user_name="bob", policy_name="Own", policy_document=LIST_BUCKET)
    put_user_policy(bobs, user_name="bob", policy_name="Own", policy_document=OTHER)
    delete_user_policy(bobs, user_name="bob", policy_name="Own")
    create_policy_version(bobs, policy_arn=more, policy_document=LIST_BUCKET, set_as_default=True)
    assert list(documents(bobs))[1:] == [
        ("", LIST_BUCKET),
        (LIST_BUCKET, OTHER),
        (OTHER, ""),
        ("", OTHER),
        (OTHER, READ_ONLY),
        ("", LIST_BUCKET),
        (LIST_BUCKET, OTHER),
        (OTHER, ""),
        (READ_ONLY, LIST_BUCKET),
    ]


def documents(call: Call) -> Iterator[tuple[str, str]]:
    """The documents of each of bob's changes, oldest first."""
    for change in reversed(changes(call, "user", "bob")):
        one = lookup_change(call, resource_type="user", resource_name="bob", key=change.key)
        yield one.before, one.after


def test_a_user_made_again_under_the_same_name_has_no_part_in_the_first_ones_history(bobs: Call) -> None:
    from accounts.operations.users import delete_user

    tag_user(bobs, user_name="bob", tags=[("team", "red")])
    delete_user(bobs, user_name="bob")
    create_user(bobs, user_name="bob")
    assert history(bobs, "user", "bob") == ["created user bob."]


def test_another_accounts_changes_never_appear(bobs: Call) -> None:
    attach_user_policy(bobs, user_name="bob", policy_arn=ADMINISTRATOR_ACCESS)
    other = a_call(an_account())
    create_user(other, user_name="bob")
    attach_user_policy(other, user_name="bob", policy_arn=ADMINISTRATOR_ACCESS)
    put_user_permissions_boundary(other, user_name="bob", permissions_boundary=ADMINISTRATOR_ACCESS)
    assert len(changes(bobs, "user", "bob")) == 2
    assert len(changes(bobs, "policy", ADMINISTRATOR_ACCESS)) == 1
    assert len(changes(other, "policy", ADMINISTRATOR_ACCESS)) == 2
    foreign = changes(other, "user", "bob")[0].key
    with pytest.raises(NoSuchEntity):
        lookup_change(bobs, resource_type="user", resource_name="bob", key=foreign)


def test_every_change_leads_to_the_event_of_its_own_operation(bobs: Call) -> None:
    tools, more = a_policy(bobs, "Tools"), a_policy(bobs, "More")
    for arn in (tools, more):
        attach_user_policy(bobs, user_name="bob", policy_arn=arn)
    second, first, created = changes(bobs, "user", "bob")
    assert created.recorded
    assert created.recorded.name == "CreateUser"
    for change, arn in ((first, tools), (second, more)):
        assert change.recorded
        event = Event.objects.get(account_id=bobs.account_id, event_id=change.recorded.event_id)
        assert event.record["requestParameters"]["policyArn"] == arn


def test_a_change_of_another_accounts_caller_leads_to_the_copy_of_its_event_and_not_to_a_refusal(bobs: Call) -> None:
    other = a_call(bobs.account)

    def recorded(outcome: Outcome) -> Event:
        event = api_event(other, action="iam:TagUser", read_only=False, parameters={}, outcome=outcome)
        event.save(force_insert=True)
        return event

    recorded(Outcome(error_code="AccessDenied"))
    with pghistory.context(request_id=str(other.request_id), action="iam:TagUser", event_id="one of another account"):
        bob = User.objects.get(account=bobs.account, user_name="bob")
        UserTag.objects.create(account=bobs.account, user=bob, key="team", value="red")
    copy = recorded(Outcome())
    change = changes(bobs, "user", "bob")[0]
    assert change.recorded
    assert change.recorded.event_id == str(copy.event_id)


def test_refused_attempts_are_no_changes(bobs: Call, carol: User) -> None:
    with pytest.raises(AccessDenied):
        tag_user(a_call(bobs.account, carol), user_name="bob", tags=[("team", "red")])
    assert history(bobs, "user", "bob") == ["created user bob."]


def test_reading_needs_what_cloudtrail_asks_for(bobs: Call, carol: User) -> None:
    with pytest.raises(AccessDenied, match="cloudtrail:LookupEvents"):
        lookup_changes(a_call(bobs.account, carol), resource_type="user", resource_name="bob")
    with pytest.raises(AccessDenied, match="cloudtrail:LookupEvents"):
        lookup_change(a_call(bobs.account, carol), resource_type="user", resource_name="bob", key="x")
    assert not Event.objects.filter(account_id=bobs.account_id, event_name="LookupEvents", error_code="").exists()


def test_pages_follow_each_other_without_gap_or_repetition_and_back(bobs: Call) -> None:
    for number in range(7):
        tag_user(bobs, user_name="bob", tags=[("n", str(number)), (f"k{number}", "x")])
    every = [change.key for change in changes(bobs, "user", "bob")]
    assert len(every) == 15

    def pages(after: str | None = None) -> Iterator[tuple[str, ...]]:
        while True:
            asked = PageRequest(size=4, after=after)
            page = lookup_changes(bobs, resource_type="user", resource_name="bob", page=asked)
            yield tuple(change.key for change in page)
            after = page.after
            if after is None:
                return

    walked = list(pages())
    assert list(itertools.chain(*walked)) == every
    asked = PageRequest(size=4, before=walked[2][0])
    back = lookup_changes(bobs, resource_type="user", resource_name="bob", page=asked)
    assert tuple(change.key for change in back) == walked[1]
    assert back.before
    assert back.after
    first = lookup_changes(
        bobs, resource_type="user", resource_name="bob", page=PageRequest(size=4, before=walked[0][2])
    )
    assert tuple(change.key for change in first) == walked[0]
    assert first.before is None


@pytest.mark.parametrize("cursor", ["x", "W10", "eyJhIjoxfQ", "\ud800", "WyIyMDI2LTAxLTAxIiwgMV0", "é" * 9])
def test_a_cursor_that_is_none_shows_the_first_page(bobs: Call, cursor: str) -> None:
    page = lookup_changes(bobs, resource_type="user", resource_name="bob", page=PageRequest(after=cursor))
    assert len(page.items) == 1
    with pytest.raises(NoSuchEntity):
        lookup_change(bobs, resource_type="user", resource_name="bob", key=cursor)


def test_reading_costs_the_same_for_many_changes(bobs: Call) -> None:
    def cost() -> int:
        asked = a_call(bobs.account)
        with CaptureQueriesContext(connection) as captured:
            lookup_changes(asked, resource_type="user", resource_name="bob")
        return len(captured)

    few = cost()
    tools = a_policy(bobs, "Tools")
    for number in range(20):
        add_user_to_group(bobs, group_name="Developers", user_name="bob")
        attach_group_policy(bobs, group_name="Developers", policy_arn=tools)
        tag_user(bobs, user_name="bob", tags=[("n", str(number))])
        detach_group_policy(bobs, group_name="Developers", policy_arn=tools)
        remove_user_from_group(bobs, group_name="Developers", user_name="bob")
    assert cost() == few


def test_a_policy_of_aws_has_the_history_of_its_use_here(bobs: Call) -> None:
    attach_user_policy(bobs, user_name="bob", policy_arn=ADMINISTRATOR_ACCESS)
    assert history(bobs, "policy", ADMINISTRATOR_ACCESS) == ["attached policy AdministratorAccess to user bob."]
    change = changes(bobs, "policy", ADMINISTRATOR_ACCESS)[0]
    one = lookup_change(bobs, resource_type="policy", resource_name=ADMINISTRATOR_ACCESS, key=change.key)
    held = ManagedPolicy.objects.get(account_id="aws", policy_name="AdministratorAccess").versions.get(is_default=True)
    assert (one.before, one.after) == ("", held.document)
