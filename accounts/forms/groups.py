"""Forms of user groups."""

from django import forms

from iamconsole.aws import names, quotas
from iamconsole.console.forms import ConsoleForm, CreatingForm
from iamconsole.console.picker import PickField

__all__ = ["AddUsersForm", "CreateGroupForm", "EditGroupForm"]

USERS_AT_ONCE = 100
_NAME = "Use up to 128 letters, digits and + = , . @ - _. Names that differ only in case are the same."


def _name_field() -> forms.CharField:
    return forms.CharField(
        label="User group name",
        max_length=names.GROUP_NAME.maximum,
        help_text=_NAME,
        error_messages={"required": "Enter a user group name."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
    )


class CreateGroupForm(CreatingForm):
    """A group's name and, if wanted, its first users and policies."""

    group_name = _name_field()
    user_names = PickField(limit=USERS_AT_ONCE, noun="user")
    policy_arns = PickField(limit=quotas.POLICIES_PER_GROUP.value, noun="policy")


class EditGroupForm(ConsoleForm):
    """A group's new name."""

    new_group_name = _name_field()


class AddUsersForm(ConsoleForm):
    """The users to add."""

    user_names = PickField(limit=USERS_AT_ONCE, noun="user", required=True)
