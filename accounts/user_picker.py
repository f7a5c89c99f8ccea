"""The picker of users: the part `accounts/users/_user_picker.html` draws it."""

from collections.abc import Collection, Iterable

from accounts.models import User
from accounts.operations.users import list_users
from iamconsole.console.panels import panel
from iamconsole.console.picker import Picker, read_picker
from iamconsole.console.request import ConsoleRequest

__all__ = ["user_picker"]


def user_picker(
    request: ConsoleRequest,
    *,
    action: str,
    form: str,
    name: str = "user_names",
    members: Collection[str] = (),
    errors: Iterable[object] = (),
    title: str = "Users",
    hint: str = "",
    optional: bool = False,
) -> Picker[User]:
    """Read a form's picker of users and list its open page; `members` are those who cannot be chosen again."""
    asked = read_picker(request, name)
    return Picker(
        asked=asked,
        panel=panel(list_users, request.call, page=asked.request),
        action=action,
        form=form,
        key=lambda user: user.user_name,
        taken=members,
        errors=tuple(map(str, errors)),
        title=title,
        hint=hint,
        optional=optional,
    )
