"""Who gets in from outside a zone of trust, statement by statement."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policies.analysis.outside import Zone, external_access
from policies.language.reader import read

OWN, OTHER = "111122223333", "999988887777"
ZONE = Zone(frozenset({OWN}), "o-example123")


def found(*statements: dict[str, Any]) -> list[str]:
    whole = [{"Effect": "Allow", "Action": "sts:AssumeRole", **each} for each in statements]
    text = json.dumps({"Version": "2012-10-17", "Statement": whole})
    return [each.principal for each in external_access(read(text), ZONE)]


def test_each_principal_from_outside_is_found_by_itself() -> None:
    names = [OTHER, f"arn:aws:iam::{OWN}:role/Own", f"arn:aws:iam::{OTHER}:user/mallory"]
    assert found({"Principal": {"AWS": names}}) == [OTHER, f"arn:aws:iam::{OTHER}:user/mallory"]


def test_not_principal_lets_in_everybody_else() -> None:
    assert found({"NotPrincipal": {"AWS": f"arn:aws:iam::{OWN}:root"}}) == ["*"]


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "ForAnyValue:StringEquals"])
def test_a_condition_on_the_organization_keeps_inside(operator: str) -> None:
    assert not found({"Principal": "*", "Condition": {operator: {"aws:PrincipalOrgID": "o-example123"}}})
    assert found({"Principal": "*", "Condition": {operator: {"aws:PrincipalOrgID": "o-another123"}}}) == ["*"]


def test_one_value_from_outside_is_enough() -> None:
    condition = {"StringEquals": {"aws:PrincipalAccount": [OWN, OTHER]}}
    assert found({"Principal": "*", "Condition": condition}) == ["*"]


def test_one_condition_of_several_that_keeps_inside_is_enough() -> None:
    condition = {"StringEquals": {"sts:ExternalId": "x", "aws:PrincipalAccount": OWN}}
    assert not found({"Principal": "*", "Condition": condition})


def test_everybody_is_public_unless_a_condition_stands_before() -> None:
    for condition, public in (({}, True), ({"Condition": {"StringEquals": {"sts:ExternalId": "x"}}}, False)):
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}, **condition}
        (access,) = external_access(read(json.dumps({"Version": "2012-10-17", "Statement": [statement]})), ZONE)
        assert access.public is public


def test_a_deny_takes_back_only_what_it_covers_without_conditions() -> None:
    allow = {"Principal": {"AWS": OTHER}}
    deny = {"Effect": "Deny", "Principal": {"AWS": OTHER}}
    assert not found(allow, deny)
    assert not found(allow, {**deny, "Action": "sts:Assume*"})
    assert found(allow, {**deny, "Action": "sts:TagSession"}) == [OTHER]
    assert found(allow, {**deny, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}) == [OTHER]
    assert found(allow, {**deny, "Principal": {"AWS": "123412341234"}}) == [OTHER]


def test_a_policy_of_denials_lets_nobody_in() -> None:
    assert not found({"Effect": "Deny", "Principal": "*"})
