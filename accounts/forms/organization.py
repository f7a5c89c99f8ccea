"""Forms of an organization: units, member accounts, where something moves or is attached to."""

from collections.abc import Sequence
from typing import Any

from django import forms

from iamconsole.aws.organizations import ACCOUNT_NAME, UNIT_NAME
from iamconsole.console.forms import ConsoleForm, CreatingForm

__all__ = ["AttachForm", "CreateAccountForm", "CreateUnitForm", "MoveForm", "RenameUnitForm"]

_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
_OTHER = "Choose one from the list."


class CreateUnitForm(CreatingForm):
    """The name of a new unit."""

    name = forms.CharField(
        label="Unit name",
        max_length=UNIT_NAME.maximum,
        help_text="Up to 128 characters. Two units of one parent cannot have the same name.",
        error_messages={"required": "Enter a unit name."},
        widget=forms.TextInput(attrs=_PLAIN),
    )


class RenameUnitForm(ConsoleForm):
    """The new name of a unit."""

    name = forms.CharField(
        label="Unit name",
        max_length=UNIT_NAME.maximum,
        help_text="The unit keeps its ID, its accounts and the policies that are attached to it.",
        error_messages={"required": "Enter a unit name."},
        widget=forms.TextInput(attrs=_PLAIN),
    )


class CreateAccountForm(CreatingForm):
    """What a new member account is called, who its root user is, and the role by which others get in."""

    account_name = forms.CharField(
        label="Account name",
        max_length=ACCOUNT_NAME.maximum,
        help_text="Up to 50 characters.",
        error_messages={"required": "Enter an account name."},
        widget=forms.TextInput(attrs=_PLAIN),
    )
    email = forms.CharField(
        label="Email address of the root user",
        max_length=254,
        help_text="The root user of the new account signs in with it. No other account may have it.",
        error_messages={"required": "Enter an email address."},
        widget=forms.EmailInput(attrs=_PLAIN),
    )
    role_name = forms.CharField(
        label="IAM role name",
        max_length=64,
        initial="OrganizationAccountAccessRole",
        help_text="Users of the management account switch to this role to administer the new account.",
        widget=forms.TextInput(attrs=_PLAIN),
    )


class _ChoosingForm(ConsoleForm):
    """A form in which one of several things is chosen from a list that the page gives."""

    chosen: str

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields[self.chosen]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # for the type checker
        field.choices = choices


class MoveForm(_ChoosingForm):
    """Where an account goes; `source_parent_id` is where the reader saw it."""

    chosen = "destination_parent_id"
    source_parent_id = forms.CharField(widget=forms.HiddenInput)
    destination_parent_id = forms.ChoiceField(
        label="Move to",
        help_text="The policies of the new place bind the account with its next request.",
        error_messages={"required": _OTHER, "invalid_choice": _OTHER},
    )


class AttachForm(_ChoosingForm):
    """The policy to attach."""

    chosen = "policy_id"
    policy_id = forms.ChoiceField(
        label="Policy", error_messages={"required": _OTHER, "invalid_choice": _OTHER},
    )  # fmt: skip
