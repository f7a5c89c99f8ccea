"""The index of the documentation that the code follows: `python -m tests.rules` writes docs/rules.md anew."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INDEX = ROOT / "docs" / "rules.md"
HEAD = """# Rules

Which page of AWS's documentation is followed where. A name such as `API_CreateUser` is a page of the API Reference, of
IAM unless another service stands before it; the others are pages of the IAM User Guide and its neighbours.

Written by `.venv/bin/python -m tests.rules` from the `Rules:` lines of the docstrings; not by hand.

| page | followed in |
| --- | --- |
"""
_RULES = re.compile(r"Rules:(.*?)(?:\n\s*\n|\Z)", re.DOTALL)
_ASIDE = re.compile(r"\([^)]*\)|\"[^\"]*\"")
_PAGE = re.compile(r"(?:[a-z]+ )?\w+(?:[_-]\w+)+|RFC \d+|CommonErrors")


def strings(tree: ast.AST) -> Iterator[str]:
    """Docstrings, of constants too: every string that stands by itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


def pages_in(text: str) -> Iterator[str]:
    """The pages that a docstring names after `Rules:`, without what is said about them."""
    for rules in _RULES.findall(text):
        for piece in re.split(r"[;,]", _ASIDE.sub("", rules)):
            name = " ".join(piece.split()).partition(". ")[0].rstrip(". ")
            if _PAGE.fullmatch(name):
                yield name


def index() -> str:
    """The whole text of docs/rules.md."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for wing in ("accounts", "iamconsole", "policies"):
        for file in (ROOT / wing).rglob("*.py"):
            module = str(file.relative_to(ROOT))
            for text in strings(ast.parse(file.read_text(encoding="utf-8"))):
                for page in pages_in(text):
                    found[page].add(module)
    lines = [f"| {page} | {', '.join(sorted(found[page]))} |\n" for page in sorted(found, key=str.lower)]
    return HEAD + "".join(lines)


if __name__ == "__main__":
    INDEX.write_text(index(), encoding="utf-8")
