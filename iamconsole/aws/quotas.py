"""Every number that AWS publishes about IAM and STS, each once, with the page it comes from.

Rules: reference_iam-quotas.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from iamconsole.aws.errors import LimitExceeded

_QUOTAS = "reference_iam-quotas"
_NON_WHITE = "characters without white space"


@dataclass(frozen=True, slots=True)
class Quota:
    """A number of things that may not be passed, under the name AWS gives it in its refusal."""

    value: int
    name: str
    source: str = _QUOTAS
    counts: str = ""
    sentence: str = "Cannot exceed quota for {name}: {value}"

    @property
    def message(self) -> str:
        """The sentence of the refusal."""
        return self.sentence.format(name=self.name, value=self.value)

    def check(self, current: int) -> None:
        """Refuse one more when there are already `current`."""
        if current >= self.value:
            raise LimitExceeded(self.message)

    def check_size(self, size: int) -> None:
        """Refuse a size above the quota; a size equal to it is allowed."""
        if size > self.value:
            raise LimitExceeded(self.message)


@dataclass(frozen=True, slots=True)
class Range:
    """The smallest and the largest value of a parameter, and the value it has when nobody gives one."""

    minimum: int
    maximum: int
    default: int
    source: str

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and self.minimum <= value <= self.maximum


# Per account (defaults; AWS raises most of them on request)
USERS_PER_ACCOUNT: Final = Quota(5000, "UsersPerAccount")
GROUPS_PER_ACCOUNT: Final = Quota(300, "GroupsPerAccount")
ROLES_PER_ACCOUNT: Final = Quota(1000, "RolesPerAccount")
POLICIES_PER_ACCOUNT: Final = Quota(1500, "PoliciesPerAccount", counts="customer managed policies")
INSTANCE_PROFILES_PER_ACCOUNT: Final = Quota(1000, "InstanceProfilesPerAccount")
SERVER_CERTIFICATES_PER_ACCOUNT: Final = Quota(20, "ServerCertificatesPerAccount")
OIDC_PROVIDERS_PER_ACCOUNT: Final = Quota(100, "OpenIdConnectProvidersPerAccount")
SAML_PROVIDERS_PER_ACCOUNT: Final = Quota(100, "SAMLProvidersPerAccount")
ACCOUNT_ALIASES_PER_ACCOUNT: Final = Quota(1, "AccountAliasesPerAccount")
VIRTUAL_MFA_DEVICES_PER_ACCOUNT: Final = Quota(USERS_PER_ACCOUNT.value, "VirtualMFADevicesPerAccount")

# Per user, group, role
GROUPS_PER_USER: Final = Quota(10, "GroupsPerUser")
USERS_PER_GROUP: Final = Quota(USERS_PER_ACCOUNT.value, "UsersPerGroup")
ACCESS_KEYS_PER_USER: Final = Quota(2, "AccessKeysPerUser", counts="active and inactive")
ACCESS_KEYS_PER_ROOT_USER: Final = Quota(2, "AccessKeysPerUser", counts="active and inactive")
LOGIN_PROFILES_PER_USER: Final = Quota(1, "LoginProfilesPerUser")
MFA_DEVICES_PER_USER: Final = Quota(8, "MFADevicesPerUser")
SIGNING_CERTIFICATES_PER_USER: Final = Quota(2, "SigningCertificatesPerUser")
SSH_PUBLIC_KEYS_PER_USER: Final = Quota(5, "SSHPublicKeysPerUser")
SERVICE_CREDENTIALS_PER_USER: Final = Quota(2, "ServiceSpecificCredentialsPerUser", counts="per service")
POLICIES_PER_USER: Final = Quota(10, "PoliciesPerUser")
POLICIES_PER_GROUP: Final = Quota(10, "PoliciesPerGroup")
POLICIES_PER_ROLE: Final = Quota(10, "PoliciesPerRole")
POLICIES_PER_OWNER: Final[Mapping[str, Quota]] = MappingProxyType(
    {"user": POLICIES_PER_USER, "group": POLICIES_PER_GROUP, "role": POLICIES_PER_ROLE}
)
ROLES_PER_INSTANCE_PROFILE: Final = Quota(1, "InstanceSessionsPerInstanceProfile")
TAGS_PER_RESOURCE: Final = Quota(
    50, "TagsPerResource", sentence="The number of tags has reached the maximum limit of {value}."
)

# Identity providers
PROVIDERS_PER_SAML_PROVIDER: Final = Quota(10, "IdPsPerSAMLProvider")
KEYS_PER_SAML_PROVIDER: Final = Quota(10, "KeysPerSAMLProvider")
PRIVATE_KEYS_PER_SAML_PROVIDER: Final = Quota(2, "PrivateKeysPerSAMLProvider", source="API_UpdateSAMLProvider")
CLIENT_IDS_PER_OIDC_PROVIDER: Final = Quota(100, "ClientIdsPerOpenIdConnectProvider")
THUMBPRINTS_PER_OIDC_PROVIDER: Final = Quota(5, "ThumbprintsPerOpenIdConnectProvider")

# Policies
VERSIONS_PER_MANAGED_POLICY: Final = Quota(
    5,
    "VersionsPerPolicy",
    sentence=(
        "A managed policy can have up to {value} versions. "
        "Before you create a new version, you must delete an existing version."
    ),
)
POLICY_VERSIONS_IN_USE: Final = Quota(10000, "PolicyVersionsInUse", source="API_GetAccountSummary")
MANAGED_POLICY_SIZE: Final = Quota(6144, "PolicySize", counts=_NON_WHITE)
TRUST_POLICY_SIZE: Final = Quota(2048, "ACLSizePerRole", counts="characters")
SESSION_POLICY_SIZE: Final = Quota(2048, "SessionPolicySize", source="API_AssumeRole", counts="characters with ARNs")
SESSION_POLICY_ARNS: Final = Quota(10, "SessionPolicyArns", source="API_AssumeRole")
SESSION_TAGS: Final = Quota(50, "SessionTags", source="API_AssumeRole")
POLICY_DOCUMENT_LENGTH: Final = Range(1, 131072, 1, "API_CreatePolicy")

INLINE_POLICY_SIZE: Final[Mapping[str, Quota]] = MappingProxyType(
    {
        owner: Quota(
            size,
            f"{owner.capitalize()}PolicySize",
            counts=f"{_NON_WHITE}, of all inline policies of one {owner} together",
            sentence="Maximum policy size of {value} bytes exceeded for " + owner,
        )
        for owner, size in (("user", 2048), ("group", 5120), ("role", 10240))
    }
)


def check_inline_policy_size(owner: str, owner_name: str, size: int) -> None:
    """Refuse inline policies that are too large together; `owner` is `user`, `group` or `role`."""
    quota = INLINE_POLICY_SIZE[owner]
    if size > quota.value:
        raise LimitExceeded(f"{quota.message} {owner_name}")


# Lab resources: far from any service's own quota, and enough for every class
LAB_RESOURCES_PER_KIND: Final = Quota(5000, "LabResourcesPerKind", source="s3-bucket-quotas and its like")

# Organizations (defaults, or the most that AWS grants where a default would stop a class)
_ORGANIZATIONS = "orgs_reference_limits"
ACCOUNTS_PER_ORGANIZATION: Final = Quota(10000, "ACCOUNT_NUMBER_LIMIT_EXCEEDED", source=_ORGANIZATIONS)
UNITS_PER_ORGANIZATION: Final = Quota(1000, "OU_NUMBER_LIMIT_EXCEEDED", source=_ORGANIZATIONS)
ORGANIZATION_DEPTH: Final = Quota(5, "OU_DEPTH_LIMIT_EXCEEDED", source=_ORGANIZATIONS, counts="levels of units")
CONTROL_POLICIES_PER_TYPE: Final = Quota(1000, "POLICY_NUMBER_LIMIT_EXCEEDED", source=_ORGANIZATIONS)
CONTROL_POLICIES_PER_TARGET: Final = Quota(
    5, "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", source=_ORGANIZATIONS, counts="policies of one type"
)
CONTROL_POLICY_SIZE: Final = Quota(5120, "POLICY_CONTENT_LIMIT_EXCEEDED", source=_ORGANIZATIONS, counts="characters")

# Sessions, in seconds
MAX_SESSION_DURATION: Final = Range(3600, 43200, 3600, "API_CreateRole")
ASSUME_ROLE_DURATION: Final = Range(900, MAX_SESSION_DURATION.maximum, 3600, "API_AssumeRole")
ROLE_CHAINING_DURATION: Final = Range(900, 3600, 3600, "id_roles_terms-and-concepts")
SESSION_TOKEN_DURATION: Final = Range(900, 129600, 43200, "API_GetSessionToken")
ROOT_SESSION_TOKEN_DURATION: Final = Range(900, 3600, 3600, "API_GetSessionToken")
ASSUME_ROOT_DURATION: Final = Range(0, 900, 900, "API_AssumeRoot")
CONSOLE_SESSION_SECONDS: Final = 12 * 60 * 60  # id_roles_use_switch-role-console

# Lists and reports
MAX_ITEMS: Final = Range(1, 1000, 100, "API_ListUsers")
CREDENTIAL_REPORT_LIFETIME_SECONDS: Final = 4 * 60 * 60  # id_credentials_getting-report
LAST_ACCESSED_TRACKING_DAYS: Final = 400  # access_policies_last-accessed

# Passwords
PASSWORD_LENGTH: Final = Range(6, 128, 8, "id_credentials_passwords_account-policy")
PASSWORD_LENGTH_API_DEFAULT: Final = 6  # API_UpdateAccountPasswordPolicy
PASSWORD_CLASSES_REQUIRED: Final = 3  # id_credentials_passwords_account-policy, "Default password policy"
PASSWORD_MAX_AGE_DAYS: Final = Range(1, 1095, 0, "API_UpdateAccountPasswordPolicy")
PASSWORD_REUSE_PREVENTION: Final = Range(1, 24, 0, "API_UpdateAccountPasswordPolicy")
PASSWORD_EXPIRY_WARNING_DAYS: Final = 15  # id_credentials_passwords_account-policy
