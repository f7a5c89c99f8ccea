"""Hostile and broken texts: refused at their place, quickly, by reading and by saving alike."""

from __future__ import annotations

import time

import pytest

from policies.language.grammar import problems
from policies.language.kinds import PolicyKind
from policies.language.problems import PolicySyntaxError
from policies.language.reader import read

TEN_MEGABYTES = 10_000_000
FRAME = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"%s}]}'
VALUE = FRAME % ',"Condition":{"NumericEquals":{"aws:EpochTime":%s}}'


def a_member(text: str) -> str:
    return FRAME % f",{text}"


def sent(effect: str) -> str:
    return (FRAME % "").replace("Allow", effect)


CASES = {
    "10,000 lists": "[" * 10_000,
    "10,000 objects": '{"a":' * 10_000,
    "10,000 closed lists": "[" * 10_000 + "]" * 10_000,
    "10,000 lists in a value": VALUE % ("[" * 10_000 + "]" * 10_000),
    "10 MB of nothing": " " * TEN_MEGABYTES,
    "10 MB of lines": "\n" * TEN_MEGABYTES + "x",
    "10 MB in a string": a_member('"Sid":"' + "a" * TEN_MEGABYTES + '"'),
    "10 MB of digits": VALUE % ("1" * TEN_MEGABYTES),
    "10 MB of brackets": "[" * TEN_MEGABYTES,
    "NaN": VALUE % "NaN",
    "infinity": VALUE % "-Infinity",
    "1e308": VALUE % "1e308",
    "1E400": VALUE % "1E400",
    "a number with a leading zero": VALUE % "01",
    "a number in hexadecimal": VALUE % "0x1",
    "a byte order mark": "\ufeff" + FRAME % "",
    "a lone surrogate": a_member('"Sid":"\ud800"'),
    "a lone surrogate as an escape": a_member('"Sid":"\\udfff"'),
    "two surrogates the wrong way round": a_member('"Sid":"\\udc00\\ud800"'),
    "NUL": a_member('"Sid":"\x00"'),
    "NUL as an escape": a_member('"Sid":"\\u0000"'),
    "NUL behind the end": FRAME % "" + "\x00",
    "a key twice": a_member('"Effect":"Deny"'),
    "a key twice, once as an escape": a_member('"\\u0045ffect":"Deny"'),
    "a key twice, once in lower case": a_member('"effect":"Deny"'),
    "a key twice, once with a Cyrillic letter": a_member('"\u0415ffect":"Deny"'),
    "an operator twice": a_member('"Condition":{"Bool":{"a:b":"true"},"Bool":{"a:c":"true"}}'),
    "an operator twice, once in lower case": a_member('"Condition":{"Bool":{"a:b":"true"},"bool":{"a:c":"true"}}'),
    "a condition key twice": a_member('"Condition":{"Bool":{"a:b":"true","a:b":"false"}}'),
    "a Cyrillic A": sent("\u0410llow"),
    "a full-width A": sent("\uff21llow"),
    "a Greek o": sent("All\u03bfw"),
    "an I for an l": sent("AlIow"),
    "a space that takes no room": sent("Al\u200blow"),
    "a letter as an escape of another": sent("\\u0410llow"),
    "a second document": FRAME % "" + "{}",
    "a comment": "/* policy */" + FRAME % "",
    "a line separator": "\u2028" + FRAME % "",
    "nothing": "",
    "null": "null",
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_refused_at_its_place_in_no_time(name: str) -> None:
    text = CASES[name]
    begin = time.process_time()
    with pytest.raises(PolicySyntaxError) as refused:
        read(text)
    found = problems(text, PolicyKind.IDENTITY_MANAGED)
    assert time.process_time() - begin < 0.1  # both; each may take 50 ms
    position = refused.value.position
    assert position.line >= 1
    assert position.column >= 1
    assert 0 <= position.offset <= len(text)
    assert found
    assert len(refused.value.message) < 300


@pytest.mark.parametrize(
    ("name", "column"), [("NaN", 133), ("1e308", 133), ("a key twice", 87), ("a Cyrillic A", 49), ("NUL", 94)]
)
def test_the_place_is_that_of_the_fault(name: str, column: int) -> None:
    with pytest.raises(PolicySyntaxError) as refused:
        read(CASES[name])
    assert refused.value.position.column == column


def test_an_escape_of_the_right_letter_is_that_letter() -> None:
    assert read(sent("\\u0041llow")).statements[0].effect == "Allow"


def test_two_spellings_of_a_condition_key_are_two_tests() -> None:
    """Neither wins over the other: both must hold. Validation calls them an error."""
    text = a_member('"Condition":{"StringEquals":{"aws:username":"a","aws:UserName":"b"}}')
    assert len(read(text).statements[0].conditions) == 2
