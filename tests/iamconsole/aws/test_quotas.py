"""Quotas refuse in AWS's words, and at the right number."""

import pytest

from iamconsole.aws import quotas
from iamconsole.aws.errors import LimitExceeded
from iamconsole.aws.quotas import Quota, Range

PUBLISHED = {
    "USERS_PER_ACCOUNT": 5000,
    "GROUPS_PER_ACCOUNT": 300,
    "ROLES_PER_ACCOUNT": 1000,
    "POLICIES_PER_ACCOUNT": 1500,
    "INSTANCE_PROFILES_PER_ACCOUNT": 1000,
    "GROUPS_PER_USER": 10,
    "ACCESS_KEYS_PER_USER": 2,
    "MFA_DEVICES_PER_USER": 8,
    "POLICIES_PER_USER": 10,
    "POLICIES_PER_GROUP": 10,
    "POLICIES_PER_ROLE": 10,
    "VERSIONS_PER_MANAGED_POLICY": 5,
    "MANAGED_POLICY_SIZE": 6144,
    "TRUST_POLICY_SIZE": 2048,
    "TAGS_PER_RESOURCE": 50,
}


@pytest.mark.parametrize(("name", "value"), PUBLISHED.items())
def test_a_quota_has_the_value_that_aws_publishes(name: str, value: int) -> None:
    assert getattr(quotas, name).value == value


@pytest.mark.parametrize("name", [name for name, thing in vars(quotas).items() if isinstance(thing, Quota | Range)])
def test_every_number_names_its_source(name: str) -> None:
    assert getattr(quotas, name).source


def test_the_last_one_within_a_quota_is_allowed() -> None:
    quotas.USERS_PER_ACCOUNT.check(4999)


@pytest.mark.parametrize(
    ("quota", "sentence"),
    [
        (quotas.USERS_PER_ACCOUNT, "Cannot exceed quota for UsersPerAccount: 5000"),
        (quotas.GROUPS_PER_USER, "Cannot exceed quota for GroupsPerUser: 10"),
        (quotas.ACCESS_KEYS_PER_USER, "Cannot exceed quota for AccessKeysPerUser: 2"),
        (quotas.POLICIES_PER_OWNER["role"], "Cannot exceed quota for PoliciesPerRole: 10"),
        (quotas.ROLES_PER_INSTANCE_PROFILE, "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"),
        (
            quotas.VERSIONS_PER_MANAGED_POLICY,
            (
                "A managed policy can have up to 5 versions. "
                "Before you create a new version, you must delete an existing version."
            ),
        ),
    ],
)
def test_one_more_than_a_quota_is_refused_in_the_words_of_aws(quota: Quota, sentence: str) -> None:
    with pytest.raises(LimitExceeded) as refusal:
        quota.check(quota.value)
    assert str(refusal.value) == sentence


def test_a_policy_of_exactly_the_quota_is_allowed_and_one_character_more_refused() -> None:
    quotas.MANAGED_POLICY_SIZE.check_size(6144)
    with pytest.raises(LimitExceeded, match=r"^Cannot exceed quota for PolicySize: 6144$"):
        quotas.MANAGED_POLICY_SIZE.check_size(6145)


@pytest.mark.parametrize(("owner", "size"), [("user", 2048), ("group", 5120), ("role", 10240)])
def test_inline_policies_have_a_size_by_the_kind_of_their_owner(owner: str, size: int) -> None:
    quotas.check_inline_policy_size(owner, "X", size)
    with pytest.raises(LimitExceeded, match=f"^Maximum policy size of {size} bytes exceeded for {owner} X$"):
        quotas.check_inline_policy_size(owner, "X", size + 1)


def test_both_ends_of_a_range_belong_to_it() -> None:
    hours = quotas.MAX_SESSION_DURATION
    assert [value in hours for value in (3599, 3600, 43200, 43201)] == [False, True, True, False]


def test_a_range_without_a_limit_of_its_own_holds_its_default() -> None:
    for thing in (quotas.ASSUME_ROLE_DURATION, quotas.SESSION_TOKEN_DURATION, quotas.MAX_ITEMS, quotas.PASSWORD_LENGTH):
        assert thing.default in thing
