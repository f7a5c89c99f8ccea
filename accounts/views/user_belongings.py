"""What hangs on a user: read before it is copied, summed up or deleted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from accounts.access_keys import AccessKeyMetadata
from accounts.mfa_devices import MFADeviceMetadata
from accounts.models import Group, User
from accounts.operations.access_keys import list_access_keys
from accounts.operations.groups import list_groups_for_user
from accounts.operations.mfa_devices import list_mfa_devices
from accounts.operations.users import get_user
from accounts.views.user_facts import profile_of
from iamconsole.call import Call
from iamconsole.console.panels import Panel, panel
from policies.models import Attachment, InlinePolicy
from policies.operations.attachments import list_attached_user_policies
from policies.operations.inline_policies import list_user_policies
from policies.views.policy_picker import policy_name

__all__ = ["Belongings", "belongings_of", "group_rows", "policy_rows"]


@dataclass(frozen=True, slots=True)
class Belongings:
    """What hangs on a user; each list may be refused to the caller."""

    user: User
    keys: Panel[tuple[AccessKeyMetadata, ...]]
    devices: Panel[tuple[MFADeviceMetadata, ...]]
    groups: Panel[tuple[Group, ...]]
    attached: Panel[tuple[Attachment, ...]]
    inline: Panel[tuple[InlinePolicy, ...]]

    @property
    def has_password(self) -> bool:
        """Whether the user can sign in to the console."""
        return profile_of(self.user) is not None

    @property
    def boundary_arn(self) -> str:
        """The ARN of the boundary, empty without one."""
        boundary = getattr(self.user, "boundary", None)
        return str(boundary.policy.arn) if boundary else ""

    @property
    def active_keys(self) -> tuple[AccessKeyMetadata, ...]:
        """The keys that still sign requests."""
        return tuple(key for key in self.keys.value or () if key.is_active)

    @property
    def refused(self) -> tuple[Panel[object], ...]:
        """The lists that were refused."""
        lists: tuple[Panel[object], ...] = (self.keys, self.devices, self.groups, self.attached, self.inline)  # type: ignore[assignment]  # read only
        return tuple(each for each in lists if each.refusal)

    @property
    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """Its permissions as a table reads them: name, type, and what each is used as."""
        inline = tuple((each.policy_name, "Customer inline", "Permissions policy") for each in self.inline.value or ())
        return (
            *group_rows(each.group_name for each in self.groups.value or ()),
            *policy_rows((each.policy.arn for each in self.attached.value or ()), "Permissions policy"),
            *inline,
            *policy_rows([self.boundary_arn] if self.boundary_arn else [], "Permissions boundary"),
        )

    @property
    def grants_nothing(self) -> bool:
        """Whether all that may be seen holds no group and no policy."""
        return not (self.groups.value or self.attached.value or self.inline.value or self.refused)


def group_rows(names: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Groups as rows of a permissions summary."""
    return ((name, "Group", "Permissions group") for name in names)


def policy_rows(arns: Iterable[str], used_as: str) -> Iterator[tuple[str, str, str]]:
    """Managed policies as rows of a permissions summary."""
    for each in arns:
        owner = "AWS managed" if each.startswith("arn:aws:iam::aws:") else "Customer managed"
        yield policy_name(each), owner, used_as


def belongings_of(call: Call, user_name: str) -> Belongings:
    """Read what hangs on a user."""
    user = get_user(call, user_name=user_name)
    name = user.user_name
    return Belongings(
        user,
        panel(list_access_keys, call, user_name=name),
        panel(list_mfa_devices, call, user_name=name),
        panel(list_groups_for_user, call, user_name=name),
        panel(list_attached_user_policies, call, user_name=name),
        panel(list_user_policies, call, user_name=name),
    )
