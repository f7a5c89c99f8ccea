"""Forms of an entity's permissions: policies to attach, an inline policy."""

from django import forms

from iamconsole.aws import quotas
from iamconsole.console.forms import ConsoleForm, CreatingForm
from iamconsole.console.picker import PickField
from policies.forms.policies import NO_DOCUMENT

__all__ = ["AttachPoliciesForm", "InlinePolicyForm", "NewInlinePolicyForm"]


class AttachPoliciesForm(ConsoleForm):
    """The managed policies to attach."""

    policy_arns = PickField(limit=quotas.POLICIES_PER_USER.value, noun="policy", required=True)


class InlinePolicyForm(ConsoleForm):
    """The document of an inline policy; `seen` is the hash of the text that the editing began with."""

    policy_document = forms.CharField(strip=False, error_messages={"required": NO_DOCUMENT})
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean_policy_document(self) -> str:
        """Undo the line ends of a form, so that the text is stored as it was written."""
        text = str(self.cleaned_data["policy_document"]).replace("\r\n", "\n")
        if not text.strip():
            raise forms.ValidationError(NO_DOCUMENT)
        return text


class NewInlinePolicyForm(CreatingForm, InlinePolicyForm):
    """The name and the document of a new inline policy."""

    policy_name = forms.CharField(
        label="Policy name",
        max_length=128,
        help_text="Use up to 128 letters, digits and + = , . @ - _. An inline policy cannot be renamed.",
        error_messages={"required": "Enter a policy name."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
