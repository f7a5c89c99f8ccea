"""What the console does with a user in several calls, as AWS's console does: each call is authorized by itself.

What could be done stays done; what was refused is answered as one sentence each.

Rules: id_users_create; id_users_remove.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

from accounts.models import User
from accounts.operations.access_keys import delete_access_key, list_access_keys, update_access_key
from accounts.operations.groups import add_user_to_group, remove_user_from_group
from accounts.operations.login_profiles import create_login_profile, delete_login_profile
from accounts.operations.mfa_devices import deactivate_mfa_device, delete_virtual_mfa_device
from accounts.operations.users import create_user, delete_user
from accounts.passwords import policy_of
from accounts.principals import UserPrincipal
from accounts.views.user_belongings import Belongings, belongings_of
from iamconsole.aws import arn
from iamconsole.aws.errors import DeleteConflict, NoSuchEntity
from iamconsole.call import Call
from iamconsole.console.links import sentence_of
from iamconsole.console.steps import Step, cascade, perform
from policies import access
from policies.operations.attachments import attach_user_policy, detach_user_policy
from policies.operations.boundaries import put_user_permissions_boundary
from policies.operations.inline_policies import (
    delete_user_policy,
    get_user_policy,
    put_user_policy,
)
from policies.views.policy_picker import policy_name

__all__ = [
    "CHANGE_PASSWORD_POLICY",
    "Created",
    "NewUser",
    "copy_permissions",
    "create_with_everything",
    "deactivate_keys",
    "delete_with_everything",
    "let_change_password",
]

CHANGE_PASSWORD_POLICY = arn.policy_arn("aws", "/", "IAMUserChangePassword")


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to be made: what the wizard has collected. No password means no console access."""

    user_name: str
    path: str = "/"
    password: str = field(default="", repr=False)
    password_reset_required: bool = True
    group_names: tuple[str, ...] = ()
    policy_arns: tuple[str, ...] = ()
    copy_from: str = ""
    permissions_boundary: str = ""
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Created:
    """A user that was made, whether it has the password, and what was refused on the way."""

    user: User
    has_password: bool
    failed: tuple[str, ...]


def create_with_everything(call: Call, new: NewUser) -> Created:
    """Create a user, then its password, memberships and policies; raises only where the user itself is refused."""
    copied = _source(call, new.copy_from) if new.copy_from else None
    boundary = new.permissions_boundary or (copied.boundary_arn if copied else "")
    user = create_user(
        call, user_name=new.user_name, path=new.path, permissions_boundary=boundary or None, tags=new.tags
    )  # fmt: skip
    failed = perform(_password(call, new))
    has_password = bool(new.password) and not failed
    failed += perform(_permissions(call, new))
    if copied:
        failed += [sentence_of(each.refusal) for each in copied.refused if each.refusal]
        failed += perform(_copies(call, new.user_name, copied))
    if has_password and new.password_reset_required:
        failed += let_change_password(call, user)
    return Created(user, has_password, tuple(failed))


def _source(call: Call, user_name: str) -> Belongings:
    try:
        return belongings_of(call, user_name)
    except NoSuchEntity as error:
        raise NoSuchEntity(error.message, field="copyFrom") from error


def copy_permissions(call: Call, user_name: str, source: Belongings) -> list[str]:
    """Give a user the groups, policies and boundary of another; answer with what was refused."""
    failed = [sentence_of(each.refusal) for each in source.refused if each.refusal]
    failed += perform(_copies(call, user_name, source))
    if source.boundary_arn:
        bound = partial(
            put_user_permissions_boundary, call, user_name=user_name, permissions_boundary=source.boundary_arn
        )
        failed += perform([("set the permissions boundary", bound)])
    return failed


def let_change_password(call: Call, user: User) -> list[str]:
    """Attach IAMUserChangePassword to a user who must choose a new password and could not."""
    if policy_of(call.account).allow_users_to_change_password:
        return []
    principal = UserPrincipal(user.account_id, user.user_id, user.user_name, user.path)
    theirs = replace(call, principal=principal, memo={})
    if access.judge(theirs, "iam:ChangePassword", user.arn, {}).allowed:
        return []
    attach = partial(attach_user_policy, call, user_name=user.user_name, policy_arn=CHANGE_PASSWORD_POLICY)
    return perform([("let the user change the password", attach)])


