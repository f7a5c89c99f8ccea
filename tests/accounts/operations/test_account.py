from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import AccessKey, Role
from accounts.operations.account import (
    create_account_alias,
    delete_account_alias,
    get_account_summary,
    list_account_aliases,
)
from accounts.operations.authorization_details import AuthorizationDetails, get_account_authorization_details
from accounts.operations.users import list_users
from iamconsole.audit.models import Event
from iamconsole.aws.errors import AccessDenied, EntityAlreadyExists, InvalidInput, NoSuchEntity, ValidationError
from iamconsole.aws.paging import PageRequest
from iamconsole.call import Call
from policies.operations.attachments import attach_group_policy, attach_user_policy
from policies.operations.boundaries import put_user_permissions_boundary
from policies.operations.managed_policies import create_policy
from policies.operations.simulation import simulate_principal_policy
from tests.factories import a_call, a_group, a_user, an_account, an_inline_policy

pytestmark = pytest.mark.django_db

EVERYTHING = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"
SUMMARY_KEYS = """
    Users UsersQuota Groups GroupsQuota Roles RolesQuota Policies PoliciesQuota PolicySizeQuota PolicyVersionsInUse
    PolicyVersionsInUseQuota VersionsPerPolicyQuota InstanceProfiles InstanceProfilesQuota Providers ServerCertificates
    ServerCertificatesQuota UserPolicySizeQuota GroupPolicySizeQuota RolePolicySizeQuota AssumeRolePolicySizeQuota
    GroupsPerUserQuota AttachedPoliciesPerUserQuota AttachedPoliciesPerGroupQuota AttachedPoliciesPerRoleQuota
    AccessKeysPerUserQuota SigningCertificatesPerUserQuota MFADevices MFADevicesInUse AccountMFAEnabled
    AccountAccessKeysPresent AccountPasswordPresent AccountSigningCertificatesPresent GlobalEndpointTokenVersion
""".split()  # noqa: SIM905 - thirty-four lines would say no more


@pytest.fixture
def alice() -> Call:
    account = an_account(alias=None)
    user = a_user(account, "alice", password=None)
    an_inline_policy(user, EVERYTHING, "everything")
    return a_call(account, user)


@pytest.fixture
def carol(alice: Call) -> Call:
    return a_call(alice.account, a_user(alice.account, "carol", password=None))


def test_ac14_the_root_user_is_made_with_the_account_is_not_listed_and_has_no_policies(alice: Call) -> None:
    root = a_call(alice.account)
    assert [user.user_name for user in list_users(root)] == ["alice"]
    assert not list_users(root, page=PageRequest(query="root")).items
    for name in ("root", alice.account.root_email or ""):
        with pytest.raises((NoSuchEntity, ValidationError)):
            attach_user_policy(root, user_name=name, policy_arn=ADMINISTRATOR_ACCESS)
    (result,) = simulate_principal_policy(root, policy_source_arn=root.principal.arn, action_names=["s3:GetObject"])
    assert (result.allowed, result.decided_by) == (True, "root")


def test_an_alias_is_made_listed_replaced_and_deleted(alice: Call) -> None:
    alias = f"team-{alice.account_id}"
    assert list_account_aliases(alice) == ()
    create_account_alias(alice, account_alias=alias)
    event = Event.objects.filter(account_id=alice.account_id).latest("sequence")
    assert (event.event_name, event.record["requestParameters"]) == ("CreateAccountAlias", {"accountAlias": alias})
    assert list_account_aliases(alice) == (alias,)
    with pytest.raises(EntityAlreadyExists, match=f"The account alias {alias} already exists."):
        create_account_alias(alice, account_alias=alias)
    create_account_alias(alice, account_alias=alias + "-b")
    with pytest.raises(NoSuchEntity):
        delete_account_alias(alice, account_alias=alias)
    delete_account_alias(alice, account_alias=alias + "-b")
    assert list_account_aliases(alice) == ()


def test_an_alias_of_another_account_is_taken(alice: Call) -> None:
    other = an_account()
    with pytest.raises(EntityAlreadyExists) as refused:
        create_account_alias(alice, account_alias=other.alias or "")
    assert refused.value.field == "accountAlias"


