"""Who can call: the kinds of principal, as values.

Rules: reference_policies_variables (principal key values), reference_policies_elements_principal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from iamconsole.aws import arn

Tags = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Root:
    """The root user of an account: no policy of the account binds it."""

    account_id: str
    identity_type = "Root"
    principal_type = "Account"

    @property
    def arn(self) -> str:
        """The ARN that stands for the root user and the account."""
        return arn.root_arn(self.account_id)

    @property
    def name(self) -> str:
        """The name shown in the console and in events."""
        return "root"

    @property
    def principal_id(self) -> str:
        """The unique id in events and in `aws:userid`: the twelve digits."""
        return self.account_id

    def context(self) -> Mapping[str, tuple[str, ...]]:
        """The condition keys that follow from who calls."""
        return _common(self, self.arn)


@dataclass(frozen=True, slots=True)
class UserPrincipal:
    """An IAM user."""

    account_id: str
    user_id: str
    user_name: str
    path: str = "/"
    tags: Tags = field(default=())
    identity_type = "IAMUser"
    principal_type = "User"

    @property
    def arn(self) -> str:
        """The user's ARN, path included."""
        return arn.user_arn(self.account_id, self.path, self.user_name)

    @property
    def name(self) -> str:
        """The name shown in the console and in events."""
        return self.user_name

    @property
    def principal_id(self) -> str:
        """The unique id in events and in `aws:userid`."""
        return self.user_id

    def context(self) -> Mapping[str, tuple[str, ...]]:
        """The condition keys that follow from who calls."""
        return {**_common(self, self.arn), "aws:username": (self.user_name,), **principal_tags(self.tags)}


@dataclass(frozen=True, slots=True)
class RoleSession:
    """A session of a role: the role's permissions for a while."""

    account_id: str
    role_id: str
    role_name: str
    session_name: str
    path: str = "/"
    tags: Tags = field(default=())
    identity_type = "AssumedRole"
    principal_type = "AssumedRole"

    @property
    def arn(self) -> str:
        """The session's ARN, in which the role's path does not appear."""
        return arn.assumed_role_arn(self.account_id, self.role_name, self.session_name)

    @property
    def role_arn(self) -> str:
        """The ARN of the role itself, which `aws:PrincipalArn` holds."""
        return arn.role_arn(self.account_id, self.path, self.role_name)

    @property
    def name(self) -> str:
        """The name shown in the console and in events."""
        return f"{self.role_name}/{self.session_name}"

    @property
    def principal_id(self) -> str:
        """The unique id in events and in `aws:userid`: the role's id and the session's name."""
        return f"{self.role_id}:{self.session_name}"

    def context(self) -> Mapping[str, tuple[str, ...]]:
        """The condition keys that follow from who calls."""
        return {**_common(self, self.role_arn), **principal_tags(self.tags)}


Principal = Root | UserPrincipal | RoleSession


def principal_tags(tags: Tags) -> Mapping[str, tuple[str, ...]]:
    """Give the `aws:PrincipalTag/...` keys of a principal's tags."""
    return {f"aws:PrincipalTag/{key}": (value,) for key, value in tags}


def _common(principal: Principal, principal_arn: str) -> dict[str, tuple[str, ...]]:
    return {
        "aws:PrincipalArn": (principal_arn,),
        "aws:PrincipalAccount": (principal.account_id,),
        "aws:PrincipalType": (principal.principal_type,),
        "aws:PrincipalIsAWSService": ("false",),
        "aws:userid": (principal.principal_id,),
    }
