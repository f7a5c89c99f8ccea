"""What counts for somebody through something else, as it stood then: groups, default versions, boundaries, names."""

from __future__ import annotations

from accounts.operations.groups import (
    add_user_to_group,
    create_group,
    delete_group,
    remove_user_from_group,
    update_group,
)
from accounts.operations.roles import create_role
from accounts.operations.tags import tag_user
from iamconsole.call import Call
from policies.history import Thing
from policies.operations.attachments import (
    attach_group_policy,
    attach_role_policy,
    attach_user_policy,
    detach_group_policy,
    detach_user_policy,
)
from policies.operations.boundaries import put_user_permissions_boundary
from policies.operations.inline_policies import (
    delete_group_policy,
    delete_user_policy,
    put_group_policy,
    put_user_policy,
)
from policies.operations.managed_policies import delete_policy
from policies.operations.policy_versions import create_policy_version, delete_policy_version, set_default_policy_version
from tests.factories import EC2_TRUST
from tests.policies.history.sentences import OTHER, changes, history
from tests.policies.operations.documents import ADMINISTRATOR_ACCESS, LIST_BUCKET, READ_ONLY, a_policy, allow


def test_what_happened_to_a_users_groups_counts_while_the_user_was_in_them(bobs: Call) -> None:
    tools = a_policy(bobs, "Tools")
    attach_group_policy(bobs, group_name="Developers", policy_arn=tools)
    create_policy_version(bobs, policy_arn=tools, policy_document=OTHER, set_as_default=True)
    add_user_to_group(bobs, group_name="Developers", user_name="bob")
    put_group_policy(bobs, group_name="Developers", policy_name="Shared", policy_document=LIST_BUCKET)
    attach_group_policy(bobs, group_name="Developers", policy_arn=ADMINISTRATOR_ACCESS)
    set_default_policy_version(bobs, policy_arn=tools, version_id="v1")
    remove_user_from_group(bobs, group_name="Developers", user_name="bob")
    detach_group_policy(bobs, group_name="Developers", policy_arn=ADMINISTRATOR_ACCESS)
    set_default_policy_version(bobs, policy_arn=tools, version_id="v2")
    member = "bob was a member of the user group."
    assert history(bobs, "user", "bob")[1:] == [
        "added user bob to user group Developers.",
        f"added inline policy Shared to user group Developers. {member}",
        f"attached policy AdministratorAccess to user group Developers. {member}",
        (
            "put version 1 of policy Tools in force in place of version 2. "
            "The policy was attached to user group Developers, and bob was a member."
        ),
        "removed user bob from user group Developers.",
    ]


def test_a_second_stay_in_a_group_counts_like_the_first_and_the_time_between_does_not(bobs: Call) -> None:
    def stay(name: str) -> None:
        add_user_to_group(bobs, group_name="Developers", user_name="bob")
        put_group_policy(bobs, group_name="Developers", policy_name=name, policy_document=LIST_BUCKET)
        remove_user_from_group(bobs, group_name="Developers", user_name="bob")

    stay("First")
    put_group_policy(bobs, group_name="Developers", policy_name="Between", policy_document=LIST_BUCKET)
    stay("Second")
    told = " ".join(history(bobs, "user", "bob"))
    assert "First" in told
    assert "Second" in told
    assert "Between" not in told


def test_a_new_default_version_counts_for_whom_the_policy_is_attached_to_and_bounds(bobs: Call) -> None:
    tools = a_policy(bobs, "Tools")
    create_role(bobs, role_name="Runner", assume_role_policy_document=EC2_TRUST)
    attach_role_policy(bobs, role_name="Runner", policy_arn=tools)
    attach_user_policy(bobs, user_name="bob", policy_arn=tools)
    put_user_permissions_boundary(bobs, user_name="bob", permissions_boundary=tools)
    create_policy_version(bobs, policy_arn=tools, policy_document=OTHER)
    create_policy_version(bobs, policy_arn=tools, policy_document=READ_ONLY, set_as_default=True)
    new = "created version 3 of policy Tools and put it in force in place of version 1."
    attached, bounding = "The policy was attached to {}.", "The policy was the permissions boundary of {}."
    assert history(bobs, "role", "Runner")[-1] == f"{new} {attached.format('Runner')}"
    assert history(bobs, "user", "bob")[-1] == f"{new} {attached.format('bob')} {bounding.format('bob')}"
    put_user_permissions_boundary(bobs, user_name="bob", permissions_boundary=ADMINISTRATOR_ACCESS)
    detach_user_policy(bobs, user_name="bob", policy_arn=tools)
    set_default_policy_version(bobs, policy_arn=tools, version_id="v2")
    assert "version 2" not in " ".join(history(bobs, "user", "bob"))


