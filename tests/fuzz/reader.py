"""Fuzz the reader: `.venv/bin/python -m tests.fuzz.reader --seconds 300`.

Whatever the text, it is read or refused with a place; what is read prints and reads again as the same.
"""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from policies.language.grammar import problems
from policies.language.json_text import parse_json
from policies.language.kinds import PolicyKind
from policies.language.problems import PolicySyntaxError
from policies.language.reader import examine, read
from policies.language.size import size_without_white_space
from policies.language.writer import write
from policies.summary.policy_summary import policy_summary
from tests.fuzz.clock import FUZZING, run
from tests.fuzz.texts import broken


def look_at(text: str) -> None:
    """All that may be asked about a text."""
    begin = time.process_time()
    size_without_white_space(text)
    examine(text)
    for kind in PolicyKind:
        for problem in problems(text, kind):
            assert 0 <= problem.span.start.offset <= problem.span.end.offset <= len(text)
            assert problem.message
    try:
        document = read(text)
    except PolicySyntaxError as error:
        place = error.position
    else:
        place = document.span.start
        printed = write(document)
        assert write(read(printed)) == printed
        for statement in document.statements:
            span = statement.span
            assert text[span.start.offset] == "{"
            assert text[span.end.offset - 1] == "}"
            parse_json(text[span.start.offset : span.end.offset])
        policy_summary(text)
    assert place.line >= 1
    assert 0 <= place.offset <= len(text)
    assert time.process_time() - begin < 2


@FUZZING
@given(broken())
def _documents(text: str) -> None:
    look_at(text)


@FUZZING
@given(st.text() | st.text('{}[]",:\\ \nAllowStatement', max_size=300))
def _characters(text: str) -> None:
    look_at(text)


if __name__ == "__main__":
    run(_documents, _characters)
