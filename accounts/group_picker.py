"""The picker of user groups: the part `accounts/groups/_group_picker.html` draws it."""

from collections.abc import Collection, Iterable

from accounts.models import Group
from accounts.operations.groups import list_groups
from iamconsole.console.panels import panel
from iamconsole.console.picker import Picker, read_picker
from iamconsole.console.request import ConsoleRequest

__all__ = ["group_picker"]


def group_picker(
    request: ConsoleRequest,
    *,
    action: str,
    form: str,
    name: str = "group_names",
    joined: Collection[str] = (),
    errors: Iterable[object] = (),
    title: str = "User groups",
    hint: str = "",
    optional: bool = False,
) -> Picker[Group]:
    """Read a form's picker of groups and list its open page; those of `joined` cannot be chosen again."""
    asked = read_picker(request, name)
    return Picker(
        asked=asked,
        panel=panel(list_groups, request.call, page=asked.request),
        action=action,
        form=form,
        key=lambda group: group.group_name,
        taken=joined,
        errors=tuple(map(str, errors)),
        title=title,
        hint=hint,
        optional=optional,
    )
