"""Permissions boundaries of users and roles: put and delete.

Rules: access_policies_boundaries.
"""

from accounts import arns
from accounts.models import Role, User
from iamconsole.call import Call
from iamconsole.gate import operation
from policies.bounding import set_boundary
from policies.models import Boundary
from policies.owners import ROLE, USER, Owner

KEYS = {"permissions_boundary": "iam:PermissionsBoundary"}


@operation("iam:PutUserPermissionsBoundary", resource=arns.named_user, keys=KEYS)
def put_user_permissions_boundary(call: Call, *, user_name: str, permissions_boundary: str) -> None:
    """Limit what a user's policies can grant to what this managed policy allows; an earlier boundary is replaced.

    Rules: API_PutUserPermissionsBoundary.
    """
    set_boundary(call, USER.lock_for_change(call, user_name), permissions_boundary)


@operation("iam:PutRolePermissionsBoundary", resource=arns.named_role, keys=KEYS)
def put_role_permissions_boundary(call: Call, *, role_name: str, permissions_boundary: str) -> None:
    """Limit what a role's policies can grant to what this managed policy allows; an earlier boundary is replaced.

    Rules: API_PutRolePermissionsBoundary.
    """
    set_boundary(call, ROLE.lock_for_change(call, role_name), permissions_boundary)


@operation("iam:DeleteUserPermissionsBoundary", resource=arns.named_user)
def delete_user_permissions_boundary(call: Call, *, user_name: str) -> None:
    """Remove a user's boundary: its policies grant again all that they say.

    Rules: API_DeleteUserPermissionsBoundary.
    """
    _delete(call, USER, user_name)


@operation("iam:DeleteRolePermissionsBoundary", resource=arns.named_role)
def delete_role_permissions_boundary(call: Call, *, role_name: str) -> None:
    """Remove a role's boundary: its policies grant again all that they say.

    Rules: API_DeleteRolePermissionsBoundary.
    """
    _delete(call, ROLE, role_name)


def _delete(call: Call, owner: Owner[User | Role], name: str) -> None:
    Boundary.objects.filter(**{owner.noun: owner.lock_for_change(call, name)}).delete()
