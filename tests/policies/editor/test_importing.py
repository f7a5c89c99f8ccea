"""Bring the statements of a policy into another document."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policies.editor.importing import merged
from policies.language.problems import PolicySyntaxError


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


READ = {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
WRITE = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}


def test_the_statements_come_behind_those_that_are_there() -> None:
    assert json.loads(merged(document(WRITE), document(READ)))["Statement"] == [WRITE, READ]


def test_a_sid_that_stands_already_is_numbered() -> None:
    sids = [statement["Sid"] for statement in json.loads(merged(document(READ), document(READ, READ)))["Statement"]]
    assert sids == ["Read", "Read2", "Read3"]


def test_the_empty_statement_of_a_new_document_gives_way() -> None:
    begun = document({"Sid": "Statement1", "Effect": "Allow", "Action": [], "Resource": []})
    assert json.loads(merged(begun, document(READ)))["Statement"] == [READ]


def test_a_broken_text_takes_nothing_in() -> None:
    with pytest.raises(PolicySyntaxError):
        merged('{"Version": ', document(READ))
