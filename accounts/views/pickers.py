"""The pickers of users, user groups and roles: the parts `accounts/<noun>s/_<noun>_picker.html` draw them."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from accounts.models import Group, Role, User
from accounts.operations.groups import list_groups
from accounts.operations.roles import list_roles
from accounts.operations.users import list_users
from iamconsole.aws.paging import Page
from iamconsole.console.panels import panel
from iamconsole.console.picker import Picker, read_picker
from iamconsole.console.request import ConsoleRequest

__all__ = ["group_picker", "role_picker", "user_picker"]

E = TypeVar("E", User, Group, Role)


@dataclass(frozen=True, slots=True)
class EntityPicker(Generic[E]):
    """Makes the pickers of one kind of entity: their usual field, their usual heading, and who lists the kind."""

    field: str
    title: str
    list: Callable[..., Page[E]]

    def __call__(
        self,
        request: ConsoleRequest,
        *,
        action: str,
        form: str,
        name: str = "",
        taken: Collection[str] = (),
        errors: Iterable[object] = (),
        title: str = "",
        hint: str = "",
        optional: bool = False,
        single: bool = False,
    ) -> Picker[E]:
        """Read a form's picker and list its open page; names of `taken` cannot be chosen again."""
        asked = read_picker(request, name or self.field)
        return Picker(
            asked=asked,
            panel=panel(self.list, request.call, page=asked.request),
            action=action,
            form=form,
            key=lambda entity: entity.name,
            taken=taken,
            errors=tuple(map(str, errors)),
            title=title or self.title,
            hint=hint,
            optional=optional,
            single=single,
        )


user_picker = EntityPicker("user_names", "Users", list_users)
group_picker = EntityPicker("group_names", "User groups", list_groups)
role_picker = EntityPicker("role_names", "Roles", list_roles)
