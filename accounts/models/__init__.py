"""Records of identities: who can exist in an account and how they prove it."""

from accounts.models.access_key import AccessKey, AccessKeyStatus
from accounts.models.account import AWS, Account
from accounts.models.credential_report import CredentialReport
from accounts.models.group import Group, Membership
from accounts.models.identity_provider import OpenIDConnectProvider, OpenIDConnectProviderTag
from accounts.models.instance_profile import InstanceProfile
from accounts.models.login_profile import LoginProfile
from accounts.models.mfa_device import MFADevice, MFADeviceTag
from accounts.models.organization import (
    JoinedMethod,
    Organization,
    OrganizationAccount,
    OrganizationalUnit,
    PolicyTypes,
)
from accounts.models.password_policy import AccountPasswordPolicy, EarlierPassword
from accounts.models.role import Role
from accounts.models.sign_in_throttle import SignInThrottle
from accounts.models.tag import InstanceProfileTag, RoleTag, Tag, UserTag
from accounts.models.temporary_credential import CredentialKind, TemporaryCredential
from accounts.models.user import User

__all__ = [
    "AWS",
    "AccessKey",
    "AccessKeyStatus",
    "Account",
    "AccountPasswordPolicy",
    "CredentialKind",
    "CredentialReport",
    "EarlierPassword",
    "Group",
    "InstanceProfile",
    "InstanceProfileTag",
    "JoinedMethod",
    "LoginProfile",
    "MFADevice",
    "MFADeviceTag",
    "Membership",
    "OpenIDConnectProvider",
    "OpenIDConnectProviderTag",
    "Organization",
    "OrganizationAccount",
    "OrganizationalUnit",
    "PolicyTypes",
    "Role",
    "RoleTag",
    "SignInThrottle",
    "Tag",
    "TemporaryCredential",
    "User",
    "UserTag",
]
