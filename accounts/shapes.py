"""Identities as AWS's API shapes write them, in lowerCamelCase: what a change's event holds as response elements.

Secrets appear in none of them.

Rules: API_User, API_Group, API_Role, API_InstanceProfile, API_LoginProfile, API_AccessKey, API_VirtualMFADevice.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from accounts.models import (
    AccessKey,
    Group,
    InstanceProfile,
    LoginProfile,
    MFADevice,
    OpenIDConnectProvider,
    Role,
    User,
)
from accounts.sessions import Credentials, principal_of

Shape = Mapping[str, Any]


def instant(moment: datetime) -> str:
    """Write a time as AWS does, in whole seconds of UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def user(user: User) -> Shape:
    """A user that was made or read."""
    return {
        "user": {
            "path": user.path,
            "userName": user.user_name,
            "userId": user.user_id,
            "arn": user.arn,
            "createDate": instant(user.create_date),
        }
    }


def group(group: Group) -> Shape:
    """A user group that was made."""
    return {
        "group": {
            "path": group.path,
            "groupName": group.group_name,
            "groupId": group.group_id,
            "arn": group.arn,
            "createDate": instant(group.create_date),
        }
    }


def role(role: Role) -> Shape:
    """A role that was made."""
    return {
        "role": {
            "path": role.path,
            "roleName": role.role_name,
            "roleId": role.role_id,
            "arn": role.arn,
            "createDate": instant(role.create_date),
            "assumeRolePolicyDocument": role.assume_role_policy_document,
        }
    }


def instance_profile(profile: InstanceProfile) -> Shape:
    """An instance profile that was made."""
    return {
        "instanceProfile": {
            "path": profile.path,
            "instanceProfileName": profile.instance_profile_name,
            "instanceProfileId": profile.instance_profile_id,
            "arn": profile.arn,
            "createDate": instant(profile.create_date),
        }
    }


def login_profile(profile: LoginProfile) -> Shape:
    """A login profile that was made; never its password."""
    return {
        "loginProfile": {
            "userName": profile.user.user_name,
            "createDate": instant(profile.create_date),
            "passwordResetRequired": profile.password_reset_required,
        }
    }


def access_key(key: AccessKey) -> Shape:
    """An access key that was made; never its secret."""
    return {
        "accessKey": {
            "accessKeyId": key.access_key_id,
            "status": key.status,
            "userName": key.user.user_name if key.user else None,
            "createDate": instant(key.create_date),
        }
    }


def credentials(issued: Credentials) -> Shape:
    """Temporary credentials that were made; never their secret or their token."""
    credential = issued.credential
    return {"credentials": {"accessKeyId": credential.access_key_id, "expiration": instant(credential.expires)}}


def assumed_role(issued: Credentials) -> Shape:
    """The session of a role that was taken, and its credentials."""
    principal = principal_of(issued.credential)
    user = {"assumedRoleId": principal.principal_id, "arn": principal.arn}
    return {**credentials(issued), "assumedRoleUser": user, **_packed(issued)}


def web_identity_role(issued: Credentials) -> Shape:
    """The session of a role that the bearer of a token took."""
    principal = issued.credential.claims
    subject = next((values[0] for key, values in principal.items() if key.endswith(":sub")), "")
    audience = next((values[0] for key, values in principal.items() if key.endswith(":aud")), "")
    told = {"subjectFromWebIdentityToken": subject, "audience": audience, "provider": issued.credential.provider}
    return {**assumed_role(issued), **told}


def federated_user(issued: Credentials) -> Shape:
    """The session that a user handed on, and its credentials."""
    principal = principal_of(issued.credential)
    user = {"federatedUserId": principal.principal_id, "arn": principal.arn}
    return {**credentials(issued), "federatedUser": user, **_packed(issued)}


def _packed(issued: Credentials) -> Shape:
    return {"packedPolicySize": issued.packed_policy_size} if issued.packed_policy_size else {}


def oidc_provider(provider: OpenIDConnectProvider) -> Shape:
    """An OpenID Connect provider that was made."""
    return {"openIDConnectProviderArn": provider.arn}


def virtual_mfa_device(device: MFADevice) -> Shape:
    """A virtual MFA device that was made; never its seed or its QR code."""
    return {"virtualMFADevice": {"serialNumber": device.serial_number}}
