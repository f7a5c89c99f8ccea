"""Two documents side by side."""

from __future__ import annotations

import json
from time import perf_counter

from policies.editor.diff import compare, normalized

ONE = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*"}]}'
LAID_OUT = json.dumps(json.loads(ONE), indent=2)
OTHER = ONE.replace("GetObject", "PutObject")
MORE = ONE.replace('["s3:GetObject"]', '["s3:GetObject", "s3:ListBucket"]')


def test_layout_is_no_difference() -> None:
    comparison = compare(ONE, LAID_OUT)
    assert comparison.same
    assert {row.change for row in comparison.rows} == {""}


def test_a_changed_line_marks_the_words_that_differ() -> None:
    comparison = compare(ONE, OTHER)
    (changed,) = [row for row in comparison.rows if row.change]
    assert changed.change == "changed"
    assert [text for differs, text in changed.left if differs] == ["GetObject"]
    assert [text for differs, text in changed.right if differs] == ["PutObject"]
    assert changed.left_number == changed.right_number == 6
    assert (comparison.added, comparison.removed) == (1, 1)


def test_lines_of_one_side_stand_alone() -> None:
    comparison = compare(ONE, MORE)
    assert [(row.left_number, row.change) for row in comparison.rows if row.left_number is None] == [
        (None, "added")
    ] * 3
    assert comparison.added == 4
    turned = compare(MORE, ONE)
    assert (turned.added, turned.removed) == (comparison.removed, comparison.added)


def test_every_line_of_both_sides_is_there_in_order() -> None:
    rows = compare(ONE, MORE).rows
    right = ["".join(text for _, text in row.right) for row in rows if row.right_number]
    assert right == normalized(MORE).splitlines()
    assert [row.right_number for row in rows if row.right_number] == list(range(1, len(right) + 1))


def test_a_text_that_is_no_policy_is_compared_as_it_is() -> None:
    assert normalized("not JSON") == "not JSON"
    assert [row.change for row in compare("not JSON", "no JSON").rows] == ["changed"]


def test_two_long_documents_are_compared_quickly() -> None:
    def long(prefix: str) -> str:
        actions = [f"s3:{prefix}{number}" for number in range(1500)]
        return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions}})

    begun = perf_counter()
    compare(long("Get"), long("Put"))
    assert perf_counter() - begun < 3