def test_a_tag_that_policies_ask_for_is_told_with_their_names(bobs: Call) -> None:
    asking = allow("s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/Team": "red"}})
    put_user_policy(bobs, user_name="bob", policy_name="Own", policy_document=asking)
    put_group_policy(bobs, group_name="Developers", policy_name="Shared", policy_document=asking)
    add_user_to_group(bobs, group_name="Developers", user_name="bob")
    tools = a_policy(bobs, "Tools", asking)
    attach_user_policy(bobs, user_name="bob", policy_arn=tools)
    attach_user_policy(bobs, user_name="bob", policy_arn=a_policy(bobs, "Others"))
    tag_user(bobs, user_name="bob", tags=[("team", "red")])
    create_policy_version(bobs, policy_arn=tools, policy_document=LIST_BUCKET, set_as_default=True)
    delete_user_policy(bobs, user_name="bob", policy_name="Own")
    tag_user(bobs, user_name="bob", tags=[("team", "blue"), ("other", "x")])
    tags = {change.row["value"]: change.asking for change in changes(bobs, "user", "bob") if change.kind == "user tag"}
    assert tags == {"red": ("Own", "Shared", "Tools"), "blue": ("Shared",), "x": ()}


def test_joining_and_leaving_a_group_name_the_policies_that_it_had_then(bobs: Call) -> None:
    tools = a_policy(bobs, "Tools")
    attach_group_policy(bobs, group_name="Developers", policy_arn=tools)
    put_group_policy(bobs, group_name="Developers", policy_name="Shared", policy_document=LIST_BUCKET)
    put_group_policy(bobs, group_name="Developers", policy_name="Shared", policy_document=OTHER)
    add_user_to_group(bobs, group_name="Developers", user_name="bob")
    detach_group_policy(bobs, group_name="Developers", policy_arn=tools)
    attach_group_policy(bobs, group_name="Developers", policy_arn=ADMINISTRATOR_ACCESS)
    remove_user_from_group(bobs, group_name="Developers", user_name="bob")
    delete_group_policy(bobs, group_name="Developers", policy_name="Shared")
    detach_group_policy(bobs, group_name="Developers", policy_arn=ADMINISTRATOR_ACCESS)
    add_user_to_group(bobs, group_name="Developers", user_name="bob")
    stays = [change.carried for change in changes(bobs, "user", "bob") if change.kind == "membership"]
    assert stays == [(), ("AdministratorAccess", "Shared"), ("Shared", "Tools")]


def test_groups_and_policies_are_named_as_they_were_and_linked_as_they_are(bobs: Call) -> None:
    tools, gone = a_policy(bobs, "Tools"), a_policy(bobs, "Gone")
    create_group(bobs, group_name="Left")
    for group in ("Developers", "Left"):
        add_user_to_group(bobs, group_name=group, user_name="bob")
    attach_group_policy(bobs, group_name="Left", policy_arn=gone)
    create_policy_version(bobs, policy_arn=gone, policy_document=OTHER, set_as_default=True)
    attach_group_policy(bobs, group_name="Developers", policy_arn=tools)
    told = history(bobs, "user", "bob")
    detach_group_policy(bobs, group_name="Left", policy_arn=gone)
    remove_user_from_group(bobs, group_name="Left", user_name="bob")
    delete_group(bobs, group_name="Left")
    delete_policy_version(bobs, policy_arn=gone, version_id="v1")
    delete_policy(bobs, policy_arn=gone)
    update_group(bobs, group_name="Developers", new_group_name="Builders")
    again = history(bobs, "user", "bob")
    assert again[: len(told)] == told
    assert again[len(told) :] == [
        "detached policy Gone from user group Left. bob was a member of the user group.",
        "removed user bob from user group Left.",
    ]
    found = changes(bobs, "user", "bob")
    version = next(change for change in found if change.kind == "version")
    assert version.things["policy"] == Thing("policy", "Gone")
    assert version.vias[0].group == Thing("group", "Left")
    kept = next(change for change in found if change.things.get("policy", Thing("", "")).name == "Tools")
    assert kept.things == {
        "policy": Thing("policy", "Tools", tools, "Tools"),
        "group": Thing("group", "Developers", "Builders", "Builders"),
    }
