"""What the console does with a role in several calls, as AWS's console does: each call is authorized by itself.

Rules: id_roles_manage_delete; id_roles_create_for-service (the instance profile of an EC2 role).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from accounts.models import InstanceProfile
from accounts.operations.instance_profiles import (
    add_role_to_instance_profile,
    create_instance_profile,
    delete_instance_profile,
    list_instance_profiles_for_role,
    remove_role_from_instance_profile,
)
from accounts.operations.roles import delete_role
from iamconsole.call import Call
from iamconsole.console.panels import Panel, panel
from iamconsole.console.steps import Step, cascade, perform
from policies.models import Attachment, InlinePolicy
from policies.operations.attachments import attach_role_policy, detach_role_policy, list_attached_role_policies
from policies.operations.inline_policies import delete_role_policy, list_role_policies

__all__ = ["Hanging", "delete_with_everything", "equip", "hanging_on"]


@dataclass(frozen=True, slots=True)
class Hanging:
    """What goes with a role when the console deletes it; each list may be refused to the caller."""

    attached: Panel[tuple[Attachment, ...]]
    inline: Panel[tuple[InlinePolicy, ...]]
    profiles: Panel[tuple[InstanceProfile, ...]]


def hanging_on(call: Call, role_name: str) -> Hanging:
    """Read what hangs on a role."""
    return Hanging(
        panel(list_attached_role_policies, call, role_name=role_name),
        panel(list_role_policies, call, role_name=role_name),
        panel(list_instance_profiles_for_role, call, role_name=role_name),
    )


def delete_with_everything(call: Call, role_name: str) -> None:
    """Delete a role after what hangs on it; raises what refused the first step, or Unfinished for a later one.

    The role stays while anything could not be taken away; what was taken away stays away.
    """
    unhang = _unhang(call, role_name, hanging_on(call, role_name))
    cascade(chain(unhang, [("delete the role", partial(delete_role, call, role_name=role_name))]))


def equip(call: Call, role_name: str, policy_arns: Sequence[str], *, with_instance_profile: bool) -> list[str]:
    """Attach the policies to a role just made, and give it its instance profile; answer with what was refused."""
    steps: list[Step] = [
        (f"attach {arn.rpartition('/')[2]}", partial(attach_role_policy, call, role_name=role_name, policy_arn=arn))
        for arn in policy_arns
    ]
    failed = perform(steps)
    if not with_instance_profile:
        return failed
    # Without the profile there is nothing to put the role into: one sentence says it.
    return failed + perform([("make its instance profile", partial(_make_profile, call, role_name))])


def _make_profile(call: Call, role_name: str) -> None:
    create_instance_profile(call, instance_profile_name=role_name)
    add_role_to_instance_profile(call, instance_profile_name=role_name, role_name=role_name)


def _unhang(call: Call, role_name: str, hanging: Hanging) -> Iterator[Step]:
    for attachment in hanging.attached.value or ():
        policy = attachment.policy
        yield f"detach {policy.name}", partial(detach_role_policy, call, role_name=role_name, policy_arn=policy.arn)
    for inline in hanging.inline.value or ():
        name = inline.policy_name
        yield f"delete {name}", partial(delete_role_policy, call, role_name=role_name, policy_name=name)
    for profile in hanging.profiles.value or ():
        named = {"instance_profile_name": profile.name}
        clear = partial(remove_role_from_instance_profile, call, **named, role_name=role_name)
        yield f"clear instance profile {profile.name}", clear
        if profile.name.lower() == role_name.lower():
            yield f"delete instance profile {profile.name}", partial(delete_instance_profile, call, **named)
