"""IAM roles: create, get, list, update, delete, and their trust policies."""

from collections.abc import Sequence

from accounts import arns, queries, shapes
from accounts.conflicts import must, refusing_duplicates
from accounts.models import Role, RoleTag
from accounts.service_linked import refuse_reserved_path, refuse_service_linked
from accounts.tagging import write_tags
from accounts.trust import check_trust_policy
from iamconsole.aws import names, quotas
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from iamconsole.gate import operation
from iamconsole.keyset import Sort, paginate
from policies.bounding import set_boundary

SORTS = {
    "role_name": Sort("role_name", ignore_case=True),
    "path": Sort("path", tie=Sort("role_name", ignore_case=True)),
    "created": Sort("create_date"),
    "last_activity": Sort("last_used_date", nullable=True),
}


@operation(
    "iam:CreateRole",
    resource=arns.new_role,
    keys={"permissions_boundary": "iam:PermissionsBoundary"},
    also={"tags": "iam:TagRole"},
    answer=shapes.role,
)
def create_role(
    call: Call,
    *,
    role_name: str,
    assume_role_policy_document: str,
    path: str = "/",
    description: str = "",
    max_session_duration: int = quotas.MAX_SESSION_DURATION.default,
    permissions_boundary: str | None = None,
    tags: Sequence[tuple[str, str]] = (),
) -> Role:
    """Create a role that those whom its trust policy names may take; it can do nothing yet.

    Raises MalformedPolicyDocument for a trust policy that IAM would not save, EntityAlreadyExists for a name that
    differs only in case, LimitExceeded at 1,000 roles or above 2,048 characters of trust policy.

    Rules: API_CreateRole; reference_iam-quotas.
    """
    names.check_role_name(role_name)
    names.check_path(path)
    refuse_reserved_path(path)
    names.check_role_description(description)
    names.check_session_duration(max_session_duration)
    names.check_tags(list(tags))
    check_trust_policy(assume_role_policy_document, "assumeRolePolicyDocument")
    quotas.ROLES_PER_ACCOUNT.check(queries.lock_account(call).role_count)
    with refusing_duplicates(f"Role with name {role_name} already exists.", field="roleName"):
        role = Role.objects.create(
            account=call.account,
            role_name=role_name,
            path=path,
            description=description,
            assume_role_policy_document=assume_role_policy_document,
            max_session_duration=max_session_duration,
        )
    write_tags(RoleTag, role, tags)
    if permissions_boundary:
        set_boundary(call, role, permissions_boundary)
    return role


@operation("iam:GetRole", resource=arns.named_role, read_only=True)
def get_role(call: Call, *, role_name: str) -> Role:
    """Read a role with its boundary and its tags (`tag_list`).

    Rules: API_GetRole.
    """
    return queries.find_role(call, role_name)


@operation("iam:ListRoles", resource=arns.any_resource, read_only=True)
def list_roles(call: Call, *, path_prefix: str = "/", page: PageRequest = PageRequest()) -> Page[Role]:
    """List the account's roles whose path begins with the prefix, one page at a time.

    Rules: API_ListRoles.
    """
    names.check(names.PATH_PREFIX, path_prefix, "pathPrefix")
    rows = queries.roles(call)
    if path_prefix != "/":
        rows = rows.filter(path__startswith=path_prefix)
    return paginate(rows, page, sorts=SORTS, default="role_name", search=("role_name",), total=call.account.role_count)


@operation("iam:UpdateRole", resource=arns.named_role)
def update_role(
    call: Call, *, role_name: str, description: str | None = None, max_session_duration: int | None = None
) -> None:
    """Change a role's description and how long its sessions may last; what is not given stays.

    A service-linked role takes a new description and nothing else. Rules: API_UpdateRole.
    """
    role = queries.lock_role(call, role_name)
    if description is not None:
        names.check_role_description(description)
        role.description = description
    if max_session_duration is not None and max_session_duration != role.max_session_duration:
        refuse_service_linked(role)
        names.check_session_duration(max_session_duration)
        role.max_session_duration = max_session_duration
    role.save(update_fields=["description", "max_session_duration"])


@operation("iam:UpdateRoleDescription", resource=arns.named_role, answer=shapes.role)
def update_role_description(call: Call, *, role_name: str, description: str) -> Role:
    """Change a role's description; UpdateRole has taken its place.

    Rules: API_UpdateRoleDescription.
    """
    names.check_role_description(description)
    role = queries.lock_role(call, role_name)
    role.description = description
    role.save(update_fields=["description"])
    return role


@operation("iam:UpdateAssumeRolePolicy", resource=arns.named_role)
def update_assume_role_policy(call: Call, *, role_name: str, policy_document: str) -> None:
    """Replace a role's trust policy.

    Rules: API_UpdateAssumeRolePolicy.
    """
    role = queries.lock_role(call, role_name)
    refuse_service_linked(role)
    check_trust_policy(policy_document)
    role.assume_role_policy_document = policy_document
    role.save(update_fields=["assume_role_policy_document"])


@operation("iam:DeleteRole", resource=arns.named_role)
def delete_role(call: Call, *, role_name: str) -> None:
    """Delete a role that nothing hangs on any more; its tags and its boundary go with it.

    Raises DeleteConflict while an instance profile holds it or a policy remains, UnmodifiableEntity for a
    service-linked role.

    Rules: API_DeleteRole.
    """
    role = queries.lock_role(call, role_name)
    refuse_service_linked(role)
    must("remove roles from instance profile", remaining=role.instance_profiles.exists())
    must("detach all policies", remaining=role.attachments.exists())
    must("delete policies", remaining=role.inline_policies.exists())
    role.delete()
