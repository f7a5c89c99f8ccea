"""The words for whom a trust policy lets in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policies.summary.trusted_entities import trusted_entities


def a_trust(*principals: Any, effect: str = "Allow") -> str:
    statements = [{"Effect": effect, "Principal": principal, "Action": "sts:AssumeRole"} for principal in principals]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.mark.parametrize(
    ("principal", "said"),
    [
        ({"Service": "ec2.amazonaws.com"}, ("AWS Service: ec2",)),
        ({"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}, ("AWS Service: ec2", "AWS Service: lambda")),
        ({"AWS": "111122223333"}, ("Account: 111122223333",)),
        ({"AWS": "arn:aws:iam::111122223333:user/dave"}, ("Account: 111122223333",)),
        ({"AWS": "AIDAEXAMPLEEXAMPLE123"}, ("Account: AIDAEXAMPLEEXAMPLE123",)),
        ({"Federated": "accounts.google.com"}, ("Identity Provider: accounts.google.com",)),
        ({"AWS": "*"}, ("Anyone",)),
        ("*", ("Anyone",)),
    ],
)
def test_each_kind_of_principal_has_its_words(principal: Any, said: tuple[str, ...]) -> None:
    assert trusted_entities(a_trust(principal)) == said


def test_an_entity_named_twice_is_said_once() -> None:
    text = a_trust({"AWS": "111122223333"}, {"AWS": "arn:aws:iam::111122223333:root"})
    assert trusted_entities(text) == ("Account: 111122223333",)


def test_a_deny_trusts_nobody() -> None:
    assert trusted_entities(a_trust({"AWS": "111122223333"}, effect="Deny")) == ()


def test_a_text_that_cannot_be_read_trusts_nobody() -> None:
    assert trusted_entities("{") == ()
