"""What the console's forms share: values are kept, and a refusal lands on the field at fault."""

import re
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django import forms

from iamconsole.aws.errors import AccessDenied, IamError
from iamconsole.console.links import sentence_of

__all__ = ["ConsoleForm", "CreatingForm", "attempt", "place"]

T = TypeVar("T")


class ConsoleForm(forms.Form):
    """A form of the console. `refusal` is the AccessDenied that its operation met."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.refusal: AccessDenied | None = None
        for field in self.fields.values():
            if field.label and field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                verb = "Choose" if isinstance(field, forms.ChoiceField) else "Enter"
                field.error_messages["required"] = f"{verb} the {_inside_a_sentence(str(field.label))}."

    @property
    def status(self) -> int:
        """The status to answer with: 200 for a fresh form, 403 where it was refused, 422 where it must be mended."""
        if self.refusal is not None:
            return 403
        return 422 if self.errors else 200


class CreatingForm(ConsoleForm):
    """A form that makes something; its token lets a double click make one thing (`iamconsole.console.once`)."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def arguments(self) -> dict[str, Any]:
        """What was entered, without the token."""
        return {name: value for name, value in self.cleaned_data.items() if name != "token"}


def attempt(form: ConsoleForm, operation: Callable[..., T], *args: Any, **kwargs: Any) -> T | None:
    """Call an operation for a form; what it refuses is placed on the form, and the answer is None.

    An operation that answers None itself is told apart by `form.errors`.
    """
    try:
        return operation(*args, **kwargs)
    except IamError as error:
        place(form, error)
        return None


def place(form: ConsoleForm, error: IamError) -> None:
    """Put an error on the field of the parameter it names, or above the form."""
    name = _snake(error.field) if error.field else ""
    if isinstance(error, AccessDenied):
        form.refusal = error
    form.add_error(name if name in form.fields else None, sentence_of(error))


def _inside_a_sentence(label: str) -> str:
    """A label without its capital, unless that begins an abbreviation: the user name, the IAM user name."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _snake(name: str) -> str:
    """Turn an API parameter's name into ours: userName, UserName -> user_name; anMFADevice -> an_mfa_device."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
