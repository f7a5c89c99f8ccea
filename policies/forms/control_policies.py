"""Forms of control policies: name, description and document."""

from django import forms

from iamconsole.aws.organizations import POLICY_DESCRIPTION, POLICY_NAME
from iamconsole.console.forms import CreatingForm
from policies.forms.permissions import InlinePolicyForm

__all__ = ["ControlPolicyForm", "NewControlPolicyForm"]


class ControlPolicyForm(InlinePolicyForm):
    """A control policy as it is edited."""

    name = forms.CharField(
        label="Policy name",
        max_length=POLICY_NAME.maximum,
        help_text="Up to 128 characters. Names that differ only in case are the same.",
        error_messages={"required": "Enter a policy name."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    description = forms.CharField(
        label="Description",
        required=False,
        max_length=POLICY_DESCRIPTION.maximum,
        help_text="Up to 512 characters.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_description(self) -> str:
        """Undo the line ends of a form."""
        return str(self.cleaned_data["description"]).replace("\r\n", "\n")


class NewControlPolicyForm(CreatingForm, ControlPolicyForm):
    """A control policy that is to be made."""
