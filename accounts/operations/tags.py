"""Tags on users, roles and instance profiles: set, remove, list.

Rules: id_tags.
"""

from collections.abc import Sequence

from accounts import arns, queries
from accounts.models import InstanceProfileTag, RoleTag, UserTag
from accounts.tagging import check_tag_keys, remove_tags, sorted_tags, write_tags
from iamconsole.call import Call
from iamconsole.gate import operation

Tags = tuple[tuple[str, str], ...]


@operation("iam:TagUser", resource=arns.named_user)
def tag_user(call: Call, *, user_name: str, tags: Sequence[tuple[str, str]]) -> None:
    """Set tags on a user; a key that is there gets the new value.

    Rules: API_TagUser.
    """
    write_tags(UserTag, queries.lock_user(call, user_name), tags)


@operation("iam:UntagUser", resource=arns.named_user)
def untag_user(call: Call, *, user_name: str, tag_keys: Sequence[str]) -> None:
    """Remove the tags of these keys from a user.

    Rules: API_UntagUser.
    """
    check_tag_keys(tag_keys)
    remove_tags(UserTag, queries.lock_user(call, user_name), tag_keys)


@operation("iam:ListUserTags", resource=arns.named_user, read_only=True)
def list_user_tags(call: Call, *, user_name: str) -> Tags:
    """List a user's tags by key.

    Rules: API_ListUserTags.
    """
    return sorted_tags(queries.find_user(call, user_name))


@operation("iam:TagRole", resource=arns.named_role)
def tag_role(call: Call, *, role_name: str, tags: Sequence[tuple[str, str]]) -> None:
    """Set tags on a role; a key that is there gets the new value.

    Rules: API_TagRole.
    """
    write_tags(RoleTag, queries.lock_role(call, role_name), tags)


@operation("iam:UntagRole", resource=arns.named_role)
def untag_role(call: Call, *, role_name: str, tag_keys: Sequence[str]) -> None:
    """Remove the tags of these keys from a role.

    Rules: API_UntagRole.
    """
    check_tag_keys(tag_keys)
    remove_tags(RoleTag, queries.lock_role(call, role_name), tag_keys)


@operation("iam:ListRoleTags", resource=arns.named_role, read_only=True)
def list_role_tags(call: Call, *, role_name: str) -> Tags:
    """List a role's tags by key.

    Rules: API_ListRoleTags.
    """
    return sorted_tags(queries.find_role(call, role_name))


@operation("iam:TagInstanceProfile", resource=arns.named_instance_profile)
def tag_instance_profile(call: Call, *, instance_profile_name: str, tags: Sequence[tuple[str, str]]) -> None:
    """Set tags on an instance profile; a key that is there gets the new value.

    Rules: API_TagInstanceProfile.
    """
    write_tags(InstanceProfileTag, queries.lock_instance_profile(call, instance_profile_name), tags)


@operation("iam:UntagInstanceProfile", resource=arns.named_instance_profile)
def untag_instance_profile(call: Call, *, instance_profile_name: str, tag_keys: Sequence[str]) -> None:
    """Remove the tags of these keys from an instance profile.

    Rules: API_UntagInstanceProfile.
    """
    check_tag_keys(tag_keys)
    remove_tags(InstanceProfileTag, queries.lock_instance_profile(call, instance_profile_name), tag_keys)


@operation("iam:ListInstanceProfileTags", resource=arns.named_instance_profile, read_only=True)
def list_instance_profile_tags(call: Call, *, instance_profile_name: str) -> Tags:
    """List an instance profile's tags by key.

    Rules: API_ListInstanceProfileTags.
    """
    return sorted_tags(queries.find_instance_profile(call, instance_profile_name))
