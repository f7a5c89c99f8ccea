"""Forms about identity providers."""

from django import forms

from iamconsole.aws import names
from iamconsole.console.forms import ConsoleForm, CreatingForm

__all__ = ["AddProviderForm", "AudienceForm", "PracticeTokenForm"]


class AddProviderForm(CreatingForm):
    """Where the provider is, and whom its tokens are for."""

    url = forms.CharField(label="Provider URL", max_length=names.OIDC_URL_LENGTH)
    audience = forms.CharField(label="Audience", max_length=255)


class AudienceForm(ConsoleForm):
    """One more audience."""

    client_id = forms.CharField(label="Audience", max_length=255)


class PracticeTokenForm(ConsoleForm):
    """Whom a practice token is about, for whom it is, and the role to be taken with it."""

    subject = forms.CharField(label="Subject (sub)", max_length=255)
    audience = forms.CharField(label="Audience (aud)", max_length=255)
    role_arn = forms.CharField(label="Role ARN", max_length=2048, required=False)
