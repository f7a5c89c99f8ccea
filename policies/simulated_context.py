"""The context of a simulated request: what follows from the principal, and what was entered over it.

Rules: API_ContextEntry; API_SimulatePrincipalPolicy.
"""

import base64
import ipaddress
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from iamconsole.aws import names
from iamconsole.aws.errors import InvalidInput
from policies.simulation import Context, ContextEntry

FIELD = "contextEntries"
_LIST = "List"


def _boolean(value: str) -> None:
    if value.lower() not in ("true", "false"):
        raise ValueError(value)


def _date(value: str) -> None:
    if not value.isdigit():
        datetime.fromisoformat(value)


def _binary(value: str) -> None:
    base64.b64decode(value, validate=True)


CHECKS: Mapping[str, Callable[[str], object]] = {
    "string": str,
    "numeric": Decimal,
    "boolean": _boolean,
    "ip": lambda value: ipaddress.ip_network(value, strict=False),
    "binary": _binary,
    "date": _date,
}
TYPES = tuple(name for kind in CHECKS for name in (kind, kind + _LIST))


def with_entries(context: Context, entries: Sequence[ContextEntry]) -> Context:
    """Lay entries over a context; a key that is given, in any case, replaces the one that was filled in."""
    given: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        _check(entry)
        if entry.context_key_name.lower() in map(str.lower, given):
            raise InvalidInput(f"The context key {entry.context_key_name} is given twice.", field=FIELD)
        given[entry.context_key_name] = tuple(entry.context_key_values)
    replaced = {name.lower() for name in given}
    return {**{key: values for key, values in context.items() if key.lower() not in replaced}, **given}


def _check(entry: ContextEntry) -> None:
    names.check(names.CONTEXT_KEY_NAME, entry.context_key_name, "contextKeyName")
    names.check_member(TYPES, entry.context_key_type, "contextKeyType")
    kind = entry.context_key_type.removesuffix(_LIST)
    if kind == entry.context_key_type and len(entry.context_key_values) != 1:
        raise InvalidInput(
            f"The context key {entry.context_key_name} of type {kind} takes exactly one value.", field=FIELD
        )
    for value in entry.context_key_values:
        try:
            CHECKS[kind](value)
        except (ValueError, ArithmeticError) as error:
            raise InvalidInput(
                f"The value {value} of the context key {entry.context_key_name} is not of type {kind}.", field=FIELD
            ) from error
