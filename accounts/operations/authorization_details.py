"""The whole of an account's permissions in one answer: GetAccountAuthorizationDetails."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import arns, queries
from accounts.models import AWS, Group, InstanceProfile, Role, User
from iamconsole.aws import names
from iamconsole.aws.paging import PageRequest
from iamconsole.call import Call
from iamconsole.gate import operation
from policies.models import Attachment, Boundary, InlinePolicy, ManagedPolicy, PolicyVersion
from policies.queries import with_usage

Tags = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class UserDetail:
    """A user with what gives and bounds its permissions. Rules: API_UserDetail."""

    user: User
    group_list: tuple[str, ...]
    user_policy_list: tuple[InlinePolicy, ...]
    attached_managed_policies: tuple[Attachment, ...]
    permissions_boundary: Boundary | None
    tags: Tags


@dataclass(frozen=True, slots=True)
class GroupDetail:
    """A user group with its policies. Rules: API_GroupDetail."""

    group: Group
    group_policy_list: tuple[InlinePolicy, ...]
    attached_managed_policies: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class RoleDetail:
    """A role with what gives and bounds its permissions. Rules: API_RoleDetail."""

    role: Role
    instance_profile_list: tuple[InstanceProfile, ...]
    role_policy_list: tuple[InlinePolicy, ...]
    attached_managed_policies: tuple[Attachment, ...]
    permissions_boundary: Boundary | None
    tags: Tags


@dataclass(frozen=True, slots=True)
class PolicyDetail:
    """A managed policy with all its versions. Rules: API_ManagedPolicyDetail."""

    policy: ManagedPolicy
    policy_version_list: tuple[PolicyVersion, ...]


@dataclass(frozen=True, slots=True)
class AuthorizationDetails:
    """One page of the answer; `after` is the cursor of the next one."""

    user_detail_list: tuple[UserDetail, ...]
    group_detail_list: tuple[GroupDetail, ...]
    role_detail_list: tuple[RoleDetail, ...]
    policies: tuple[PolicyDetail, ...]
    after: str | None = None


@operation("iam:GetAccountAuthorizationDetails", resource=arns.any_resource, read_only=True)
def get_account_authorization_details(
    call: Call,
    *,
    filter: Sequence[str] = (),  # noqa: A002 - AWS's word
    page: PageRequest = PageRequest(),
) -> AuthorizationDetails:
    """Read the users, groups, roles and managed policies of the account, one page at a time.

    AWS managed policies appear where the account uses them. `filter` takes `User`, `Role`, `Group`,
    `LocalManagedPolicy` and `AWSManagedPolicy`; none means all.

    Rules: API_GetAccountAuthorizationDetails.
    """
    for number, kind in enumerate(filter, start=1):
        names.check_member(_KINDS, kind, f"filter.{number}.member")
    wanted = [kind for kind in _KINDS if not filter or kind in filter]
    found, after = _read(call, wanted, page)
    return AuthorizationDetails(
        user_detail_list=tuple(map(_user, found["User"])),
        group_detail_list=tuple(map(_group, found["Group"])),
        role_detail_list=tuple(map(_role, found["Role"])),
        policies=tuple(map(_policy, [*found["LocalManagedPolicy"], *found["AWSManagedPolicy"]])),
        after=after,
    )


def _read(call: Call, wanted: list[str], page: PageRequest) -> tuple[dict[str, list[Any]], str | None]:
    """Take one page from the kinds in turn; a cursor names the kind and the unique id of the last row taken."""
    found: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
    kind, _, last = (page.after or "").partition(":")
    if kind in wanted and "\x00" not in last:
        wanted = wanted[wanted.index(kind) :]
    else:
        last = ""
    mark, room = page.after, page.size
    for kind in wanted:
        rows = list(_KINDS[kind](call).filter(pk__gt=last).order_by("pk")[: room + 1])
        last = ""
        found[kind] = rows[:room]
        if found[kind]:
            mark = f"{kind}:{found[kind][-1].pk}"
        if len(rows) > room:
            return found, mark
        room -= len(rows)
    return found, None


def _users(call: Call) -> QuerySet[Any]:
    return queries.users(call).prefetch_related(
        "memberships__group", "inline_policies", "attachments__policy", "boundary__policy", "tags"
    )


def _groups(call: Call) -> QuerySet[Any]:
    return queries.groups(call).prefetch_related("inline_policies", "attachments__policy")


def _roles(call: Call) -> QuerySet[Any]:
    return queries.roles(call).prefetch_related(
        "instance_profiles", "inline_policies", "attachments__policy", "boundary__policy", "tags"
    )


def _local_policies(call: Call) -> QuerySet[Any]:
    return with_usage(call, ManagedPolicy.objects.filter(account_id=call.account_id)).prefetch_related("versions")


def _aws_policies(call: Call) -> QuerySet[Any]:
    attached = Attachment.objects.filter(account_id=call.account_id, policy=OuterRef("pk"))
    bounding = Boundary.objects.filter(account_id=call.account_id, policy=OuterRef("pk"))
    used = ManagedPolicy.objects.filter(Q(Exists(attached)) | Q(Exists(bounding)), account_id=AWS)
    return with_usage(call, used).prefetch_related("versions")


_KINDS: Mapping[str, Callable[[Call], QuerySet[Any]]] = {
    "User": _users,
    "Group": _groups,
    "Role": _roles,
    "LocalManagedPolicy": _local_policies,
    "AWSManagedPolicy": _aws_policies,
}


def _user(user: User) -> UserDetail:
    return UserDetail(
        user=user,
        group_list=tuple(sorted(membership.group.group_name for membership in user.memberships.all())),
        user_policy_list=_inline(user),
        attached_managed_policies=_attached(user),
        permissions_boundary=getattr(user, "boundary", None),
        tags=_tags(user),
    )


def _group(group: Group) -> GroupDetail:
    return GroupDetail(group=group, group_policy_list=_inline(group), attached_managed_policies=_attached(group))


def _role(role: Role) -> RoleDetail:
    return RoleDetail(
        role=role,
        instance_profile_list=tuple(role.instance_profiles.all()),
        role_policy_list=_inline(role),
        attached_managed_policies=_attached(role),
        permissions_boundary=getattr(role, "boundary", None),
        tags=_tags(role),
    )


def _policy(policy: ManagedPolicy) -> PolicyDetail:
    versions = sorted(policy.versions.all(), key=lambda version: -version.number)
    return PolicyDetail(policy=policy, policy_version_list=tuple(versions))


def _inline(entity: User | Group | Role) -> tuple[InlinePolicy, ...]:
    return tuple(sorted(entity.inline_policies.all(), key=lambda policy: policy.policy_name.lower()))


def _attached(entity: User | Group | Role) -> tuple[Attachment, ...]:
    return tuple(sorted(entity.attachments.all(), key=lambda attachment: attachment.policy.policy_name.lower()))


def _tags(entity: User | Role) -> Tags:
    return tuple(sorted((tag.key, tag.value) for tag in entity.tags.all()))
