"""What the stylesheets, scripts and icons promise."""

import gzip
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = ROOT / "templates"
NO_PAGES = {"classroom/cards_file.html": "a file that a command writes, to be opened by itself; nobody serves it"}
HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b")


def compressed(path: str) -> int:
    return len(gzip.compress((STATIC / path).read_bytes(), 9))


@pytest.mark.parametrize("name", ["base.css", "layout.css", "components.css"])
def test_colours_are_written_out_in_the_tokens_alone(name: str) -> None:
    rules = re.sub(r"#[\w-]+(?=[^;{}]*\{)", "", (STATIC / "css" / name).read_text())

    assert HEX_COLOUR.findall(rules) == []


def test_the_theme_that_follows_the_device_is_the_dark_one_word_for_word() -> None:
    text = (STATIC / "css" / "tokens.css").read_text()
    blocks = dict(re.findall(r'\[data-theme="(dark|auto)"\] \{(.*?)\}', text, re.DOTALL))
    dark, auto = (re.findall(r"[\w-]+:[^;]+;", blocks[theme]) for theme in ("dark", "auto"))

    assert dark == auto != []


def test_every_dark_colour_has_a_light_one() -> None:
    text = (STATIC / "css" / "tokens.css").read_text()
    light, dark = text.split('[data-theme="dark"]')[0], text.split('[data-theme="dark"]')[1]

    assert set(re.findall(r"(--[\w-]+):", dark.split("}")[0])) <= set(re.findall(r"(--[\w-]+):", light))


def test_every_variable_used_is_a_token() -> None:
    known = set(re.findall(r"(--[\w-]+):", (STATIC / "css" / "tokens.css").read_text()))
    used = {
        name
        for path in [*(STATIC / "css").glob("*.css"), *(STATIC / "js").glob("*.js"), STATIC / "icons.svg"]
        for name in re.findall(r"var\((--[\w-]+)", path.read_text())
    }

    assert used - known == set()


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("js/console.js", 6_000),
        ("js/policy_editor.js", 8_000),
        ("vendor/codemirror/codemirror.js", 140_000),
        ("vendor/idiomorph/idiomorph-ext.min.js", 4_500),
    ],
)
def test_scripts_stay_within_their_budget(path: str, limit: int) -> None:
    assert compressed(path) <= limit


def test_a_page_loads_under_a_hundred_kilobytes_cold() -> None:
    files = ["css/tokens.css", "css/base.css", "css/layout.css", "css/components.css", "js/console.js", "icons.svg"]
    font = (STATIC / "vendor/open-sans/open-sans-latin.woff2").stat().st_size
    htmx_and_page = 17_000 + 12_000

    total = sum(map(compressed, files)) + compressed("vendor/idiomorph/idiomorph-ext.min.js") + font + htmx_and_page

    assert total <= 102_400


def test_every_icon_that_a_template_draws_is_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    text = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    drawn = set(re.findall(r'\b(?:icon|draw)\("([\w-]+)"', text)) | set(re.findall(r'icon="([\w-]+)"', text))

    assert drawn - known == set()


def test_templates_hold_no_inline_style_or_script() -> None:
    wrong = re.compile(r"\sstyle=|<style|\son\w+=|hx-on|<script(?![^>]*\ssrc=)|\bhx-vals=.js:", re.IGNORECASE)

    found = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html") if wrong.search(path.read_text())}
    assert found == set(NO_PAGES)


def test_the_editor_bundle_names_no_source_map_and_its_lock_no_addresses() -> None:
    assert "sourceMappingURL" not in (STATIC / "vendor/codemirror/codemirror.js").read_text()
    assert "resolved" not in (STATIC / "src/package-lock.json").read_text()


@pytest.mark.parametrize("name", ["codemirror", "idiomorph", "lucide", "open-sans"])
def test_what_is_vendored_carries_its_licence(name: str) -> None:
    assert (STATIC / "vendor" / name / "LICENSE").stat().st_size > 300
