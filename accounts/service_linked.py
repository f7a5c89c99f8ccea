"""Service-linked roles: a service made them for itself, and only that service changes them.

Rules: using-service-linked-roles; API_DeleteRole (UnmodifiableEntity).
"""

from accounts.models import Role
from accounts.models.role import SERVICE_LINKED_PATH
from iamconsole.aws.errors import InvalidInput, UnmodifiableEntity

__all__ = ["refuse_reserved_path", "refuse_service_linked"]


def refuse_service_linked(role: Role) -> None:
    """Refuse to change a role that is linked to a service."""
    if role.is_service_linked:
        raise UnmodifiableEntity(
            f"Cannot perform the operation on the protected role '{role.role_name}' - "
            "this role is only modifiable by AWS",
            field="roleName",
        )


def refuse_reserved_path(path: str) -> None:
    """Refuse the path of service-linked roles to a role that a customer makes."""
    if path.startswith(SERVICE_LINKED_PATH):
        raise InvalidInput(f"The path {SERVICE_LINKED_PATH} is reserved for service-linked roles.", field="path")
