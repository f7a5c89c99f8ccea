"""Texts that are nearly policies: JSON of the right words, then broken."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

__all__ = ["broken", "documents", "patterns", "values"]

WORDS = [
    *("Version", "Statement", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal"),
    *("NotPrincipal", "Sid", "Id", "effect", "AWS", "Service", "Federated", "CanonicalUser"),
]
TEXTS = [
    *("2012-10-17", "2008-10-17", "Allow", "Deny", "*", "s3:*", "s3:Get*", "*:*", "iam:PassRole", "a", ""),
    *("arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}/*", "arn:*", "arn:aws:iam::111111111111:root", "${", "${*}"),
    *("111111111111", "10.0.0.0/8", "2026-01-01T00:00:00Z", "true", "1e3", "${aws:PrincipalTag/a, 'b'}"),
]
OPERATORS = [
    *("StringEquals", "StringLike", "StringNotLikeIfExists", "ForAllValues:StringEquals", "ForAnyValue:ArnLike"),
    *("NumericLessThan", "DateGreaterThan", "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null", "ArnEquals"),
]
KEYS = ["aws:username", "aws:UserName", "aws:TagKeys", "aws:SourceIp", "s3:prefix", "aws:ResourceTag/a", "x"]
HOSTILE = ["\ufeff", "\x00", "\ud800", "\\ud800", "\\u0041", "\u0410", "NaN", "1e308", "[" * 50, "{", '"', ",", "\\"]

patterns = st.one_of(st.sampled_from(TEXTS), st.text("ab*?$\\{}:/',", max_size=30))
scalars = st.one_of(patterns, st.integers(), st.floats(), st.booleans(), st.none())
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(scalars, st.lists(patterns, max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(WORDS) | patterns, inner, max_size=5)
    ),
    max_leaves=12,
)
_listed = st.one_of(patterns, st.lists(patterns, max_size=4))


@st.composite
def _statement(draw: st.DrawFn) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Deny"]))}
    statement[draw(st.sampled_from(["Action", "NotAction"]))] = draw(_listed)
    statement[draw(st.sampled_from(["Resource", "NotResource"]))] = draw(_listed)
    if draw(st.booleans()):
        statement["Condition"] = draw(
            st.dictionaries(
                st.sampled_from(OPERATORS),
                st.dictionaries(st.sampled_from(KEYS), st.one_of(_listed, scalars), max_size=3),
                max_size=3,
            )
        )
    if draw(st.integers(0, 3)) == 0:
        statement[draw(st.sampled_from(WORDS))] = draw(values)
    return statement


documents = st.one_of(
    st.fixed_dictionaries(
        {"Statement": st.lists(_statement(), min_size=1, max_size=4)},
        optional={"Version": st.sampled_from(["2012-10-17", "2008-10-17", "2012-01-17"]), "Id": patterns},
    ),
    values,
).map(lambda value: json.dumps(value, ensure_ascii=False))


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A document with pieces cut out, doubled and put in."""
    text = draw(documents)
    for _ in range(draw(st.integers(0, 4))):
        at, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        piece = draw(st.sampled_from(["", text[at:end] * 2, *HOSTILE]) | st.text(max_size=5))
        text = text[:at] + piece + text[end:]
    return text
