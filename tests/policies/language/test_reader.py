"""Reading documents: places, faults of form, and speed on hostile input."""

import json
import re
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language.problems import PolicySyntaxError
from policies.language.reader import examine, read
from policies.language.writer import write

LIST_BUCKET = """{
  "Version": "2012-10-17",
  "Statement": {
    "Sid": "ListBucketObjects",
    "Effect": "Allow",
    "Action": ["s3:ListBucket", "s3:Get*"],
    "Resource": "arn:aws:s3:::my-bucket",
    "Condition": {"NumericLessThan": {"s3:max-keys": 10}, "Bool": {"aws:SecureTransport": [true]}}
  }
}
"""


def faults(text: str) -> list[str]:
    return [problem.sentence for problem in examine(text).problems]


def a_statement(**members: Any) -> str:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", **members}
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{key: each for key, each in statement.items() if each != ...}]}
    )


def test_every_element_and_value_knows_its_place() -> None:
    (statement,) = read(LIST_BUCKET).statements
    assert (statement.span.start.line, statement.span.start.column, statement.span.start.offset) == (3, 16, 44)
    assert (statement.span.end.line, statement.span.end.column) == (9, 4)
    assert statement.sid is not None
    assert LIST_BUCKET[statement.sid.span.start.offset : statement.sid.span.end.offset] == '"ListBucketObjects"'
    assert statement.action is not None
    assert [(value.text, value.span.start.line, value.span.start.column) for value in statement.action.values] == [
        ("s3:ListBucket", 6, 16),
        ("s3:Get*", 6, 33),
    ]


def test_numbers_and_booleans_of_conditions_are_their_text() -> None:
    (statement,) = read(LIST_BUCKET).statements
    assert [(each.key.text, each.values[0].text) for each in statement.conditions] == [
        ("s3:max-keys", "10"),
        ("aws:SecureTransport", "true"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_counts_once(end: str) -> None:
    (statement,) = read(LIST_BUCKET.replace("\n", end)).statements
    assert (statement.effect_span.start.line, statement.effect_span.start.column) == (5, 15)


def test_ac51_the_version_of_the_handout_is_refused_with_the_two_legal_values() -> None:
    text = '{"Version": "2012-01-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    with pytest.raises(PolicySyntaxError) as refusal:
        read(text)
    assert refusal.value.message == (
        'Line 1, column 13: "2012-01-17" is not a version of the policy language. '
        'The two legal values are "2012-10-17" and "2008-10-17".'
    )
    assert refusal.value.api_message == "Syntax errors in policy."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "The document is empty."),
        ("[]", "A policy document is one JSON object."),
        ('{"Version": "2012-10-17"}', "The document has no Statement."),
        ('{"Statement": []}', "Statement is an empty list; a policy has at least one statement."),
        (
            a_statement(Effect="allow"),
            '"allow" is no Effect; it must be "Allow" or "Deny". Write "Allow": upper and lower case count.',
        ),
        (a_statement(Effect=...), 'The statement has no Effect; it must be "Allow" or "Deny".'),
        (a_statement(Action=...), "The statement has neither Action nor NotAction."),
        (a_statement(NotAction="s3:*"), "A statement has Action or NotAction, not both."),
        (a_statement(Action=5), "Action must be a string or a list of strings."),
        (a_statement(Action=["s3:*", None]), "Action may list strings only."),
        (a_statement(Resources="*"), '"Resources" is not an element of a statement. Did you mean "Resource"?'),
        (a_statement(Sid=1), "Sid must be a string."),
        (a_statement(Principal="alice"), 'Principal must be "*" or an object such as {"AWS": "111122223333"}.'),
        (
            a_statement(Principal={"Aws": "*"}),
            '"Aws" is no kind of principal; use AWS, Federated, Service or CanonicalUser.',
        ),
        (a_statement(Condition=[]), "Condition must be an object of operators."),
        (
            a_statement(Condition={"StringEqual": {}}),
            '"StringEqual" is not a condition operator. Did you mean "StringEquals"?',
        ),
        (
            a_statement(Condition={"NullIfExists": {}}),
            (
                '"NullIfExists" is not a condition operator. '
                "Null already asks whether the key is there, so it takes no IfExists."
            ),
        ),
        (
            a_statement(Condition={"StringEquals": {"aws:username": {}}}),
            "A condition value must be a string, a number or a boolean.",
        ),
    ],
)
def test_a_fault_of_form_is_said_in_a_sentence(text: str, told: str) -> None:
    assert faults(text) == [told]