def delete_with_everything(call: Call, user_name: str) -> None:
    """Delete a user after what hangs on it; raises what refused the first step, or Unfinished for a later one.

    A user with an active access key stays untouched. So does one of whom anything could not be taken away, but for
    what was taken away before.
    """
    owned = belongings_of(call, user_name)
    if owned.active_keys:
        raise DeleteConflict("An access key is still active. Deactivate it first.")
    delete = partial(delete_user, call, user_name=user_name)
    cascade(chain(_take_away(call, owned), [("delete the user", delete)]))


def deactivate_keys(call: Call, user_name: str) -> None:
    """Deactivate the active keys of a user; raises what refused the first, or Unfinished for the second."""
    cascade(
        (
            f"deactivate {key.access_key_id}",
            partial(update_access_key, call, user_name=user_name, access_key_id=key.access_key_id, status="Inactive"),
        )
        for key in list_access_keys(call, user_name=user_name)
        if key.is_active
    )


def _password(call: Call, new: NewUser) -> Iterator[Step]:
    if new.password:
        make = partial(
            create_login_profile, call, user_name=new.user_name, password=new.password,
            password_reset_required=new.password_reset_required,
        )  # fmt: skip
        yield "give the user a console password", make


def _permissions(call: Call, new: NewUser) -> Iterator[Step]:
    for group in new.group_names:
        yield f"add the user to {group}", partial(add_user_to_group, call, group_name=group, user_name=new.user_name)
    for policy in new.policy_arns:
        attach = partial(attach_user_policy, call, user_name=new.user_name, policy_arn=policy)
        yield f"attach {policy_name(policy)}", attach


def _copies(call: Call, user_name: str, source: Belongings) -> Iterator[Step]:
    for group in source.groups.value or ():
        yield (
            f"add the user to {group}",
            partial(add_user_to_group, call, group_name=group.group_name, user_name=user_name),
        )
    for attachment in source.attached.value or ():
        policy = attachment.policy
        attach = partial(attach_user_policy, call, user_name=user_name, policy_arn=policy.arn)
        yield f"attach {policy.policy_name}", attach
    for inline in source.inline.value or ():
        copy = partial(_copy_inline, call, source.user.user_name, user_name, inline.policy_name)
        yield f"copy the inline policy {inline.policy_name}", copy


def _copy_inline(call: Call, source: str, user_name: str, name: str) -> None:
    document = get_user_policy(call, user_name=source, policy_name=name).document
    put_user_policy(call, user_name=user_name, policy_name=name, policy_document=document)


def _take_away(call: Call, owned: Belongings) -> Iterator[Step]:
    name = owned.user.user_name
    if owned.has_password:
        yield "delete the console password", partial(delete_login_profile, call, user_name=name)
    for key in owned.keys.value or ():
        drop = partial(delete_access_key, call, user_name=name, access_key_id=key.access_key_id)
        yield f"delete {key.access_key_id}", drop
    for device in owned.devices.value or ():
        serial = device.serial_number
        off = partial(deactivate_mfa_device, call, user_name=name, serial_number=serial)
        yield f"deactivate {device.name}", off
        if not device.is_passkey:
            yield f"delete {device.name}", partial(delete_virtual_mfa_device, call, serial_number=serial)
    for group in owned.groups.value or ():
        leave = partial(remove_user_from_group, call, group_name=group.group_name, user_name=name)
        yield f"remove the user from {group}", leave
    for attachment in owned.attached.value or ():
        policy = attachment.policy
        yield f"detach {policy.policy_name}", partial(detach_user_policy, call, user_name=name, policy_arn=policy.arn)
    for inline in owned.inline.value or ():
        delete = partial(delete_user_policy, call, user_name=name, policy_name=inline.policy_name)
        yield f"delete the inline policy {inline.policy_name}", delete
