"""The page of the checks is in step with the table."""

from pathlib import Path

from policies.validation.report import page

PAGE = Path(__file__).parents[3] / "docs" / "checks.md"


def test_the_page_of_the_checks_is_what_the_table_says() -> None:
    assert PAGE.read_text() == page()
