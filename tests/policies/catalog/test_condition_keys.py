"""What the catalog knows of condition keys."""

import pytest

from policies import catalog
from policies.catalog import ConditionKeyType

SENSITIVE = {
    "aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:ResourceAccount", "aws:ResourceOrgID", "aws:SourceAccount",
    "aws:SourceOrgID", "aws:SourceVpc", "aws:SourceVpce", "aws:VpceAccount", "aws:VpceOrgID",
}  # fmt: skip
MULTIVALUED = [
    "aws:TagKeys", "aws:CalledVia", "aws:PrincipalOrgPaths", "aws:ResourceOrgPaths", "aws:SourceOrgPaths",
    "aws:VpceOrgPaths", "aws:PrincipalServiceNamesList", "dynamodb:LeadingKeys", "dynamodb:Attributes",
    "kms:EncryptionContextKeys", "s3:RequestObjectTagKeys", "sts:TransitiveTagKeys", "saml:cn",
]  # fmt: skip


def found(name: str) -> catalog.ConditionKey:
    key = catalog.condition_key(name)
    assert key is not None, name
    return key


def test_the_global_keys_are_there_with_type_source_and_presence() -> None:
    keys = catalog.global_condition_keys()
    assert len(keys) >= 55
    assert len({key.name.lower() for key in keys}) == len(keys)
    assert all(key.present and key.source and key.description and key.group and key.is_global for key in keys)


def test_the_sensitive_keys_are_those_of_the_analyzer() -> None:
    assert {key.name for key in catalog.global_condition_keys() if key.sensitive} == SENSITIVE


@pytest.mark.parametrize("name", MULTIVALUED)
def test_a_key_with_several_values_is_multivalued(name: str) -> None:
    assert catalog.is_multivalued(name)
    assert catalog.is_multivalued(name.upper())


@pytest.mark.parametrize("name", ["aws:PrincipalArn", "aws:PrincipalTag/team", "aws:SourceIp", "no:key", ""])
def test_any_other_key_is_not_multivalued(name: str) -> None:
    assert not catalog.is_multivalued(name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("aws:PrincipalArn", ConditionKeyType.ARN),
        ("AWS:sourceip", ConditionKeyType.IP_ADDRESS),
        ("aws:MultiFactorAuthAge", ConditionKeyType.NUMERIC),
        ("aws:CurrentTime", ConditionKeyType.DATE),
        ("aws:SecureTransport", ConditionKeyType.BOOL),
        ("iam:PolicyARN", ConditionKeyType.ARN),
        ("s3:max-keys", ConditionKeyType.NUMERIC),
        ("sts:RequestContextProviders", ConditionKeyType.ARN),
    ],
)
def test_a_key_has_its_type(name: str, kind: ConditionKeyType) -> None:
    assert found(name).type is kind


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("aws:PrincipalTag/Cost Center", "aws:PrincipalTag/${TagKey}"),
        ("aws:requesttag/env", "aws:RequestTag/${TagKey}"),
        ("iam:ResourceTag/a/b", "iam:ResourceTag/${TagKey}"),
        ("s3:ExistingObjectTag/class", "s3:ExistingObjectTag/<key>"),
        ("kms:EncryptionContext:aws:ebs:id", "kms:EncryptionContext:${EncryptionContextKey}"),
        ("aws:ResourceTag/${TagKey}", "aws:ResourceTag/${TagKey}"),
        ("oidc.eks.eu-west-1.amazonaws.com/id/ABC:aud", "${Provider}.${Domain}:aud"),
    ],
)
def test_a_key_that_is_one_of_many_is_found_by_its_template(name: str, template: str) -> None:
    assert found(name).name == template


@pytest.mark.parametrize("name", ["aws:PrincipalTag", "aws:PrincipalTag/", "foo:sub", "aws:Nope", "s3:nope", ":", ""])
def test_an_unknown_key_is_none(name: str) -> None:
    assert catalog.condition_key(name) is None


@pytest.mark.parametrize("name", ["saml:aud", "accounts.google.com:sub", "ec2:osuser", "iot:JobId"])
def test_a_key_with_another_prefix_than_its_service_is_found(name: str) -> None:
    assert found(name).name == name


def test_our_own_facts_complete_the_published_key() -> None:
    key = catalog.condition_keys("iam")["iam:passedtoservice"]
    assert key.present.startswith("In PassRole")
    assert key.description == "Filters access by the AWS service to which this role is passed"
