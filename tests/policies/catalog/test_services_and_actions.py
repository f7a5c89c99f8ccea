"""What the catalog knows of services, actions and resource types."""

import pytest

from policies import catalog
from policies.catalog import AccessLevel


def test_the_catalog_is_as_large_as_what_aws_publishes() -> None:
    services = catalog.services()
    assert len(services) >= 457
    assert sum(len(catalog.actions(service.prefix)) for service in services) >= 22_000
    assert sum(len(catalog.resource_types(service.prefix)) for service in services) >= 2_300
    assert sum(len(catalog.condition_keys(service.prefix)) for service in services) >= 2_500


def test_the_data_says_of_which_day_it_is() -> None:
    assert catalog.data_date().isoformat() >= "2026-10-01"
    assert catalog.data_version()


def test_a_service_is_found_by_its_prefix_whatever_the_case() -> None:
    service = catalog.service("S3")
    assert service is not None
    assert (service.prefix, service.name, service.category) == ("s3", "Amazon S3", "Storage")
    assert service.supports_resource_control_policies


@pytest.mark.parametrize("name", ["", ":", "s3", "s3:", "s3:GetObjekt", "nowhere:GetObject", "*", "../s3:GetObject"])
def test_an_unknown_action_is_none(name: str) -> None:
    assert catalog.action(name) is None
    assert catalog.access_level(name) is None


@pytest.mark.parametrize("prefix", ["", "nowhere", "../services", "\0"])
def test_an_unknown_service_has_nothing(prefix: str) -> None:
    assert catalog.service(prefix) is None
    assert not catalog.actions(prefix)
    assert not catalog.resource_types(prefix)
    assert not catalog.condition_keys(prefix)
    assert catalog.service_bits(prefix) == 0


def test_an_action_knows_its_resources_keys_and_description() -> None:
    action = catalog.action("EC2:runinstances")
    assert action is not None
    assert action.full_name == "ec2:RunInstances"
    assert action.access_level is AccessLevel.WRITE
    assert "instance" in action.required_resource_types
    assert "key-pair" in action.resource_types
    assert "ec2:InstanceType" in action.all_condition_keys
    assert action.description == "Grants permission to launch one or more instances"


def test_an_action_knows_which_further_actions_it_needs() -> None:
    action = catalog.action("ec2:RunInstances")
    assert action is not None
    assert "iam:PassRole" in action.dependent_actions


def test_dependent_actions_name_actions_of_the_catalog() -> None:
    needy = [action for service in catalog.services() for action in catalog.actions(service.prefix).values()]
    needed = {name for action in needy for name in action.dependent_actions}
    assert sum(bool(action.dependent_actions) for action in needy) >= 1_600
    assert [name for name in needed if catalog.action(name) is None] == []


def test_every_resource_type_that_an_action_names_exists() -> None:
    dangling = [
        (action.full_name, name)
        for service in catalog.services()
        for action in catalog.actions(service.prefix).values()
        for name in action.resource_types
        if catalog.resource_type(service.prefix, name) is None
    ]
    assert dangling == []


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("s3:GetObject", AccessLevel.READ),
        ("s3:ListBucket", AccessLevel.LIST),
        ("s3:PutBucketPolicy", AccessLevel.PERMISSIONS_MANAGEMENT),
        ("iam:TagUser", AccessLevel.TAGGING),
        ("iam:PassRole", AccessLevel.WRITE),
        ("iam:AttachUserPolicy", AccessLevel.PERMISSIONS_MANAGEMENT),
    ],
)
def test_the_access_level_is_the_special_one_where_the_data_names_two(name: str, level: AccessLevel) -> None:
    assert catalog.access_level(name) is level


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("glue:GetQuery", AccessLevel.READ),
        ("glue:ListEntities", AccessLevel.LIST),
        ("kinesis:PutResourcePolicy", AccessLevel.PERMISSIONS_MANAGEMENT),
        ("sts:GetFederationToken", AccessLevel.READ),
    ],
)
def test_a_published_level_that_is_wrong_is_corrected(name: str, level: AccessLevel) -> None:
    assert catalog.access_level(name) is level


def test_a_correction_names_an_action_that_exists_and_is_still_needed() -> None:
    from policies.catalog import source

    for entry in source.own("access_levels.json")["entries"]:
        for name in entry["actions"]:
            prefix, _, action = name.partition(":")
            published = source.published("actions", prefix)[action.lower()]["accessLevel"]
            assert not published.startswith(entry["level"]), name


def test_an_added_action_is_known_and_still_missing_in_the_service_data() -> None:
    from policies.catalog import source

    for prefix, entries in source.own("added_actions.json")["entries"].items():
        assert not entries.keys() & source.published("actions", prefix).keys()
    assert catalog.access_level("iam:TroubleshootAccess") is AccessLevel.READ
    assert catalog.action_index().position("iam:troubleshootaccess") is not None


def test_an_arn_pattern_has_a_star_for_what_the_caller_chooses() -> None:
    kind = catalog.resource_type("s3", "Object")
    assert kind is not None
    assert kind.arn == "arn:${Partition}:s3:::${BucketName}/${ObjectName}"
    assert kind.arn_pattern == "arn:*:s3:::*/*"
    assert kind.placeholders == ("Partition", "BucketName", "ObjectName")


def test_an_action_without_resource_types_has_no_resource_level_permissions() -> None:
    action = catalog.action("s3:ListAllMyBuckets")
    assert action is not None
    assert not action.has_resource_level_permissions
