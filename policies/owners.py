"""The three kinds of entity that carry policies - user, group, role - as one table.

Rules: access_policies_managed-vs-inline.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from accounts import queries
from accounts.models import Group, Role, User
from accounts.service_linked import refuse_service_linked
from iamconsole.call import Call

Entity = User | Group | Role
E_co = TypeVar("E_co", bound=Entity, covariant=True)


@dataclass(frozen=True, slots=True)
class Owner(Generic[E_co]):
    """A kind of entity: its noun, which is also the column that points at it, and how one is found."""

    noun: str
    find: Callable[[Call, str], E_co]
    lock: Callable[[Call, str], E_co]

    def lock_for_change(self, call: Call, name: str) -> E_co:
        """Lock an entity whose policies are to change; raises UnmodifiableEntity for a service-linked role."""
        entity = self.lock(call, name)
        if isinstance(entity, Role):
            refuse_service_linked(entity)
        return entity


USER = Owner("user", queries.find_user, queries.lock_user)
GROUP = Owner("group", queries.find_group, queries.lock_group)
ROLE = Owner("role", queries.find_role, queries.lock_role)
