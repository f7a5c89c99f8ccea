"""The form of an account's password policy."""

from typing import Any

from django import forms

from iamconsole.aws import quotas
from iamconsole.aws.password_policy import SYMBOLS, PasswordPolicy
from iamconsole.console.forms import ConsoleForm

__all__ = ["CUSTOM", "DEFAULT", "PasswordPolicyForm"]

DEFAULT, CUSTOM = "default", "custom"


class PasswordPolicyForm(ConsoleForm):
    """IAM's policy, or the account's own with all its fields; `confirmed` comes with the answer to the question."""

    kind = forms.ChoiceField(
        label="Password policy", choices=[(DEFAULT, "IAM default"), (CUSTOM, "Custom")], widget=forms.RadioSelect
    )
    minimum_password_length = forms.CharField(
        label="Minimum password length", required=False, help_text="From 6 to 128 characters."
    )
    require_uppercase_characters = forms.BooleanField(
        label="Require an upper-case letter of the Latin alphabet (A-Z)", required=False
    )
    require_lowercase_characters = forms.BooleanField(
        label="Require a lower-case letter of the Latin alphabet (a-z)", required=False
    )
    require_numbers = forms.BooleanField(label="Require a number (0-9)", required=False)
    require_symbols = forms.BooleanField(label=f"Require a symbol ({' '.join(SYMBOLS)})", required=False)
    expires = forms.BooleanField(label="Turn on password expiration", required=False)
    max_password_age = forms.CharField(
        label="Days until a password expires", required=False, help_text="From 1 to 1,095 days."
    )
    hard_expiry = forms.BooleanField(
        label="Expiration requires an administrator's reset",
        required=False,
        help_text="Without it, a user with an expired password chooses a new one at sign-in.",
    )
    allow_users_to_change_password = forms.BooleanField(
        label="Allow users to change their own password",
        required=False,
        help_text="Without it, a user needs iam:ChangePassword, as in IAMUserChangePassword.",
    )
    prevents_reuse = forms.BooleanField(label="Prevent password reuse", required=False)
    password_reuse_prevention = forms.CharField(
        label="Passwords to remember", required=False, help_text="From 1 to 24; the present password counts."
    )
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @staticmethod
    def values_of(policy: PasswordPolicy) -> dict[str, Any]:
        """What the form shows of a policy; in place of IAM's own, what AWS's console proposes for a custom one."""
        own = not policy.is_default
        return {
            "kind": CUSTOM if own else DEFAULT,
            "minimum_password_length": policy.minimum_length,
            "require_uppercase_characters": policy.require_uppercase or not own,
            "require_lowercase_characters": policy.require_lowercase or not own,
            "require_numbers": policy.require_numbers or not own,
            "require_symbols": policy.require_symbols or not own,
            "expires": policy.expires,
            "max_password_age": policy.max_age_days or 90,
            "hard_expiry": policy.hard_expiry,
            "allow_users_to_change_password": policy.allow_users_to_change_password or not own,
            "prevents_reuse": policy.reuse_prevention > 0,
            "password_reuse_prevention": policy.reuse_prevention or 5,
        }

    def clean(self) -> dict[str, Any]:
        """Read the numbers of a custom policy; one whose box is not ticked is left out, whatever its field says."""
        super().clean()
        if self.cleaned_data.get("kind") != CUSTOM:
            return self.cleaned_data
        for name, wanted, limits in (
            ("minimum_password_length", True, quotas.PASSWORD_LENGTH),
            ("max_password_age", self.cleaned_data["expires"], quotas.PASSWORD_MAX_AGE_DAYS),
            ("password_reuse_prevention", self.cleaned_data["prevents_reuse"], quotas.PASSWORD_REUSE_PREVENTION),
        ):
            self.cleaned_data[name] = self._number(name, limits) if wanted else None
        return self.cleaned_data

    def _number(self, name: str, limits: quotas.Range) -> int | None:
        text = self.cleaned_data[name].strip()
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(limits.maximum)) else None
        if number not in limits:
            self.add_error(name, f"Enter a whole number from {limits.minimum} to {limits.maximum:,}.")
            return None
        return number

    def arguments(self) -> dict[str, Any]:
        """The parameters of UpdateAccountPasswordPolicy."""
        aside = ("kind", "expires", "prevents_reuse", "confirmed")
        return {name: value for name, value in self.cleaned_data.items() if name not in aside}

    def entered(self) -> list[tuple[str, str]]:
        """The fields as they were sent, for a question to carry along."""
        return [(name, value) for name in self.fields if name != "confirmed" and (value := self.data.get(name, ""))]
