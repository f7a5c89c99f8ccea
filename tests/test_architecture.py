"""The one rule of the house that the import contracts cannot say: rows are written in operations, nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WRITES = frozenset(
    {"save", "delete", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "raw"}
)
MANAGERS = frozenset({"objects", "_default_manager"})

WRITERS = {
    "accounts/opening.py": "an account is opened before anybody can be signed in to it",
    "accounts/tagging.py": "a shared step of the operations that tag",
    "iamconsole/audit/recording.py": "events",
    "iamconsole/benching/crowd.py": "rows to measure with, always rolled back",
    "iamconsole/benching/visitor.py": "a session to measure with, rolled back too",
    "iamconsole/gate.py": "events",
    "iamconsole/console/drafts.py": "drafts are the console's own",
    "iamconsole/management/commands/seed_demo.py": "retires an earlier demo account",
    "policies/aws_managed_policies.py": "the rows of account aws follow a data file",
    "policies/bounding.py": "a shared step of the operations that bound",
}


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
