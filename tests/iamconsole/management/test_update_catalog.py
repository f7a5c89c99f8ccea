"""`manage.py update_catalog`, on collections of one policy."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from iamconsole.management import catalog_files

ARN = "arn:aws:iam::aws:policy/job-function/Teacher"
NEWEST = {"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


@pytest.fixture
def nothing_earlier(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(catalog_files, "DATA", tmp_path / "data")


@pytest.fixture
def history(tmp_path: Path) -> Path:
    folder = tmp_path / "history" / "dist"
    folder.mkdir(parents=True)
    versions = {
        "v2": {"createdDate": "2021-01-01T00:00:00.000Z", "document": {"Version": "2012-10-17", "Statement": []}},
        "v1": {"createdDate": "2020-01-01T00:00:00.000Z", "document": {"Version": "2012-10-17", "Statement": []}},
    }
    entry = {
        "arn": ARN,
        "latestVersionId": "v2",
        "versions": versions,
        "createdDate": "2020-01-01T00:00:00.000Z",
        "lastUpdatedDate": "2021-01-01T00:00:00.000Z",
    }
    (folder / "managedPolicies.json").write_text(json.dumps({"Teacher": entry}))
    return folder.parent


@pytest.fixture
def newest(tmp_path: Path) -> Path:
    entry = {
        "CreateDate": "2020-01-01T00:00:00+00:00",
        "UpdateDate": "2022-01-01T00:00:00+00:00",
        "DefaultVersionId": "v4",
        "Path": "/job-function/",
        "Document": {"Statement": NEWEST["Statement"], "Version": "2012-10-17"},
        "Arn": ARN,
        "PolicyId": "ANPAAAAAAAAAAAAAAAAAA",
    }
    folder = tmp_path / "newest"
    folder.mkdir()
    text = f'aws_managed_policies_data = """\n{json.dumps({"Teacher": entry})}"""\n'
    (folder / "aws_managed_policies.py").write_text(text)
    return folder


def test_the_collections_are_merged_by_arn(nothing_earlier: None, history: Path, newest: Path) -> None:
    (policy,) = catalog_files.collect(history, newest)
    assert (policy.name, policy.path, policy.default_version) == ("Teacher", "/job-function/", 4)
    assert {number: date for number, (date, _text) in policy.versions.items()} == {
        1: "2020-01-01T00:00:00Z",
        2: "2021-01-01T00:00:00Z",
        4: "2022-01-01T00:00:00Z",
    }
    assert policy.update_date == "2022-01-01T00:00:00Z"


def test_elements_stand_in_the_order_of_the_grammar(nothing_earlier: None, history: Path, newest: Path) -> None:
    (policy,) = catalog_files.collect(history, newest)
    assert policy.versions[4][1] == json.dumps(NEWEST, indent=4)


def test_the_real_id_goes_before_a_derived_one(nothing_earlier: None, history: Path, newest: Path) -> None:
    (derived,) = catalog_files.collect(history, newest)
    (real,) = catalog_files.collect(history, newest, newest)
    assert derived.policy_id == catalog_files.derived_id(ARN)
    assert len(derived.policy_id) == 21
    assert real.policy_id == "ANPAAAAAAAAAAAAAAAAAA"


def test_nothing_that_was_known_is_lost(history: Path, newest: Path) -> None:
    names = {policy.name for policy in catalog_files.collect(history, newest)}
    assert {"Teacher", "AdministratorAccess"} <= names


def test_the_command_says_what_it_wants(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Give --history together with --newest"):
        call_command("update_catalog")
    with pytest.raises(CommandError, match=r"There is no managedPolicies\.json in"):
        call_command("update_catalog", history=tmp_path, newest=tmp_path)
