"""The picker of roles: the part `accounts/roles/_role_picker.html` draws it."""

from collections.abc import Iterable

from accounts.models import Role
from accounts.operations.roles import list_roles
from iamconsole.console.panels import panel
from iamconsole.console.picker import Picker, read_picker
from iamconsole.console.request import ConsoleRequest

__all__ = ["role_picker"]


def role_picker(
    request: ConsoleRequest,
    *,
    action: str,
    form: str,
    name: str = "role_names",
    errors: Iterable[object] = (),
    title: str = "Roles",
    hint: str = "",
    optional: bool = False,
) -> Picker[Role]:
    """Read a form's picker of roles and list its open page."""
    asked = read_picker(request, name)
    return Picker(
        asked=asked,
        panel=panel(list_roles, request.call, page=asked.request),
        action=action,
        form=form,
        key=lambda role: role.role_name,
        errors=tuple(map(str, errors)),
        title=title,
        hint=hint,
        optional=optional,
    )
