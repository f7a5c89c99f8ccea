"""All rows of an account as data: taken, cleared away, and put back.

What belongs to an account is read from the models themselves, so that a table that comes later is not forgotten.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pghistory.models
from django.apps import apps
from django.core import serializers
from django.db.models import Model, QuerySet

from accounts.models import Account, Organization, OrganizationAccount, OrganizationalUnit
from policies.models import ControlPolicy, ControlPolicyAttachment

__all__ = ["clear_rows", "put_rows", "take_rows"]

_APPS = ("accounts", "policies")
_OUTSIDE = (
    Account, Organization, OrganizationAccount, OrganizationalUnit, ControlPolicy, ControlPolicyAttachment,
)  # fmt: skip
"""What an account is bound by, not what it has: it stays."""


def take_rows(account_id: str) -> list[Any]:
    """Every row that belongs to an account, those that others point at first."""
    return [row for model in _models() for row in serializers.serialize("python", _rows(model, account_id))]


def clear_rows(account_id: str) -> None:
    """Delete every row that belongs to an account, those that point at others first."""
    for model in reversed(_models()):
        # No cascade is followed: the order of the tables is right.
        _rows(model, account_id)._raw_delete(using="default")


def put_rows(rows: list[Any]) -> None:
    """Put rows back as they were taken, ids and all."""
    for row in serializers.deserialize("python", rows, ignorenonexistent=True):
        row.save(force_insert=True)


def _rows(model: type[Model], account_id: str) -> QuerySet[Any]:
    return model._default_manager.filter(**{_way_to_account(model): account_id}).order_by("pk")


@cache
def _models() -> tuple[type[Model], ...]:
    """The tables of an account's own rows, those that others point at first."""
    own = [model for app in _APPS for model in apps.get_app_config(app).get_models() if _way_to_account(model)]
    placed: list[type[Model]] = []
    while own:
        ready = [model for model in own if not ({*_targets(model)} & {*own} - {model})]
        placed += ready
        own = [model for model in own if model not in ready]
    return tuple(placed)


@cache
def _way_to_account(model: type[Model]) -> str:
    """How a table tells whose its rows are: by itself, or by what they point at; empty where they are nobody's."""
    if model in _OUTSIDE or issubclass(model, pghistory.models.Event):
        return ""
    pointers = {field.name: field.related_model for field in model._meta.fields if field.related_model}
    if pointers.get("account") is Account:
        return "account"
    ways = (f"{name}__{_way_to_account(target)}" for name, target in pointers.items() if _owned(target, model))
    return next(ways, "")


def _owned(target: Any, model: type[Model]) -> bool:
    return target is not model and isinstance(target, type) and bool(_way_to_account(target))


def _targets(model: type[Model]) -> Iterator[Any]:
    return (field.related_model for field in model._meta.fields if field.related_model)
