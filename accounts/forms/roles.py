"""Forms of the pages about roles."""

import re
from typing import Any

from django import forms

from iamconsole.aws import names, quotas
from iamconsole.aws.identifiers import is_account_id
from iamconsole.console.forms import ConsoleForm, CreatingForm
from iamconsole.console.picker import PickField
from policies.editor import trust
from policies.language.kinds import PolicyKind
from policies.validation.findings import error_messages

__all__ = ["EditRoleForm", "NameRoleForm", "RolePoliciesForm", "TrustForm", "TrustPolicyField", "TrustPolicyForm"]

OTHER = "other"
CUSTOM = "custom"
_EC2, _LAMBDA = trust.SERVICES[:2]
_NAME_HINT = "Up to 64 letters, digits and + = , . @ - _ characters. A role cannot be renamed."
_HOURS = (1, 2, 4, 8, 12)
NO_DOCUMENT = "Enter a trust policy."


class TrustPolicyField(forms.CharField):
    """A trust policy as JSON; each problem is said with its line and column."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Trust policy")
        super().__init__(strip=False, widget=forms.Textarea, **kwargs)

    def to_python(self, value: Any) -> str:
        """Take the text with the line ends that it had before a browser sent it."""
        return (super().to_python(value) or "").replace("\r\n", "\n")

    def validate(self, value: str) -> None:
        """Refuse what IAM would not save, and what the checks call an error."""
        if not value.strip():
            if self.required:
                raise forms.ValidationError(NO_DOCUMENT)
            return
        errors = error_messages(value, PolicyKind.TRUST)
        if errors:
            raise forms.ValidationError(errors)


class TrustForm(ConsoleForm):
    """Step 1 of the wizard: who is trusted. Only the fields of the chosen type count.

    What was entered for an option that is not chosen is never dropped in silence: the field asks for one of the two.
    """

    entity_type = forms.ChoiceField(
        label="Trusted entity type",
        choices=[("service", "AWS service"), ("account", "AWS account"), (CUSTOM, "Custom trust policy")],
        initial="service",
    )
    use_case = forms.ChoiceField(
        label="Use case",
        choices=[(_EC2.service, _EC2.label), (_LAMBDA.service, _LAMBDA.label), (OTHER, "Other service")],
        initial=_EC2.service,
        required=False,
    )
    service = forms.ChoiceField(
        label="Other service",
        choices=[("", "Choose a service"), *((case.service, case.label) for case in trust.SERVICES[2:])],
        required=False,
    )
    account_scope = forms.ChoiceField(
        label="Account", choices=[("this", "This account"), ("another", "Another AWS account")], initial="this",
        required=False,
    )  # fmt: skip
    account_id = forms.CharField(label="Account ID", required=False)
    require_external_id = forms.BooleanField(label="Require external ID", required=False)
    external_id = forms.CharField(label="External ID", required=False)
    require_mfa = forms.BooleanField(label="Require MFA", required=False)
    document = TrustPolicyField(required=False)

    def __init__(self, *args: Any, own_account: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own_account = own_account
        self.fields["document"].initial = trust.account_trust(own_account)

    def chosen(self, name: str) -> str:
        """What stands in a field, as it was sent or as it begins; line ends as they were before a browser sent them."""
        value = self[name].value()
        return "" if value is None or value is False else str(value).replace("\r\n", "\n")

    @property
    def service_principal(self) -> str:
        """The service that is chosen, of the common use cases or of the others; empty while none of these is."""
        use_case = self.chosen("use_case") or _EC2.service
        return self.chosen("service") if use_case == OTHER else use_case

    @property
    def trust_policy(self) -> str:
        """The trust policy that the choices make; empty while one of them is missing or wrong."""
        if self.chosen("entity_type") == CUSTOM:
            return self.chosen("document")
        if self.chosen("entity_type") == "service":
            return trust.service_trust(self.service_principal) if self.service_principal else ""
        external_id = self.chosen("external_id") if self.chosen("require_external_id") else ""
        account_id = self._account_id()
        if not is_account_id(account_id) or not names.EXTERNAL_ID.matches(external_id):
            return ""
        return trust.account_trust(account_id, external_id=external_id, require_mfa=bool(self.chosen("require_mfa")))

    def clean(self) -> dict[str, Any]:
        """Check the fields of the chosen type; forget the errors of the others."""
        super().clean()
        chosen = self.chosen("entity_type")
        if chosen != CUSTOM:
            self.errors.pop("document", None)
        elif not self.chosen("document").strip() and "document" not in self.errors:
            self.add_error("document", NO_DOCUMENT)
        if chosen == "service":
            self._check_service()
        if chosen == "account":
            self._check_account()
        return self.cleaned_data

    def _account_id(self) -> str:
        another = self.chosen("account_scope") == "another"
        return re.sub(r"[\s-]", "", self.chosen("account_id")) if another else self.own_account

    def _check_service(self) -> None:
        if not self.service_principal:
            self.add_error("service", "Choose the service.")
        elif self.chosen("service") not in ("", self.service_principal):
            self.add_error("service", "Choose Other service above to trust this one, or take the choice back here.")

    def _check_account(self) -> None:
        entered = re.sub(r"[\s-]", "", self.chosen("account_id"))
        if not is_account_id(self._account_id()):
            self.add_error("account_id", "Enter the 12 digits of the account.")
        elif entered not in ("", self._account_id()):
            self.add_error("account_id", "Choose Another AWS account above to trust this one, or empty the field.")
        if self.chosen("require_external_id"):
            _check_external_id(self, self.chosen("external_id"))
        elif self.chosen("external_id").strip():
            self.add_error("external_id", "Tick Require external ID above to ask for this one, or empty the field.")


class TrustPolicyForm(ConsoleForm):
    """The trust policy of a role that exists. `basis` says which text it was begun with."""

    document = TrustPolicyField()
    basis = forms.CharField(required=False, widget=forms.HiddenInput)


class RolePoliciesForm(ConsoleForm):
    """Step 2 of the wizard: the policies to attach, and at most one boundary."""

    policy_arns = PickField(limit=quotas.POLICIES_PER_ROLE.value, noun="policy")
    permissions_boundary = PickField(limit=1, noun="policy")


class NameRoleForm(CreatingForm):
    """Step 3 of the wizard: name and description."""

    role_name = forms.CharField(
        label="Role name", help_text=_NAME_HINT, widget=forms.TextInput(attrs={"maxlength": 64, "autocomplete": "off"})
    )
    description = forms.CharField(
        label="Description",
        required=False,
        help_text="Up to 1,000 characters.",
        widget=forms.Textarea(attrs={"maxlength": 1000, "rows": 3}),
    )


class EditRoleForm(ConsoleForm):
    """A role's description and how long its sessions may last."""

    description = forms.CharField(
        label="Description",
        required=False,
        help_text="Up to 1,000 characters.",
        widget=forms.Textarea(attrs={"maxlength": 1000, "rows": 3}),
    )
    duration = forms.ChoiceField(
        label="Maximum session duration",
        choices=[(str(hours * 3600), f"{hours} hour{'' if hours == 1 else 's'}") for hours in _HOURS]
        + [(CUSTOM, "Custom duration")],
    )
    seconds = forms.IntegerField(label="Custom duration in seconds", required=False)

    def clean(self) -> dict[str, Any]:
        """Work out the seconds, and refuse what is outside one to twelve hours."""
        super().clean()
        chosen = self.cleaned_data.get("duration")
        limits = quotas.MAX_SESSION_DURATION
        if chosen == CUSTOM and "seconds" not in self.errors:
            seconds = self.cleaned_data.get("seconds")
            if seconds is None or seconds not in limits:
                self.add_error("seconds", f"Enter a number from {limits.minimum:,} to {limits.maximum:,}.")
        return self.cleaned_data

    @property
    def max_session_duration(self) -> int:
        """The chosen duration in seconds."""
        chosen = self.cleaned_data["duration"]
        return int(self.cleaned_data["seconds"] if chosen == CUSTOM else chosen)

    @classmethod
    def begun(cls, description: str, seconds: int) -> "EditRoleForm":
        """The form as a role is now."""
        known = seconds in {hours * 3600 for hours in _HOURS}
        return cls(
            initial={
                "description": description,
                "duration": str(seconds) if known else CUSTOM,
                "seconds": None if known else seconds,
            }
        )


def _check_external_id(form: forms.Form, value: str) -> None:
    known = names.EXTERNAL_ID
    if not known.minimum <= len(value) <= known.maximum or not known.matches(value):
        form.add_error(
            "external_id", "Use 2 to 1,224 letters, digits and the characters + = , . @ : / - _ without spaces."
        )
