"""The rules of the house that the import contracts cannot say.

Rows are written in operations, nowhere else; operations know nothing of pages; every module stands on a floor.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WRITES = frozenset(
    {"save", "delete", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "raw"}
)
MANAGERS = frozenset({"objects", "_default_manager"})

WRITERS = {
    "iamconsole/classroom/states.py": "all rows of an account, cleared away and put back by a reset",
    "accounts/issuing.py": "a shared step of the operations that hand out temporary credentials",
    "accounts/opening.py": "an account is opened before anybody can be signed in to it",
    "accounts/tagging.py": "a shared step of the operations that tag",
    "iamconsole/audit/pruning.py": "lets old reads go, under a seal",
    "iamconsole/audit/recorders.py": "events",
    "iamconsole/audit/sealing.py": "seals",
    "iamconsole/benching/crowd.py": "rows to measure with, always rolled back",
    "iamconsole/benching/visitor.py": "a session to measure with, rolled back too",
    "iamconsole/gate.py": "events",
    "iamconsole/console/drafts.py": "drafts are the console's own",
    "iamconsole/console/sessions.py": "so are its sessions",
    "iamconsole/console/slots.py": "and those of a whole browser",
    "iamconsole/management/commands/seed_demo.py": "retires an earlier demo account",
    "policies/aws_managed_policies.py": "the rows of account aws follow a data file",
    "policies/bounding.py": "a shared step of the operations that bound",
    "policies/finding_scan.py": "a shared step of the operations that read findings and that scan",
    "policies/controlling.py": "a shared step of the operations that make a place in an organization",
}

NO_FLOOR = {
    "accounts.apps": "Django's registry",
    "accounts.migrations": "written by makemigrations",
    "iamconsole.apps": "Django's registry",
    "iamconsole.audit.apps": "Django's registry",
    "iamconsole.audit.migrations": "written by makemigrations",
    "policies.apps": "Django's registry",
    "policies.migrations": "written by makemigrations",
}
PAGES = ("django.forms", "django.http", "django.shortcuts", "django.template", "django.urls", "iamconsole.console")


def sources() -> Iterator[Path]:
    for wing in ("iamconsole", "accounts", "policies"):
        for file in sorted((ROOT / wing).rglob("*.py")):
            parts = file.relative_to(ROOT).parts
            if "migrations" not in parts and "operations" not in parts and file.name != "operations.py":
                yield file


def writes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Calls that write through the ORM: on a manager, or `.save()` and `.delete()` on anything that is a row."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES):
            continue
        owner = node.func.value
        on_manager = any(isinstance(part, ast.Attribute) and part.attr in MANAGERS for part in ast.walk(owner))
        if on_manager or (node.func.attr in {"save", "delete"} and not node.args):
            yield node.lineno, node.func.attr


@pytest.mark.parametrize("file", list(sources()), ids=lambda file: str(file.relative_to(ROOT)))
def test_rows_are_written_in_operations(file: Path) -> None:
    name = str(file.relative_to(ROOT))
    found = list(writes(ast.parse(file.read_text(encoding="utf-8"))))
    if name in WRITERS:
        return
    assert not found, f"{name} writes rows past the operations, at lines {found}"


def test_every_exception_still_writes() -> None:
    for name in WRITERS:
        assert list(writes(ast.parse((ROOT / name).read_text(encoding="utf-8")))), f"{name} needs no exception any more"


def contracts() -> dict[str, list[str]]:
    """The modules of the contracts that place them, by the contract's name."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    floors, set_up = told[0]["layers"], told[-1]["source_modules"]
    return {"floors": [each.strip() for floor in floors for each in floor.split(":")], "set-up": set_up}


def modules() -> Iterator[str]:
    """The first modules and packages of each wing, and of the trail, whose modules stand on several floors."""
    for folder in ("accounts", "iamconsole", "iamconsole/audit", "policies"):
        for file in sorted((ROOT / folder).iterdir()):
            name = f"{folder}/{file.stem}".replace("/", ".")
            is_module = file.suffix == ".py" and file.stem != "__init__"
            if (is_module or (file / "__init__.py").exists()) and name != "iamconsole.audit":
                yield name


@pytest.mark.parametrize("module", list(modules()))
def test_every_module_stands_on_a_floor_or_is_excepted(module: str) -> None:
    placed = [each.strip("()") for names in contracts().values() for each in names]
    assert (module in placed) != (module in NO_FLOOR)


def test_every_place_on_a_floor_is_taken() -> None:
    expected = {each for names in contracts().values() for each in names if not each.startswith("(")}
    assert expected | set(NO_FLOOR) <= set(modules())


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def operations() -> Iterator[Path]:
    for wing in ("iamconsole", "accounts", "policies"):
        yield from sorted((ROOT / wing).rglob("operations/*.py"))
        yield from sorted((ROOT / wing).rglob("operations.py"))


@pytest.mark.parametrize("file", list(operations()), ids=lambda file: str(file.relative_to(ROOT)))
def test_operations_know_nothing_of_pages(file: Path) -> None:
    assert not [name for name in imported(file) if f"{name}.".startswith(tuple(f"{page}." for page in PAGES))]
