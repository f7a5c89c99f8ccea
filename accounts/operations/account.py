"""The account itself: its alias and its summary."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts import arns, queries
from accounts.conflicts import refusing_duplicates
from accounts.models import AccessKey, Account, MFADevice
from iamconsole.aws import names, quotas
from iamconsole.aws.errors import EntityAlreadyExists, NoSuchEntity
from iamconsole.call import Call
from iamconsole.gate import operation
from policies.models import PolicyVersion

QUOTAS: Mapping[str, quotas.Quota] = {
    "UsersQuota": quotas.USERS_PER_ACCOUNT,
    "GroupsQuota": quotas.GROUPS_PER_ACCOUNT,
    "RolesQuota": quotas.ROLES_PER_ACCOUNT,
    "PoliciesQuota": quotas.POLICIES_PER_ACCOUNT,
    "PolicySizeQuota": quotas.MANAGED_POLICY_SIZE,
    "PolicyVersionsInUseQuota": quotas.POLICY_VERSIONS_IN_USE,
    "VersionsPerPolicyQuota": quotas.VERSIONS_PER_MANAGED_POLICY,
    "InstanceProfilesQuota": quotas.INSTANCE_PROFILES_PER_ACCOUNT,
    "ServerCertificatesQuota": quotas.SERVER_CERTIFICATES_PER_ACCOUNT,
    "UserPolicySizeQuota": quotas.INLINE_POLICY_SIZE["user"],
    "GroupPolicySizeQuota": quotas.INLINE_POLICY_SIZE["group"],
    "RolePolicySizeQuota": quotas.INLINE_POLICY_SIZE["role"],
    "AssumeRolePolicySizeQuota": quotas.TRUST_POLICY_SIZE,
    "GroupsPerUserQuota": quotas.GROUPS_PER_USER,
    "AttachedPoliciesPerUserQuota": quotas.POLICIES_PER_USER,
    "AttachedPoliciesPerGroupQuota": quotas.POLICIES_PER_GROUP,
    "AttachedPoliciesPerRoleQuota": quotas.POLICIES_PER_ROLE,
    "AccessKeysPerUserQuota": quotas.ACCESS_KEYS_PER_USER,
    "SigningCertificatesPerUserQuota": quotas.SIGNING_CERTIFICATES_PER_USER,
}
NOT_KEPT_YET = (
    "Providers",
    "ServerCertificates",
    "AccountSigningCertificatesPresent",
)
"""What this console has no records of so far: there is none of it in any account."""


@operation("iam:CreateAccountAlias", resource=arns.any_resource)
def create_account_alias(call: Call, *, account_alias: str) -> None:
    """Give the account an alias for its sign-in page; an earlier one is replaced.

    Raises EntityAlreadyExists for an alias that any account has, for there is one list of them for all of AWS.

    Rules: API_CreateAccountAlias; console_account-alias.
    """
    names.check_account_alias(account_alias)
    account = queries.lock_account(call)
    taken = f"The account alias {account_alias} already exists."
    if account.alias == account_alias:
        raise EntityAlreadyExists(taken, field="accountAlias")
    account.alias = account_alias
    with refusing_duplicates(taken, field="accountAlias"):
        account.save(update_fields=["alias"])


@operation("iam:DeleteAccountAlias", resource=arns.any_resource)
def delete_account_alias(call: Call, *, account_alias: str) -> None:
    """Remove the account's alias: its twelve digits remain.

    Rules: API_DeleteAccountAlias.
    """
    account = queries.lock_account(call)
    if account.alias != account_alias:
        raise NoSuchEntity(f"The account alias with name {account_alias} cannot be found.", field="accountAlias")
    account.alias = None
    account.save(update_fields=["alias"])


@operation("iam:ListAccountAliases", resource=arns.any_resource, read_only=True)
def list_account_aliases(call: Call) -> tuple[str, ...]:
    """List the account's alias, if it has one.

    Rules: API_ListAccountAliases.
    """
    alias = Account.objects.values_list("alias", flat=True).get(pk=call.account_id)
    return (alias,) if alias else ()


@operation("iam:GetAccountSummary", resource=arns.any_resource, read_only=True)
def get_account_summary(call: Call) -> Mapping[str, int]:
    """Read how much the account holds and how much it may hold, by the keys of AWS, in one query.

    Rules: API_GetAccountSummary.
    """
    versions = PolicyVersion.objects.filter(account_id=OuterRef("pk")).order_by().values("account")
    root_keys = AccessKey.objects.filter(account_id=OuterRef("pk"), user__isnull=True)
    devices = MFADevice.objects.filter(account_id=OuterRef("pk")).order_by().values("account")
    root_devices = MFADevice.objects.filter(account_id=OuterRef("pk"), user__isnull=True, enable_date__isnull=False)
    account = Account.objects.annotate(
        versions_in_use=_counted(versions),
        has_root_keys=Exists(root_keys),
        devices=_counted(devices),
        devices_in_use=_counted(devices.filter(enable_date__isnull=False)),
        has_root_devices=Exists(root_devices),
    ).get(pk=call.account_id)
    summary = {
        "Users": account.user_count,
        "Groups": account.group_count,
        "Roles": account.role_count,
        "Policies": account.policy_count,
        "InstanceProfiles": account.instance_profile_count,
        "PolicyVersionsInUse": account.versions_in_use,
        "AccountAccessKeysPresent": int(account.has_root_keys),
        "MFADevices": account.devices,
        "MFADevicesInUse": account.devices_in_use,
        "AccountMFAEnabled": int(account.has_root_devices),
        "AccountPasswordPresent": int(bool(account.root_password)),
        "GlobalEndpointTokenVersion": 1,
        **{key: quota.value for key, quota in QUOTAS.items()},
        **dict.fromkeys(NOT_KEPT_YET, 0),
    }
    return MappingProxyType(summary)


def _counted(grouped: QuerySet[Any, Any]) -> Coalesce:
    """Count rows that were grouped by their account, as part of the query for the account."""
    return Coalesce(Subquery(grouped.annotate(count=Count("pk")).values("count"), output_field=IntegerField()), 0)
