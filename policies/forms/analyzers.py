"""Forms of IAM Access Analyzer."""

from typing import Any

from django import forms

from iamconsole.console.forms import CreatingForm
from policies.models import AnalyzerType
from policies.operations.analyzers import ANALYZER_NAME, DEFAULT_AGE, LONGEST_AGE

__all__ = ["CreateAnalyzerForm"]

EXTERNAL = (
    AnalyzerType.ACCOUNT.value,
    "External access",
    "Who gets in from outside this account: by trust policies of roles and by policies of resources.",
)
ORGANIZATION = (
    AnalyzerType.ORGANIZATION.value,
    "External access to the organization",
    "Who gets in from outside the organization. Its accounts trust each other.",
)
UNUSED = (
    AnalyzerType.ACCOUNT_UNUSED_ACCESS.value,
    "Unused access",
    "Roles, access keys, passwords and permissions that nobody uses.",
)


class CreateAnalyzerForm(CreatingForm):
    """What an analyzer looks for, and what it is called."""

    type = forms.ChoiceField(label="Type of findings")
    analyzer_name = forms.CharField(
        label="Name",
        max_length=ANALYZER_NAME.maximum,
        help_text="Begin with a letter; then letters, digits, periods, underscores and hyphens.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    unused_access_age = forms.IntegerField(
        label="Tracking period in days",
        required=False,
        min_value=0,
        max_value=LONGEST_AGE,
        initial=DEFAULT_AGE,
        help_text=(
            f"For unused access: speak of what was not used for 1 to {LONGEST_AGE} days. "
            "0 counts at once, for a lesson; AWS begins at 1."
        ),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, in_organization: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = (EXTERNAL, *((ORGANIZATION,) if in_organization else ()), UNUSED)
        field = self.fields["type"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(value, label) for value, label, _ in self.types]
