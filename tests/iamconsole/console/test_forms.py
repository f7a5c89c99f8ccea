"""Refusals land on the field at fault; a panel keeps its own."""

from __future__ import annotations

import pytest
from django import forms

from iamconsole.aws.errors import AccessDenied, EntityAlreadyExists, IamError, ValidationError
from iamconsole.console.forms import ConsoleForm, CreatingForm, attempt
from iamconsole.console.panels import panel

REFUSAL = AccessDenied(
    "User: x is not authorized to perform: iam:CreateUser on resource: y",
    action="iam:CreateUser",
    resource="y",
    principal_arn="x",
    reason="",
)


class NameForm(ConsoleForm):
    user_name = forms.CharField()


def refused_with(error: IamError) -> NameForm:
    def operation(user_name: str) -> None:
        raise error

    form = NameForm({"user_name": "dave"})
    assert form.is_valid()
    assert attempt(form, operation, **form.cleaned_data) is None
    return form


@pytest.mark.parametrize("parameter", ["userName", "UserName"])
def test_an_error_lands_on_the_field_of_its_parameter(parameter: str) -> None:
    form = refused_with(EntityAlreadyExists("User with name dave already exists.", field=parameter))
    assert form.errors["user_name"] == ["User with name dave already exists."]
    assert form.status == 422
    assert form["user_name"].value() == "dave"


@pytest.mark.parametrize("parameter", [None, "policyArn"])
def test_an_error_of_no_field_stands_above_the_form(parameter: str | None) -> None:
    assert refused_with(ValidationError("No.", field=parameter)).non_field_errors() == ["No."]


def test_a_refused_form_answers_403_and_keeps_the_refusal() -> None:
    form = refused_with(REFUSAL)
    assert form.status == 403
    assert form.refusal is REFUSAL


def test_a_fresh_form_answers_200() -> None:
    assert NameForm().status == 200


def test_a_creating_form_carries_a_token_that_is_no_argument() -> None:
    class Form(CreatingForm):
        user_name = forms.CharField()

    token = str(Form()["token"].value())
    form = Form({"user_name": "dave", "token": token})
    assert form.is_valid()
    assert form.arguments() == {"user_name": "dave"}
    assert str(form.cleaned_data["token"]) == token


def test_a_panel_keeps_what_was_read_or_the_refusal() -> None:
    def read(refuse: bool) -> str:
        if refuse:
            raise REFUSAL
        return "value"

    assert panel(read, refuse=False).value == "value"
    refused = panel(read, refuse=True)
    assert not refused
    assert refused.refusal is REFUSAL