@pytest.mark.parametrize(
    ("alias", "error"),
    [("ab", ValidationError), ("Upper", ValidationError), ("a--b", ValidationError), ("-ab", ValidationError),
     ("123456789012", InvalidInput)],
)  # fmt: skip
def test_an_alias_that_breaks_a_rule_is_refused(alice: Call, alias: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        create_account_alias(alice, account_alias=alias)


def test_the_summary_has_every_key_and_counts_what_there_is(
    alice: Call, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    a_group(alice.account)
    create_policy(alice, policy_name="Tools", policy_document=EVERYTHING)
    with django_assert_max_num_queries(3):
        summary = get_account_summary(alice)
    assert sorted(summary) == sorted(SUMMARY_KEYS)
    counted = ("Users", "Groups", "Roles", "Policies", "PolicyVersionsInUse", "InstanceProfiles")
    assert [summary[key] for key in counted] == [1, 1, 0, 1, 1, 0]
    assert (summary["UsersQuota"], summary["PolicySizeQuota"], summary["AttachedPoliciesPerUserQuota"]) == (
        5000, 6144, 10,
    )  # fmt: skip
    assert (summary["AccountPasswordPresent"], summary["AccountAccessKeysPresent"]) == (1, 0)
    AccessKey.objects.create(account=alice.account, user=None, sealed_secret="sealed")
    assert get_account_summary(alice)["AccountAccessKeysPresent"] == 1


@pytest.fixture
def furnished(alice: Call) -> Call:
    group = a_group(alice.account, "Developers")
    dave = a_user(alice.account, "dave", password=None, groups=[group])
    arn = create_policy(alice, policy_name="Tools", policy_document=EVERYTHING).arn
    attach_group_policy(alice, group_name="Developers", policy_arn=arn)
    attach_user_policy(alice, user_name="dave", policy_arn=ADMINISTRATOR_ACCESS)
    put_user_permissions_boundary(alice, user_name="dave", permissions_boundary=arn)
    an_inline_policy(dave, EVERYTHING, "own")
    Role.objects.create(account=alice.account, role_name="worker", assume_role_policy_document=EVERYTHING)
    return alice


def names(details: AuthorizationDetails) -> list[str]:
    return [
        *(detail.user.user_name for detail in details.user_detail_list),
        *(detail.group.group_name for detail in details.group_detail_list),
        *(detail.role.role_name for detail in details.role_detail_list),
        *(detail.policy.policy_name for detail in details.policies),
    ]


def test_the_details_hold_every_identity_and_every_policy_in_use(furnished: Call) -> None:
    details = get_account_authorization_details(furnished)
    assert sorted(names(details)) == ["AdministratorAccess", "Developers", "Tools", "alice", "dave", "worker"]
    dave = next(detail for detail in details.user_detail_list if detail.user.user_name == "dave")
    assert dave.group_list == ("Developers",)
    assert [policy.policy_name for policy in dave.user_policy_list] == ["own"]
    assert [attachment.policy.arn for attachment in dave.attached_managed_policies] == [ADMINISTRATOR_ACCESS]
    assert dave.permissions_boundary is not None
    assert dave.permissions_boundary.policy.policy_name == "Tools"
    tools = next(detail for detail in details.policies if detail.policy.policy_name == "Tools")
    assert (tools.policy.attachment_count, [version.version_id for version in tools.policy_version_list]) == (1, ["v1"])


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["User"], ["alice", "dave"]),
        (["Group", "Role"], ["Developers", "worker"]),
        (["LocalManagedPolicy"], ["Tools"]),
        (["AWSManagedPolicy"], ["AdministratorAccess"]),
    ],
)
def test_the_details_can_be_filtered(furnished: Call, wanted: list[str], found: list[str]) -> None:
    assert sorted(names(get_account_authorization_details(furnished, filter=wanted))) == found


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_the_details_can_be_read_page_by_page(furnished: Call, size: int) -> None:
    seen, after, pages = [], None, 0
    while True:
        details = get_account_authorization_details(furnished, page=PageRequest(size=size, after=after))
        seen += names(details)
        pages += 1
        assert len(names(details)) <= size
        if details.after is None:
            break
        after = details.after
    assert sorted(seen) == ["AdministratorAccess", "Developers", "Tools", "alice", "dave", "worker"]
    assert pages == 6 // size


def test_an_unknown_filter_is_refused_and_an_unknown_cursor_begins_again(furnished: Call) -> None:
    with pytest.raises(ValidationError):
        get_account_authorization_details(furnished, filter=["Robot"])
    assert len(names(get_account_authorization_details(furnished, page=PageRequest(after="\x00nonsense")))) == 6


def test_carol_may_do_nothing_of_this(alice: Call, carol: Call) -> None:
    for refused in (
        lambda: create_account_alias(carol, account_alias="carols"),
        lambda: delete_account_alias(carol, account_alias="carols"),
        lambda: list_account_aliases(carol),
        lambda: get_account_summary(carol),
        lambda: get_account_authorization_details(carol),
    ):
        with pytest.raises(AccessDenied):
            refused()
