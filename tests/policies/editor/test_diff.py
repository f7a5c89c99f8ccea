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


def long(*actions: str) -> str:
    listed = [f"s3:Get{number:03}" for number in range(500)]
    for place, name in enumerate(actions):
        listed[100 + place * 200] = name
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": listed, "Resource": "*"}})


def test_a_long_comparison_is_folded_to_what_changed_and_three_lines_around_it() -> None:
    comparison = compare(long(), long("s3:One", "s3:Two"))
    folded = comparison.folded(400)
    rows = [row for row in folded if not isinstance(row, int)]
    gaps = [row for row in folded if isinstance(row, int)]
    assert [row.change for row in rows] == ["", "", "", "changed", "", "", ""] * 2
    assert gaps == [comparison.rows.index(rows[0]), 193, len(comparison.rows) - comparison.rows.index(rows[-1]) - 1]
    assert comparison.folded(10_000) == comparison.rows


def test_a_folded_comparison_keeps_to_its_number_of_rows() -> None:
    changed = compare(long(), long().replace("Get", "Put"))
    assert sum(not isinstance(row, int) for row in changed.folded(40)) == 40
    same = compare(long(), long())
    assert same.folded(40) == same.rows[:40]


def test_a_comma_that_only_says_that_more_follows_is_no_change() -> None:
    one = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": "*"}]}'
    two = one.replace('"s3:ListBucket"', '"s3:ListBucket", "s3:GetObject"')
    seen = compare(two.replace('"s3:ListBucket", ', '"s3:GetBucketAcl", "s3:ListBucket", '), two)
    assert (seen.added, seen.removed) == (0, 1)
