"""The resources that an operation is authorized against.

A resolver reads the parameters of a call and answers with its targets. The ARN of an entity that does not exist is
built with the default path, as AWS does: a caller without permission never learns whether it exists.

Rules: list_awsidentityandaccessmanagementiam (resource types).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from accounts import queries
from iamconsole.audit.recording import Resource
from iamconsole.aws import arn
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.call import Call
from policies.evaluation import Policy

Parameters = Mapping[str, Any]
Tags = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Target:
    """One resource of a call: its ARN, its tags, and the condition keys that follow from it.

    `account_id` is the owner where that is not the caller's account; `policy` is the resource's own policy. `concerns`
    is a member account whose place in the caller's organization is changed: its trail is told as well.
    """

    arn: str
    type: str = ""
    name: str = ""
    tags: Tags = ()
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    account_id: str = ""
    policy: Policy | None = None
    concerns: str = ""

    def context(self) -> Mapping[str, tuple[str, ...]]:
        """The condition keys of the resource: its tags by both names IAM gives them, and what else is known."""
        tags = {f"{prefix}:ResourceTag/{key}": (value,) for key, value in self.tags for prefix in ("aws", "iam")}
        return {**tags, **self.keys}

    def as_resource(self) -> Resource:
        """The resource as an event names it."""
        return Resource(self.arn, self.type, self.name, self.account_id)


Resolver = Callable[[Call, Parameters], tuple[Target, ...]]

ANY = Target("*")


def any_resource(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """No resource-level permission: only `Resource: "*"` covers the action."""
    return (ANY,)


def named_user(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The user of `user_name`; without a name, the caller."""
    user_name = parameters.get("user_name")
    return (user_target(call, user_name),) if user_name else calling_user(call, parameters)


def calling_user(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The caller as a resource: the calling user, or the root user."""
    if call.principal.identity_type == "IAMUser":
        return (user_target(call, call.principal.name),)
    return (Target(call.principal.arn, "AWS::IAM::User", call.principal.name),)


def user_registering_passkey(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The same user, at the moment a passkey is enabled. Rules: iam condition key iam:RegisterSecurityKey."""
    return tuple(
        replace(target, keys={**target.keys, "iam:RegisterSecurityKey": ("Activate",)})
        for target in named_user(call, parameters)
    )


def owner_of_access_key(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The user to whom the access key of `access_key_id` belongs; an unknown key stands for no one."""
    owner = queries.find_owner_of_access_key(call, parameters["access_key_id"])
    return (user_target(call, owner),) if owner else (Target(arn.user_arn(call.account_id, "/", "*")),)


def named_group(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The user group of `group_name`."""
    return (group_target(call, parameters["group_name"]),)


def named_role(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The role of `role_name`."""
    return (role_target(call, parameters["role_name"]),)


def named_instance_profile(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The instance profile of `instance_profile_name`."""
    name = parameters["instance_profile_name"]
    try:
        profile = queries.find_instance_profile(call, name)
    except NoSuchEntity:
        return (Target(arn.instance_profile_arn(call.account_id, "/", name), "AWS::IAM::InstanceProfile", name),)
    return (Target(profile.arn, "AWS::IAM::InstanceProfile", profile.name, _tags(profile)),)


def named_mfa_device(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The virtual MFA device of `serial_number`, which is its ARN."""
    serial_number = parameters["serial_number"]
    try:
        device = queries.find_mfa_device(call, serial_number)
    except NoSuchEntity:
        return (Target(serial_number, "AWS::IAM::VirtualMFADevice", arn.split_path(serial_number)[1]),)
    return (Target(device.serial_number, "AWS::IAM::VirtualMFADevice", device.name, _tags(device)),)


def named_oidc_provider(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The OpenID Connect provider of `open_id_connect_provider_arn`."""
    provider_arn = parameters["open_id_connect_provider_arn"]
    name = arn.split_path(provider_arn)[1]
    try:
        tags = _tags(queries.find_oidc_provider(call, provider_arn))
    except NoSuchEntity:
        tags = ()
    return (Target(provider_arn, "AWS::IAM::OIDCProvider", name, tags),)


def new_oidc_provider(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The OpenID Connect provider that is to be made."""
    address = parameters["url"].strip().removeprefix("https://").rstrip("/")
    return (Target(arn.oidc_provider_arn(call.account_id, address), "AWS::IAM::OIDCProvider", address),)


def new_mfa_device(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The virtual MFA device that is to be made."""
    return (_new(call, parameters, "virtual_mfa_device", arn.mfa_arn, "AWS::IAM::VirtualMFADevice"),)


def new_user(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The user that is to be made."""
    return (_new(call, parameters, "user", arn.user_arn, "AWS::IAM::User"),)


def new_group(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The user group that is to be made."""
    return (_new(call, parameters, "group", arn.group_arn, "AWS::IAM::Group"),)


def new_role(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The role that is to be made."""
    return (_new(call, parameters, "role", arn.role_arn, "AWS::IAM::Role"),)


def new_instance_profile(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The instance profile that is to be made."""
    return (_new(call, parameters, "instance_profile", arn.instance_profile_arn, "AWS::IAM::InstanceProfile"),)


def renamed_user(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The user and, where it is renamed, the user it becomes: renaming needs permission on both.

    Rules: id_users_rename.
    """
    return _renamed(call, parameters, "user", user_target)


def renamed_group(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The group and, where it is renamed, the group it becomes: renaming needs permission on both."""
    return _renamed(call, parameters, "group", group_target)


def user_target(call: Call, user_name: str) -> Target:
    """A user as a resource, with tags and the boundary it has."""
    try:
        user = queries.find_user(call, user_name)
    except NoSuchEntity:
        return Target(arn.user_arn(call.account_id, "/", user_name), "AWS::IAM::User", user_name)
    return Target(user.arn, "AWS::IAM::User", user.name, _tags(user), _boundary(user))


def group_target(call: Call, group_name: str) -> Target:
    """A user group as a resource."""
    try:
        group = queries.find_group(call, group_name)
    except NoSuchEntity:
        return Target(arn.group_arn(call.account_id, "/", group_name), "AWS::IAM::Group", group_name)
    return Target(group.arn, "AWS::IAM::Group", group.name)


def role_target(call: Call, role_name: str) -> Target:
    """A role as a resource, with tags and the boundary it has."""
    try:
        role = queries.find_role(call, role_name)
    except NoSuchEntity:
        return Target(arn.role_arn(call.account_id, "/", role_name), "AWS::IAM::Role", role_name)
    return Target(role.arn, "AWS::IAM::Role", role.name, _tags(role), _boundary(role))


def _new(
    call: Call, parameters: Parameters, noun: str, build: Callable[[str, str, str], str], resource_type: str
) -> Target:
    name = parameters[f"{noun}_name"]
    return Target(build(call.account_id, parameters.get("path") or "/", name), resource_type, name)


def _renamed(
    call: Call, parameters: Parameters, noun: str, target: Callable[[Call, str], Target]
) -> tuple[Target, ...]:
    old, new = parameters[f"{noun}_name"], parameters.get(f"new_{noun}_name")
    names = (old,) if new is None or new.lower() == old.lower() else (old, new)
    return tuple(target(call, name) for name in names)


def _tags(entity: Any) -> Tags:
    return tuple((tag["key"], tag["value"]) for tag in entity.tag_list)


def _boundary(entity: Any) -> Mapping[str, tuple[str, ...]]:
    boundary = getattr(entity, "boundary", None)
    return {"iam:PermissionsBoundary": (boundary.policy.arn,)} if boundary else {}
