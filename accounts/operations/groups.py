"""User groups: create, get, list, update, delete, and who is in them."""

from dataclasses import dataclass

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

from accounts import arns, queries, shapes
from accounts.conflicts import must, refusing_duplicates
from accounts.models import Group, Membership, User
from iamconsole.aws import names, quotas
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from iamconsole.gate import operation
from iamconsole.keyset import Sort, paginate
from policies.models import Attachment, InlinePolicy

SORTS = {
    "group_name": Sort("group_name", ignore_case=True),
    "users": Sort("user_count"),
    "created": Sort("create_date"),
}
MEMBER_SORTS = {
    "user_name": Sort("user_name", ignore_case=True),
    "groups": Sort("group_count"),
    "last_sign_in": Sort("password_last_used", nullable=True),
    "created": Sort("create_date"),
}
_PERMISSIONS = {"Defined": Q(has_policies=True), "Not defined": Q(has_policies=False)}


@dataclass(frozen=True, slots=True)
class GroupAndUsers:
    """What GetGroup answers: the group, and one page of its users where they were asked for."""

    group: Group
    users: Page[User]


@operation("iam:CreateGroup", resource=arns.new_group, answer=shapes.group)
def create_group(call: Call, *, group_name: str, path: str = "/") -> Group:
    """Create a user group without users and without permissions.

    Raises EntityAlreadyExists for a name that differs only in case, LimitExceeded at 300 groups.

    Rules: API_CreateGroup; reference_iam-quotas.
    """
    names.check_group_name(group_name)
    names.check_path(path)
    quotas.GROUPS_PER_ACCOUNT.check(queries.lock_account(call).group_count)
    with refusing_duplicates(f"Group with name {group_name} already exists.", field="groupName"):
        return Group.objects.create(account=call.account, group_name=group_name, path=path)


@operation("iam:GetGroup", resource=arns.named_group, read_only=True)
def get_group(call: Call, *, group_name: str, page: PageRequest | None = PageRequest()) -> GroupAndUsers:
    """Read a group with one page of its users; without a page, the group alone.

    Rules: API_GetGroup.
    """
    group = queries.find_group(call, group_name)
    if page is None:
        return GroupAndUsers(group, Page(items=(), total=group.user_count))
    rows = queries.users(call).filter(memberships__group=group)
    users = paginate(
        rows, page, sorts=MEMBER_SORTS, default="user_name", search=("user_name",), total=group.user_count
    )  # fmt: skip
    return GroupAndUsers(group, users)


@operation("iam:ListGroups", resource=arns.any_resource, read_only=True)
def list_groups(call: Call, *, path_prefix: str = "/", page: PageRequest = PageRequest()) -> Page[Group]:
    """List the account's groups whose path begins with the prefix, one page at a time.

    Each tells in `has_policies` whether a policy is attached to it or embedded in it. The filter `permissions` has the
    console's words: `Defined`, `Not defined`.

    Rules: API_ListGroups.
    """
    names.check(names.PATH_PREFIX, path_prefix, "pathPrefix")
    rows = _with_policies(queries.groups(call))
    if path_prefix != "/":
        rows = rows.filter(path__startswith=path_prefix)
    return paginate(
        rows, page, sorts=SORTS, default="group_name", search=("group_name",),
        filters={"permissions": _PERMISSIONS.get}, total=call.account.group_count,
    )  # fmt: skip


@operation("iam:UpdateGroup", resource=arns.renamed_group)
def update_group(
    call: Call, *, group_name: str, new_group_name: str | None = None, new_path: str | None = None
) -> None:
    """Rename or move a group. Its id, its users and its policies stay; the ARN changes.

    Rules: API_UpdateGroup.
    """
    group = queries.lock_group(call, group_name)
    if new_group_name is not None:
        names.check_group_name(new_group_name, "newGroupName")
        group.group_name = new_group_name
    if new_path is not None:
        names.check_path(new_path, "newPath")
        group.path = new_path
    with refusing_duplicates(f"Group with name {new_group_name} already exists.", field="newGroupName"):
        group.save(update_fields=["group_name", "path"])


@operation("iam:DeleteGroup", resource=arns.named_group)
def delete_group(call: Call, *, group_name: str) -> None:
    """Delete a group that holds no user and no policy any more.

    Raises DeleteConflict while a user, an attached policy or an inline policy remains.

    Rules: API_DeleteGroup.
    """
    queries.lock_account(call)  # its counter changes too: the account before the group, as where groups are made
    group = queries.lock_group(call, group_name)
    must("remove users from group", remaining=group.memberships.exists())
    must("detach all policies", remaining=group.attachments.exists())
    must("delete policies", remaining=group.inline_policies.exists())
    group.delete()


@operation("iam:AddUserToGroup", resource=arns.named_group)
def add_user_to_group(call: Call, *, group_name: str, user_name: str) -> None:
    """Put a user into a group; its policies hold for the user's very next request. A member stays one.

    Raises LimitExceeded at the user's eleventh group.

    Rules: API_AddUserToGroup; reference_iam-quotas.
    """
    # The user's row first, then the group's: the order in which the counters of a membership change are locked too.
    user = queries.lock_user(call, user_name)
    group = queries.lock_group(call, group_name)
    if Membership.objects.filter(user=user, group=group).exists():
        return
    quotas.GROUPS_PER_USER.check(user.group_count)
    Membership.objects.create(account=call.account, user=user, group=group)


@operation("iam:RemoveUserFromGroup", resource=arns.named_group)
def remove_user_from_group(call: Call, *, group_name: str, user_name: str) -> None:
    """Take a user out of a group; its policies no longer hold for the user's very next request.

    Raises NoSuchEntity for a user who is not in the group.

    Rules: API_RemoveUserFromGroup.
    """
    user = queries.lock_user(call, user_name)
    group = queries.lock_group(call, group_name)
    deleted, _ = Membership.objects.filter(user=user, group=group).delete()
    if not deleted:
        raise NoSuchEntity(f"The user with name {user_name} is not in the group {group_name}.", field="userName")


@operation("iam:ListGroupsForUser", resource=arns.named_user, read_only=True)
def list_groups_for_user(call: Call, *, user_name: str) -> tuple[Group, ...]:
    """List the groups that a user is in, by name; there are ten at most.

    Rules: API_ListGroupsForUser.
    """
    user = queries.find_user(call, user_name)
    rows = queries.groups(call).filter(memberships__user=user).order_by(SORTS["group_name"].expression)
    return tuple(_with_policies(rows))


def _with_policies(rows: QuerySet[Group]) -> QuerySet[Group]:
    # Not EXISTS: PostgreSQL would read all attachments once to answer it for every group of the account.
    attached = Subquery(Attachment.objects.filter(group=OuterRef("pk")).values("pk")[:1])
    embedded = Subquery(InlinePolicy.objects.filter(group=OuterRef("pk")).values("pk")[:1])
    either = Q(IsNull(attached, rhs=False)) | Q(IsNull(embedded, rhs=False))
    return rows.annotate(has_policies=ExpressionWrapper(either, output_field=BooleanField()))
