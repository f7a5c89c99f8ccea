"""The documents at the root and in docs/ say what is so."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from tests import routes, rules

ROOT = rules.ROOT
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
_COMMAND = re.compile(r"\./manage\.py ([a-z_]+)((?: --[a-z-]+(?:[ =][A-Z]+)?)*)")
# In two pieces each, so that this file is not its own finding.
_ELSEWHERE = re.compile(
    "|".join(
        [
            r"(?<![\w.*/])/work" + r"/",
            r"/root" + r"/",
            "py" + r"pi\.org",
            "python" + r"hosted\.",
            r"registry\.npm" + "js",
        ]
    )
)


@cache
def tracked() -> tuple[Path, ...]:
    """The files of the project: those git knows, or all of them in a copy without git."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
        files = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        files = [file for file in ROOT.rglob("*") if not {".venv", ".data", ".git"} & set(file.relative_to(ROOT).parts)]
    return tuple(file for file in files if file.is_file())


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 100


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    for target in _LINK.findall(document.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        file = (document.parent / target).resolve()
        assert file.exists(), f"{document.name} links to {target}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_commands_exist_with_their_options(document: Path) -> None:
    known = get_commands()
    for name, options in _COMMAND.findall(document.read_text(encoding="utf-8")):
        assert name in known, f"{document.name} names the command {name}"
        usage = load_command_class(known[name], name).create_parser("manage.py", name).format_help()
        for option in re.findall(r"--[a-z-]+", options):
            assert option in usage, f"{document.name} gives {name} the option {option}"


def test_the_readme_names_every_command_of_ours() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    ours = {name for name, app in get_commands().items() if app == "iamconsole"}
    assert ours == {name for name in ours if f"./manage.py {name}" in readme}


def test_the_paths_that_the_readme_lists_exist() -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Where things live")[2].partition("\n[")[0]
    paths = re.findall(r"(?:^    |[ ;])([a-z/]+/)(?= )", section, re.MULTILINE)
    assert len(paths) >= 10
    assert not [path for path in paths if not (ROOT / path).is_dir()]


def test_the_index_of_rules_is_in_step_with_the_docstrings() -> None:
    assert rules.INDEX.read_text(encoding="utf-8") == rules.index(), "run .venv/bin/python -m tests.rules"


def test_the_route_table_is_in_step_with_the_pages_and_the_operations() -> None:
    assert routes.TABLE.read_text(encoding="utf-8") == routes.table(), "run .venv/bin/python -m tests.routes"


def test_every_decision_is_in_the_list_of_architecture() -> None:
    listed = re.findall(r"\(decisions/([\w-]+\.md)\)", (ROOT / "docs/architecture.md").read_text(encoding="utf-8"))
    assert listed == sorted(file.name for file in (ROOT / "docs/decisions").iterdir())


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for file in tracked():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{file.relative_to(ROOT)}: {match.group()}" for match in _ELSEWHERE.finditer(text)]
    assert not found
