"""Forms of credentials: access keys, and the change of one's own password."""

from django import forms

from iamconsole.aws import names
from iamconsole.console.forms import CreatingForm

__all__ = ["USE_CASES", "AccessKeyForm"]

USE_CASES: tuple[tuple[str, str, str], ...] = (
    ("cli", "Command Line Interface (CLI)", "Better: sign in with short-term credentials from the command line."),
    ("local", "Local code", "Better: let the development tools sign in and fetch short-term credentials."),
    ("compute", "Application running on AWS compute", "Better: give the instance or function a role instead of a key."),
    ("third-party", "Third-party service", "Better: let the service assume a role, with an external ID."),
    ("outside", "Application running outside AWS", "Better: short-term credentials of a role, by identity federation."),
    ("other", "Other", "Rotate the key, and give its user only the permissions it needs."),
)


class AccessKeyForm(CreatingForm):
    """What an access key is wanted for, what it is called, and the promise to have thought of something better."""

    use_case = forms.ChoiceField(
        label="Use case",
        choices=[(key, label) for key, label, _ in USE_CASES],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the access key is for."},
    )
    description = forms.CharField(
        label="Description",
        required=False,
        help_text="Kept as a tag of the user. Letters, digits, spaces and _ . : / = + - @.",
        widget=forms.TextInput(attrs={"maxlength": names.TAG_VALUE.maximum, "autocomplete": "off"}),
    )
    confirmed = forms.BooleanField(
        label="I understand the recommendation and want to create an access key",
        error_messages={"required": "Tick the box to go on."},
    )

    def clean_description(self) -> str:
        """Refuse what cannot be the value of a tag."""
        value = str(self.cleaned_data["description"])
        if not names.TAG_VALUE.matches(value):
            raise forms.ValidationError("Use letters, digits, spaces and _ . : / = + - @ only.")
        return value
