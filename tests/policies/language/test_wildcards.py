"""Wildcards: right by comparison with a plain definition, and linear on hostile patterns."""

import re
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language.wildcards import compile_pattern, marked, matches


@settings(deadline=None)
@given(st.text("ab*?", max_size=9), st.text("ab", max_size=10))
def test_a_pattern_covers_what_its_definition_says(pattern: str, text: str) -> None:
    defined = re.fullmatch(pattern.replace("*", ".*").replace("?", "."), text) is not None
    assert matches(pattern, text) is defined


def test_a_star_that_is_not_marked_is_a_character() -> None:
    assert compile_pattern("a*b")("a*b")
    assert not compile_pattern("a*b")("axb")


def test_the_longest_legal_patterns_take_linear_time() -> None:
    text = "a" * 2000
    for pattern in ("*a" * 1000 + "b*", "*" + "a?" * 500 + "b*", ("*" + "a?" * 8 + "b") * 20 + "*"):
        match = compile_pattern(marked(pattern))
        begin = time.process_time()
        assert not match(text)
        assert time.process_time() - begin < 0.1


@settings(deadline=None)
@given(st.text("ab?", min_size=1, max_size=5), st.text("ab", min_size=60, max_size=90))
def test_a_part_with_question_marks_is_found_wherever_it_first_stands(part: str, text: str) -> None:
    for pattern in (f"*{part}*", f"a*{part}*{part}*b", f"{part}*{part}"):
        defined = re.fullmatch(pattern.replace("*", ".*").replace("?", "."), text) is not None
        assert matches(pattern, text) is defined
