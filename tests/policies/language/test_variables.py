"""Policy variables: forms, escapes, defaults, and where an ARN is split."""

import pytest

from policies.language.multivalued_keys import is_multivalued
from policies.language.variables import expand, parse_template, referenced_keys, split_arn

VALUES = {"aws:username": "alice", "aws:principaltag/star": "*"}


def expanded(text: str, *, variables: bool = True) -> str | None:
    template = parse_template(text, variables=variables, wildcards=False)
    return None if template is None else expand(template, VALUES.get)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("home/${aws:username}/x", "home/alice/x"),
        ("${AWS:UserName}", "alice"),
        ("${aws:PrincipalTag/team, 'company wide'}", "company wide"),
        ("${aws:username, 'nobody'}", "alice"),
        ("${aws:PrincipalTag/team, ''}", ""),
        ("${*}${?}${$}{x}", "*?${x}"),
        ("$x $", "$x $"),
        ("${aws:PrincipalTag/star}", "*"),
        ("${aws:PrincipalTag/team}", None),
        ("${aws:username", None),
        ("${}", None),
        ("${aws:username,'x'}", None),
        ("${aws:user name}", None),
        ("${aws:username, x}", None),
    ],
)
def test_a_value_is_put_in_or_the_text_matches_nothing(text: str, value: str | None) -> None:
    assert expanded(text) == value


def test_without_the_current_version_the_text_stays() -> None:
    assert expanded("${aws:username}${*}", variables=False) == "${aws:username}${*}"


def test_an_arn_is_split_outside_its_variables() -> None:
    assert split_arn("arn:aws:s3:::${aws:username, 'a:b'}:c", variables=True) == [
        "arn",
        "aws",
        "s3",
        "",
        "",
        "${aws:username, 'a:b'}:c",
    ]
    assert split_arn("${aws:PrincipalArn}", variables=True) == ["${aws:PrincipalArn}"]
    assert split_arn("${aws:PrincipalArn}", variables=False) == ["${aws", "PrincipalArn}"]


def test_referenced_keys_are_named_as_written() -> None:
    assert referenced_keys("${aws:UserName}/${*}/${aws:PrincipalTag/T, 'x'}") == ("aws:UserName", "aws:PrincipalTag/T")


@pytest.mark.parametrize(("key", "expected"), [("aws:tagkeys", True), ("aws:username", False), ("saml:sub", False)])
def test_keys_of_several_values_are_known(key: str, expected: bool) -> None:
    assert is_multivalued(key) is expected
