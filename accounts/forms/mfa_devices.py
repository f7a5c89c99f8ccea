"""Forms about MFA devices: name and type of a new one, and the codes that it shows."""

from typing import Any

from django import forms

from iamconsole.aws import names
from iamconsole.console.forms import ConsoleForm, CreatingForm

__all__ = ["CodeField", "MFACodesForm", "MFADeviceNameForm"]

DIGITS = "Enter the six digits that the app shows."


class CodeField(forms.CharField):
    """Six digits, which people also write with a space in the middle."""

    default_error_messages = {"required": DIGITS}
    widget = forms.TextInput(
        attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 7, "spellcheck": "false"}
    )

    def to_python(self, value: Any) -> str:
        """Leave spaces out."""
        return "".join(str(super().to_python(value)).split())

    def validate(self, value: str) -> None:
        """Refuse all but six digits."""
        super().validate(value)
        if names.failures(names.AUTHENTICATION_CODE, value, "code"):
            raise forms.ValidationError(DIGITS)


APP, PASSKEY = "app", "passkey"


class MFADeviceNameForm(CreatingForm):
    """What a new device is called, and what it is; `no_passkeys` says why it can be no passkey, where it cannot."""

    virtual_mfa_device_name = forms.CharField(
        label="Device name",
        help_text="One that no other device of the account has. Letters, digits and + = , . @ _ -.",
        widget=forms.TextInput(
            attrs={"maxlength": names.VIRTUAL_MFA_DEVICE_NAME.maximum, "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    device_type = forms.ChoiceField(
        label="Device type", choices=((APP, "Authenticator app"), (PASSKEY, "Passkey or security key")), required=False,
        initial=APP,
    )  # fmt: skip

    def __init__(self, *args: Any, no_passkeys: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.no_passkeys = no_passkeys

    @property
    def is_passkey(self) -> bool:
        """Whether a passkey or security key was chosen."""
        return bool(self.cleaned_data["device_type"] == PASSKEY)

    def arguments(self) -> dict[str, Any]:
        """What CreateVirtualMFADevice is given."""
        return {"virtual_mfa_device_name": self.cleaned_data["virtual_mfa_device_name"]}

    def clean_device_type(self) -> str:
        """Refuse a passkey where the browser has none."""
        chosen = str(self.cleaned_data["device_type"] or APP)
        if chosen == PASSKEY and self.no_passkeys:
            raise forms.ValidationError(self.no_passkeys)
        return chosen

    def clean_virtual_mfa_device_name(self) -> str:
        """Refuse what cannot be the name of a device."""
        name = str(self.cleaned_data["virtual_mfa_device_name"])
        if names.failures(names.VIRTUAL_MFA_DEVICE_NAME, name, "name"):
            raise forms.ValidationError("Use letters, digits and + = , . @ _ - only, without spaces.")
        return name


class MFACodesForm(ConsoleForm):
    """Two codes that a device showed one after the other."""

    authentication_code1 = CodeField(label="MFA code 1", help_text="The code that the app shows now.")
    authentication_code2 = CodeField(label="MFA code 2", help_text="The next one, within thirty seconds.")
