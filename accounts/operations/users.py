"""IAM users: create, get, list, update, delete."""

import re
from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from accounts import arns, queries, shapes
from accounts.access_keys import key_array
from accounts.conflicts import must, refusing_duplicates
from accounts.mfa_devices import device_array
from accounts.models import AccessKey, AccessKeyStatus, Membership, User, UserTag
from accounts.tagging import write_tags
from iamconsole.aws import names, quotas
from iamconsole.aws.errors import ValidationError
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from iamconsole.gate import operation
from iamconsole.keyset import Sort, paginate
from policies.bounding import set_boundary

SORTS = {
    "user_name": Sort("user_name", ignore_case=True),
    "path": Sort("path", tie=Sort("user_name", ignore_case=True)),
    "groups": Sort("group_count"),
    "created": Sort("create_date"),
    "last_sign_in": Sort("password_last_used", nullable=True),
}
FILTERS = {
    "path": lambda value: Q(path__startswith=value),
    "group": lambda value: Q(
        Exists(Membership.objects.filter(user=OuterRef("pk"), group__group_name__lower=value.lower()))
    ),
    "keys": lambda value: _with_two_active_keys() if value == TWO_ACTIVE else None,
}
TWO_ACTIVE = "two active"
"""The value of the filter `keys` that finds who has two active access keys: a rotation under way, or a shared user."""
_KEY_ID = re.compile(r"(AKIA|ASIA)[A-Z0-9]*", re.IGNORECASE)


@operation(
    "iam:CreateUser",
    resource=arns.new_user,
    keys={"permissions_boundary": "iam:PermissionsBoundary"},
    also={"tags": "iam:TagUser"},
    answer=shapes.user,
)
def create_user(
    call: Call,
    *,
    user_name: str,
    path: str = "/",
    permissions_boundary: str | None = None,
    tags: Sequence[tuple[str, str]] = (),
) -> User:
    """Create an IAM user in the caller's account, without credentials and without permissions.

    Raises EntityAlreadyExists for a name that differs only in case, LimitExceeded at 5,000 users.

    Rules: API_CreateUser; reference_iam-quotas.
    """
    names.check_user_name(user_name)
    names.check_path(path)
    names.check_tags(list(tags))
    quotas.USERS_PER_ACCOUNT.check(queries.lock_account(call).user_count)
    with refusing_duplicates(f"User with name {user_name} already exists.", field="userName"):
        user = User.objects.create(account=call.account, user_name=user_name, path=path)
    write_tags(UserTag, user, tags)
    if permissions_boundary:
        set_boundary(call, user, permissions_boundary)
    return user


@operation("iam:GetUser", resource=arns.named_user, read_only=True)
def get_user(call: Call, *, user_name: str | None = None) -> User:
    """Read a user, or the caller where no name is given.

    The user comes with its login profile, its boundary and its tags (`tag_list`).

    Rules: API_GetUser.
    """
    if user_name is None and call.principal.identity_type != "IAMUser":
        raise ValidationError("Must specify userName when calling with non-User credentials")
    return queries.find_user(call, user_name or call.principal.name)


@operation("iam:ListUsers", resource=arns.any_resource, read_only=True)
def list_users(call: Call, *, path_prefix: str = "/", page: PageRequest = PageRequest()) -> Page[User]:
    """List the account's users whose path begins with the prefix, one page at a time.

    Each comes with its login profile, its access keys (`key_list`), its MFA devices (`device_list`) and the names of
    its groups (`group_names`). A search finds users by name, and by an access key id. Filters: `path`, where it begins;
    `group`, the name of one.

    Rules: API_ListUsers.
    """
    names.check(names.PATH_PREFIX, path_prefix, "pathPrefix")
    memberships = Membership.objects.filter(user=OuterRef("pk")).order_by(Lower("group__group_name"))
    rows: QuerySet[Any] = queries.users(call).select_related("login_profile")
    rows = rows.annotate(key_list=key_array(), group_names=ArraySubquery(memberships.values("group__group_name")))
    rows = rows.annotate(device_list=device_array())
    if path_prefix != "/":
        rows = rows.filter(path__startswith=path_prefix)
    if page.query:
        rows = rows.filter(_found_by(page.query.strip()))
    return paginate(
        rows, page, sorts=SORTS, default="user_name", filters=FILTERS, total=call.account.user_count
    )  # fmt: skip


def _with_two_active_keys() -> Q:
    active = AccessKey.objects.filter(user=OuterRef("pk"), status=AccessKeyStatus.ACTIVE).order_by().values("user")
    return Q(Exists(active.annotate(number=Count("pk")).filter(number__gte=2)))


def _found_by(query: str) -> Q:
    found = Q(user_name__icontains=query)
    if _KEY_ID.fullmatch(query):
        found |= Q(Exists(AccessKey.objects.filter(user=OuterRef("pk"), access_key_id__startswith=query.upper())))
    return found


@operation("iam:UpdateUser", resource=arns.renamed_user)
def update_user(call: Call, *, user_name: str, new_user_name: str | None = None, new_path: str | None = None) -> None:
    """Rename or move a user. The unique id stays; the ARN changes.

    Rules: API_UpdateUser.
    """
    user = queries.lock_user(call, user_name)
    if new_user_name is not None:
        names.check_user_name(new_user_name, "newUserName")
        user.user_name = new_user_name
    if new_path is not None:
        names.check_path(new_path, "newPath")
        user.path = new_path
    with refusing_duplicates(f"User with name {new_user_name} already exists.", field="newUserName"):
        user.save(update_fields=["user_name", "path"])


@operation("iam:DeleteUser", resource=arns.named_user)
def delete_user(call: Call, *, user_name: str) -> None:
    """Delete a user that nothing hangs on any more; the tags go with it.

    Raises DeleteConflict while a login profile, an access key, an MFA device, a policy or a group membership remains.

    Rules: API_DeleteUser.
    """
    user = queries.lock_user(call, user_name)
    must("detach all policies", remaining=user.attachments.exists())
    must("delete policies", remaining=user.inline_policies.exists())
    must("remove users from group", remaining=user.memberships.exists())
    must("delete login profile", remaining=hasattr(user, "login_profile"))
    must("delete access keys", remaining=user.access_keys.exists())
    must("delete MFA device", remaining=user.mfa_devices.exists())
    user.delete()
