"""The route table of the documentation: `python -m tests.routes` writes docs/routes.md anew."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.pages import ASKS_FOR_NOTHING, CHANGES, PAGES, addresses

TABLE = Path(__file__).resolve().parent.parent / "docs" / "routes.md"
PACKAGES = ("accounts.operations", "policies.operations", "iamconsole.classroom.operations")
MODULES = ("iamconsole.audit.operations",)
HEAD = """# Route table

What each address of the console and each operation asks the caller's policies for. The rows are tried: who is given
only this gets through, who is given everything but this is refused (`tests/test_page_permissions.py` for addresses,
`tests/test_route_table.py` for operations, which names those that have tests of their own).

Written by `.venv/bin/python -m tests.routes` from the tables in `tests/pages.py` and from the operations; not by hand.

## Addresses

The second column is what the page asks for when it is opened. Without the first action there is no page; where it says
"panels", each refusal fills a panel of its own and the page stands. In brackets is why a page is not opened by itself,
or has nothing to ask for. The third column names the changes that are tried at the address itself; whatever else is
sent from a page asks for what its operation asks for, as the second table says.

| address | the page asks for | its form asks for |
| --- | --- | --- |
"""
OPERATIONS_HEAD = """
## Operations

Each asks for the action of its name on its resource. Where further actions stand, all of them must be allowed.

| action | on | further actions |
| --- | --- | --- |
"""
ANY = "`*`: no resource-level permission"


def load() -> None:
    """Import every module with operations, so that the gate knows them all."""
    for package in PACKAGES:
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
            importlib.import_module(f"{package}.{module.name}")
    for name in MODULES:
        importlib.import_module(name)


def words(function: Callable[..., Any]) -> str:
    """The first sentence about a function; one that is made inside another goes by what the outer one says."""
    maker = function.__qualname__.partition(".<locals>")[0]
    text = inspect.getdoc(function) or inspect.getdoc(getattr(sys.modules[function.__module__], maker)) or ""
    return " ".join(text.partition("\n\n")[0].split()).partition(". ")[0].rstrip(".")


def codes(actions: Iterable[str]) -> str:
    return ", ".join(f"`{action}`" for action in actions)


def address_rows() -> Iterator[str]:
    """One row an address, in the order of the addresses."""
    forms: defaultdict[str, list[str]] = defaultdict(list)
    for change in CHANGES:
        forms[change.route] += [*change.reads, change.action, *change.also]
    for route, address in sorted(addresses().items(), key=lambda pair: pair[1]):
        if route in PAGES:
            walk = PAGES[route]
            asked = codes((*walk.actions, *walk.afterwards)) + ("" if walk.decisive else " (panels)")
        else:
            asked = f"({ASKS_FOR_NOTHING[route]})"
        yield f"| `/{address}` | {asked} | {codes(forms[route])} |\n"


def operation_rows() -> Iterator[str]:
    """One row an operation, in the order of the actions."""
    from accounts.arns import any_resource
    from iamconsole.gate import FUNCTIONS, OPERATIONS

    load()
    for action, known in sorted(OPERATIONS.items()):
        if not FUNCTIONS[action].__module__.startswith((*PACKAGES, *MODULES)):
            continue  # an operation of a test's own
        further = [f"`{name}` where `{parameter}` is given" for parameter, name in known.also.items()]
        further += [words(known.further)] if known.further else []
        on = ANY if known.resource is any_resource else words(known.resource)
        yield f"| `{action}` | {on} | {'; '.join(further)} |\n"


def table() -> str:
    """The whole text of docs/routes.md."""
    return "".join((HEAD, *address_rows(), OPERATIONS_HEAD, *operation_rows()))


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iamconsole.settings")
    django.setup()
    TABLE.write_text(table(), encoding="utf-8")
