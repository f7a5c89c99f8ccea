"""The data file of AWS managed policies."""

import json
import re

import pytest

from policies.catalog.managed_policies import AwsManagedPolicy, aws_managed_policies, data_hash


@pytest.fixture(scope="module")
def policies() -> dict[str, AwsManagedPolicy]:
    return {policy.name: policy for policy in aws_managed_policies()}


def test_the_file_holds_the_policies_with_their_history(policies: dict[str, AwsManagedPolicy]) -> None:
    assert len(policies) >= 1_590
    assert sum(len(policy.versions) for policy in policies.values()) >= 6_200
    assert len(policies["ReadOnlyAccess"].versions) >= 150


def test_every_policy_is_whole(policies: dict[str, AwsManagedPolicy]) -> None:
    for policy in policies.values():
        numbers = [version.number for version in policy.versions]
        assert numbers == sorted(set(numbers)), policy.name
        assert policy.default_version == numbers[-1], policy.name
        assert re.fullmatch(r"ANPA[A-Z2-7]{17}", policy.policy_id), policy.name
        assert policy.path.startswith("/"), policy.name
        assert policy.path.endswith("/"), policy.name
        assert policy.create_date.tzinfo is not None, policy.name


def test_ids_and_names_are_unique(policies: dict[str, AwsManagedPolicy]) -> None:
    assert len({policy.policy_id for policy in policies.values()}) == len(policies)
    assert len({name.lower() for name in policies}) == len(policies)


def test_documents_are_printed_as_the_console_prints_them(policies: dict[str, AwsManagedPolicy]) -> None:
    text = policies["AdministratorAccess"].document
    assert text.startswith('{\n    "Version": "2012-10-17",\n    "Statement": [\n        {\n')
    assert json.loads(text)["Statement"] == [{"Effect": "Allow", "Action": "*", "Resource": "*"}]


def test_a_path_is_part_of_the_arn(policies: dict[str, AwsManagedPolicy]) -> None:
    assert policies["ViewOnlyAccess"].arn == "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"


def test_the_hash_names_the_content() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", data_hash())
