"""The permissions boundary of a user or role, as its page shows it.

The part `policies/_boundary.html` draws a `BoundaryOf`; the pages behind its buttons are `policies.views.boundaries`.
"""

from dataclasses import dataclass

from django.urls import reverse

from accounts.models import Role, User
from iamconsole.console.places import page_address
from policies.models import ManagedPolicy

__all__ = ["BoundaryOf", "boundary_of"]


@dataclass(frozen=True, slots=True)
class BoundaryOf:
    """The boundary of an entity (`policy` None where there is none), and where it is changed.

    `editable` is False for a service-linked role.
    """

    noun: str
    name: str
    policy: ManagedPolicy | None
    editable: bool = True

    @property
    def set_address(self) -> str:
        """Where a boundary is set or changed."""
        return reverse(f"{self.noun}-boundary", args=[self.name])

    @property
    def remove_address(self) -> str:
        """Where the boundary is removed."""
        return reverse(f"{self.noun}-remove-boundary", args=[self.name])

    @property
    def page_address(self) -> str:
        """The entity's own page, on its permissions tab."""
        return page_address(self.noun, self.name, "permissions")


def boundary_of(entity: User | Role) -> BoundaryOf:
    """Give the boundary of a user or role that was found by GetUser or GetRole; costs no query."""
    boundary = getattr(entity, "boundary", None)
    return BoundaryOf(
        noun="role" if isinstance(entity, Role) else "user",
        name=entity.name,
        policy=boundary.policy if boundary else None,
        editable=not (isinstance(entity, Role) and entity.is_service_linked),
    )
