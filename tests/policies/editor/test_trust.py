"""The trust policies that the wizard builds."""

from __future__ import annotations

import json

import pytest

from policies.editor import trust
from policies.language.grammar import check
from policies.language.kinds import PolicyKind


def statement_of(text: str) -> dict[str, object]:
    document = json.loads(text)
    assert document["Version"] == "2012-10-17"
    (statement,) = document["Statement"]
    return dict(statement)


def test_ac13_a_service_is_trusted_by_its_principal() -> None:
    assert statement_of(trust.service_trust("lambda.amazonaws.com")) == {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }


def test_an_account_is_trusted_as_a_whole_without_conditions_unless_asked() -> None:
    assert statement_of(trust.account_trust("111122223333")) == {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "sts:AssumeRole",
    }


def test_an_external_id_and_mfa_become_conditions() -> None:
    statement = statement_of(trust.account_trust("111122223333", external_id="Unit/7", require_mfa=True))
    assert statement["Condition"] == {
        "StringEquals": {"sts:ExternalId": "Unit/7"},
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
    }


@pytest.mark.parametrize("case", trust.SERVICES, ids=lambda case: case.label)
def test_iam_would_save_the_trust_policy_of_every_use_case(case: trust.UseCase) -> None:
    check(trust.service_trust(case.service), PolicyKind.TRUST)
    assert trust.use_case(case.service) is case


def test_a_service_outside_the_list_has_no_use_case() -> None:
    assert trust.use_case("example.com") is None
