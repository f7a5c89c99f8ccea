"""Amazon Resource Names, and how IAM builds its own.

IAM is a global service: the Region field of its ARNs is always empty.

Rules: reference_identifiers, "IAM ARNs"; reference-arns.
"""

from dataclasses import dataclass
from typing import Self

from iamconsole.aws.errors import ValidationError

__all__ = [
    "AWS_MANAGED",
    "PARTITION",
    "Arn",
    "analyzer_arn",
    "assumed_role_arn",
    "federated_user_arn",
    "group_arn",
    "instance_profile_arn",
    "mfa_arn",
    "oidc_provider_arn",
    "passkey_arn",
    "policy_arn",
    "role_arn",
    "root_arn",
    "split_path",
    "user_arn",
]

PARTITION = "aws"
AWS_MANAGED = "aws"  # stands in the account field of the policies that AWS itself manages

_UNPARSABLE = "Invalid ARN:  Could not be parsed!"  # the two spaces are AWS's
_FIELDS = 6


@dataclass(frozen=True, slots=True)
class Arn:
    """An ARN taken apart: `arn:partition:service:region:account:resource`."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take the text apart, or raise the ValidationError that IAM answers.

        Region and account may be empty; colons after the fifth belong to the resource.
        """
        fields = text.split(":", _FIELDS - 1)
        if len(fields) != _FIELDS or not text.isprintable() or " " in text:
            raise ValidationError(_UNPARSABLE)
        scheme, partition, service, region, account, resource = fields
        if scheme != "arn" or not (partition and service and resource):
            raise ValidationError(_UNPARSABLE)
        return cls(partition, service, region, account, resource)

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def user_arn(account_id: str, path: str, name: str) -> str:
    """Name an IAM user."""
    return _iam(account_id, f"user{path}{name}")


def group_arn(account_id: str, path: str, name: str) -> str:
    """Name a user group."""
    return _iam(account_id, f"group{path}{name}")


def role_arn(account_id: str, path: str, name: str) -> str:
    """Name a role."""
    return _iam(account_id, f"role{path}{name}")


def policy_arn(account_id: str, path: str, name: str) -> str:
    """Name a managed policy; the account of an AWS managed one is `AWS_MANAGED`."""
    return _iam(account_id, f"policy{path}{name}")


def instance_profile_arn(account_id: str, path: str, name: str) -> str:
    """Name an instance profile."""
    return _iam(account_id, f"instance-profile{path}{name}")


def mfa_arn(account_id: str, path: str, name: str) -> str:
    """Name a virtual MFA device."""
    return _iam(account_id, f"mfa{path}{name}")


def passkey_arn(account_id: str, user_name: str | None, device: str) -> str:
    """Name a passkey or security key of a user, or of the root user for None. Rules: reference_identifiers."""
    owner = f"user/{user_name}" if user_name else "root-account"
    return _iam(account_id, f"u2f/{owner}/{device}")


def oidc_provider_arn(account_id: str, url: str) -> str:
    """Name an OpenID Connect provider by its address without scheme."""
    return _iam(account_id, f"oidc-provider/{url}")


def root_arn(account_id: str) -> str:
    """Name the root user, which is also how a policy names the account as a whole."""
    return _iam(account_id, "root")


def assumed_role_arn(account_id: str, role: str, session: str) -> str:
    """Name a session of a role; the role's path is not part of it."""
    return str(Arn(PARTITION, "sts", "", account_id, f"assumed-role/{role}/{session}"))


def federated_user_arn(account_id: str, name: str) -> str:
    """Name the session of a federated user."""
    return str(Arn(PARTITION, "sts", "", account_id, f"federated-user/{name}"))


def analyzer_arn(account_id: str, name: str) -> str:
    """Name an analyzer of IAM Access Analyzer, which lives in the one Region there is."""
    return str(Arn(PARTITION, "access-analyzer", "us-east-1", account_id, f"analyzer/{name}"))


def split_path(resource: str) -> tuple[str, str]:
    """Take path and name out of an ARN's resource: `user/division/alice` gives `/division/` and `alice`."""
    _, slash, rest = resource.partition("/")
    if not slash:
        return "/", resource
    path, _, name = f"/{rest}".rpartition("/")
    return f"{path}/", name


def _iam(account_id: str, resource: str) -> str:
    return str(Arn(PARTITION, "iam", "", account_id, resource))
