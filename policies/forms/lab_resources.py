"""Forms of the pages about lab resources."""

from typing import Any

from django import forms

from iamconsole.aws import arn
from iamconsole.console.forms import ConsoleForm, CreatingForm
from policies.lab_kinds import REGIONS, LabKind
from policies.language.kinds import PolicyKind
from policies.validation.findings import error_messages

__all__ = ["CreateResourceForm", "LendForm", "ResourcePolicyForm", "TryForm", "role_arn_of"]

INSTANCE_TYPES = ("t3.micro", "t3.small", "m5.large", "m5.4xlarge", "p4d.24xlarge")
_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}


class CreateResourceForm(CreatingForm):
    """What a resource of a kind is made from; only the fields of its kind are there."""

    name = forms.CharField(label="Name", widget=forms.TextInput(attrs={"maxlength": 512, **_PLAIN}))
    description = forms.CharField(
        label="Description", required=False, widget=forms.TextInput(attrs={"maxlength": 1000})
    )
    region = forms.ChoiceField(label="Region", choices=[(code, f"{place}, {code}") for code, place in REGIONS])
    instance_type = forms.ChoiceField(
        label="Instance type", choices=[(name, name) for name in INSTANCE_TYPES],
        help_text="Policies can test it as ec2:InstanceType.",
    )  # fmt: skip
    role = forms.CharField(
        label="Role", widget=forms.TextInput(attrs={"list": "roles", "maxlength": 2048, **_PLAIN}),
        help_text="A role that Lambda may take: its name or its ARN. Handing it over takes iam:PassRole.",
    )  # fmt: skip
    iam_instance_profile = forms.CharField(
        label="Instance profile", required=False,
        widget=forms.TextInput(attrs={"list": "profiles", "maxlength": 128, **_PLAIN}),
        help_text="Gives the instance the role in it. Handing the role over takes iam:PassRole.",
    )  # fmt: skip

    def __init__(self, *args: Any, kind: LabKind, account_id: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account_id, self.kind = account_id, kind
        unused = {
            "name": kind.key == "key",
            "description": kind.key != "key",
            "instance_type": kind.runs_as != "instance profile",
            "role": kind.runs_as != "role",
            "iam_instance_profile": kind.runs_as != "instance profile",
        }
        for name, left_out in unused.items():
            if left_out:
                del self.fields[name]
        if "name" in self.fields:
            self.fields["name"].required = kind.name is not None
            self.fields["name"].help_text = kind.name_hint
            self.fields["name"].label = f"{kind.label} name"
            self.fields["name"].error_messages["required"] = f"Enter the {kind.label.lower()} name."

    def clean_name(self) -> str:
        """Take the name, or say what the service's names look like."""
        name: str = self.cleaned_data["name"]
        rule = self.kind.name
        if rule is not None and not (rule.minimum <= len(name) <= rule.maximum and rule.matches(name)):
            raise forms.ValidationError(f"No {self.kind.label.lower()} can have this name. {self.kind.name_hint}")
        return name

    def clean_role(self) -> str:
        """Give the role's ARN."""
        return role_arn_of(self.cleaned_data["role"].strip(), self.account_id)


def role_arn_of(given: str, account_id: str) -> str:
    """The ARN of a role that was entered; a bare name is that of a role without a path."""
    return given if given.startswith("arn:") else arn.role_arn(account_id, "/", given)


class LendForm(ConsoleForm):
    """The role of a function, or the instance profile of an instance, that it is to have from now on."""

    lent = forms.CharField(
        label="Role", required=False, widget=forms.TextInput(attrs={"list": "lent", "maxlength": 2048, **_PLAIN})
    )

    def __init__(self, *args: Any, kind: LabKind, account_id: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.account_id = kind, account_id
        field = self.fields["lent"]
        field.label = kind.runs_as.capitalize()
        field.required = not kind.take_back
        field.error_messages["required"] = f"Enter the {kind.runs_as}."
        field.help_text = "Its name. Empty: none." if kind.take_back else "Its name or its ARN."

    def arguments(self) -> dict[str, str]:
        """What is lent, as the operation takes it; nothing where it is taken back."""
        lent: str = self.cleaned_data["lent"].strip()
        if self.kind.runs_as == "role":
            return {"role": role_arn_of(lent, self.account_id)}
        return {"iam_instance_profile": lent} if lent else {}


class ResourcePolicyForm(ConsoleForm):
    """The resource policy of a resource that exists. `basis` says which text it was begun with."""

    policy = forms.CharField(label="Resource policy", strip=False, widget=forms.Textarea)
    basis = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_policy(self) -> str:
        """Take the text with the line ends it had before a browser sent it; refuse what the checks call an error."""
        text: str = self.cleaned_data["policy"].replace("\r\n", "\n")
        errors = error_messages(text, PolicyKind.RESOURCE)
        if errors:
            raise forms.ValidationError(errors)
        return text


class TryForm(ConsoleForm):
    """A request to try: which action on which resource, and as whom."""

    acting = forms.CharField(required=False)
    action = forms.CharField(label="Action", widget=forms.TextInput(attrs={"maxlength": 128, **_PLAIN}))
    resource = forms.CharField(
        label="Resource ARN", required=False, widget=forms.TextInput(attrs={"maxlength": 2048, **_PLAIN})
    )
    part = forms.CharField(label="Part", required=False, widget=forms.TextInput(attrs={"maxlength": 1024, **_PLAIN}))
