"""Forms of managed policies: the document, a new policy's details, a new version, what to attach to or import."""

from collections.abc import Sequence
from typing import Any

from django import forms

from iamconsole.aws import names
from iamconsole.console.forms import ConsoleForm, CreatingForm
from iamconsole.console.picker import PickField
from policies.models import PolicyVersion

__all__ = [
    "NO_DOCUMENT",
    "AttachPolicyForm",
    "DocumentForm",
    "ImportPolicyForm",
    "NewPolicyForm",
    "NewVersionForm",
]

ENTITIES_AT_ONCE = 100
NO_DOCUMENT = "Enter a policy document."


class DocumentForm(ConsoleForm):
    """The text of the editor; `basis` says what the editing began with."""

    policy_document = forms.CharField(strip=False, required=False)
    basis = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean_policy_document(self) -> str:
        """Undo the line ends of a form, so that the text is kept as it was written."""
        return str(self.cleaned_data["policy_document"]).replace("\r\n", "\n")


class NewPolicyForm(CreatingForm):
    """What a new policy is called."""

    policy_name = forms.CharField(
        label="Policy name",
        max_length=names.POLICY_NAME.maximum,
        help_text="Use up to 128 letters, digits and + = , . @ - _. A policy cannot be renamed.",
        error_messages={"required": "Enter a policy name."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
    )
    description = forms.CharField(
        label="Description",
        required=False,
        max_length=1000,
        help_text="Up to 1,000 characters. A description cannot be changed later.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_description(self) -> str:
        """Undo the line ends of a form."""
        return str(self.cleaned_data["description"]).replace("\r\n", "\n")


class NewVersionForm(CreatingForm):
    """Whether the new version comes into force, and which one makes room for it where the policy has five."""

    basis = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    set_as_default = forms.BooleanField(label="Set this new version as the default", required=False, initial=True)
    delete_version = forms.ChoiceField(
        label="Version to delete",
        required=False,
        error_messages={"required": "Choose the version to delete.", "invalid_choice": "Choose one of the versions."},
    )

    def __init__(self, *args: Any, deletable: Sequence[PolicyVersion] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["delete_version"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # for the type checker
        field.choices = [(version.version_id, f"Version {version.number}") for version in deletable]
        field.required = bool(deletable)


class AttachPolicyForm(ConsoleForm):
    """The users, user groups and roles that get the policy."""

    user_names = PickField(limit=ENTITIES_AT_ONCE, noun="user")
    group_names = PickField(limit=ENTITIES_AT_ONCE, noun="user group")
    role_names = PickField(limit=ENTITIES_AT_ONCE, noun="role")

    def clean(self) -> dict[str, Any]:
        """Refuse nobody at all."""
        chosen: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(chosen.values()):
            raise forms.ValidationError("Choose at least one user, user group or role.")
        return chosen

    def refused(self, field: str, sentence: str) -> None:
        """Say at a picker what could not be done; the other names stay readable."""
        kept = self.cleaned_data.get(field)
        self.add_error(field, sentence)
        self.cleaned_data[field] = kept


class ImportPolicyForm(ConsoleForm):
    """The policy whose statements are brought in, and what becomes of the text that is there."""

    ADD, REPLACE = "add", "replace"

    policy_arns = PickField(limit=1, noun="policy", required=True)
    mode = forms.ChoiceField(
        label="What to do with the text in the editor",
        choices=[(ADD, "Add the statements at its end"), (REPLACE, "Replace it")],
        initial=ADD,
        required=False,
    )