def test_all_faults_are_reported_with_their_paths() -> None:
    problems = examine(a_statement(Effect="allow", Action=[1], Condition={"Nope": {"a": "b"}})).problems
    assert [problem.path for problem in problems] == [
        ("Statement", 0, "Effect"),
        ("Statement", 0, "Action", 0),
        ("Statement", 0, "Condition", "Nope"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"Version":"2012-10-17","Statement":{"Effect":"Deny","\\u0045ffect":"Allow","Action":"*","Resource":"*"}}',
        '{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"},"Statement":[]}',
    ],
)
def test_a_name_that_stands_twice_is_refused_in_any_spelling(text: str) -> None:
    assert any("stands twice" in fault for fault in faults(text))


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff{}",
        "{\u201cVersion\u201d: 1}",
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": 01}',
        '{"a": "\\u0000"}',
        '{"a": "\x00"}',
        '{"a": "\\ud800"}',
        '{"a": "\n"}',
        '{"a": "\\x41"}',
        '{"a": 1,}',
        '{"a": 1} {"b": 2}',
        '{"a" 1}',
        "{'a': 1}",
        '{"a": "b',
        '{"Statement": {"Effect": "\\u0410llow", "Action": "*", "Resource": "*"}}',
    ],
)
def test_what_is_no_policy_is_refused_with_a_place(text: str) -> None:
    with pytest.raises(PolicySyntaxError) as refusal:
        read(text)
    assert refusal.value.position.line == 1


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 20_000,
        "x" * 10_000_000,
        '"' + "\\n" * 65_000,
        '{"Statement":[' + "{}," * 40_000 + "{}]}",
        '{"Statement":{"Condition":{' + ",".join(f'"StringEqual{n}":{{}}' for n in range(5000)) + "}}}",
        '{"Statement":{' + ",".join(f'"Acton{n}":1' for n in range(8000)) + "}}",
        "{" + ",".join(f'"{n}":1' for n in range(10_000)) + "}",
    ],
    ids=["brackets", "objects", "long", "escapes", "statements", "operators", "elements", "members"],
)
def test_hostile_text_is_refused_quickly(text: str) -> None:
    best = min(_seconds(text) for _ in range(3))
    assert examine(text).problems
    assert best < 0.5  # the bound is wide for a loaded machine; a quadratic reader takes many seconds


def _seconds(text: str) -> float:
    begin = time.process_time()
    examine(text)
    return time.process_time() - begin


texts = st.text(st.characters(max_codepoint=0x2FF, exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
values = st.one_of(texts, st.lists(texts, max_size=3))


@st.composite
def documents(draw: st.DrawFn) -> str:
    def statement() -> dict[str, Any]:
        made: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Deny"]))}
        for pair in (("Action", "NotAction"), ("Resource", "NotResource")):
            made[draw(st.sampled_from(pair))] = draw(values)
        if draw(st.booleans()):
            made["Sid"] = draw(texts)
        if draw(st.booleans()):
            types = st.sampled_from(["AWS", "Service", "Federated", "CanonicalUser"])
            made[draw(st.sampled_from(["Principal", "NotPrincipal"]))] = draw(
                st.one_of(st.just("*"), st.dictionaries(types, values, max_size=2))
            )
        if draw(st.booleans()):
            scalars = st.one_of(texts, st.booleans(), st.integers(), st.lists(texts, max_size=2))
            made["Condition"] = draw(
                st.dictionaries(
                    st.sampled_from(["StringEquals", "ForAnyValue:StringLikeIfExists", "Null"]),
                    st.dictionaries(texts, scalars, min_size=1, max_size=2),
                    max_size=2,
                )
            )
        return made

    document: dict[str, Any] = {"Statement": [statement() for _ in range(draw(st.integers(1, 3)))]}
    if draw(st.booleans()):
        document = {"Version": draw(st.sampled_from(["2012-10-17", "2008-10-17"])), "Id": draw(texts), **document}
    return json.dumps(document)


def without_places(document: object) -> str:
    return re.sub(r"Span\(start=Position\([^)]*\), end=Position\([^)]*\)\)", "", repr(document))


@settings(deadline=None)
@given(documents())
def test_writing_and_reading_again_gives_the_same_document(text: str) -> None:
    document = read(text)
    written = write(document)
    assert without_places(read(written)) == without_places(document)
    assert write(read(written)) == written


@settings(deadline=None)
@given(st.text(alphabet='{}[]":,\\ntu0"Ef', max_size=60))
def test_any_text_is_read_or_refused_as_json_itself_would(text: str) -> None:
    problems = examine(text).problems
    try:
        json.loads(text)
    except ValueError:
        assert problems
