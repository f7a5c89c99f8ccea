"""Who can call: the kinds of principal, as values.

Rules: reference_policies_variables (principal key values), reference_policies_elements_principal,
cloudtrail-event-reference-user-identity.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from iamconsole.aws import arn

Tags = tuple[tuple[str, str], ...]


class _Described(ABC):
    """What all principals can say of themselves; each kind replaces what is otherwise for it."""

    __slots__ = ()
    identity_type: ClassVar[str]
    principal_type: ClassVar[str]
    account_id: str

    @property
    @abstractmethod
    def arn(self) -> str:
        """The ARN by which policies and events name the caller."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The name shown in the console and in events."""

    @property
    @abstractmethod
    def principal_id(self) -> str:
        """The unique id in events and in `aws:userid`."""

    @property
    def session_tags(self) -> Tags:
        """The tags that a session carries: they stand before those of its role or user."""
        return ()

    def context(self) -> Mapping[str, tuple[str, ...]]:
        """The condition keys that follow from who calls."""
        return _common(self, self.arn)

    def identity(self) -> Mapping[str, Any]:
        """The principal as CloudTrail's userIdentity describes it."""
        return {
            "type": self.identity_type,
            "principalId": self.principal_id,
            "arn": self.arn,
            "accountId": self.account_id,
        }

    def session_context(self) -> Mapping[str, Any]:
        """What userIdentity says of the session beside its attributes: who issued it."""
        return {}

    def federation(self) -> Mapping[str, str]:
        """What a request must also say of a federated caller."""
        return {}


@dataclass(frozen=True, slots=True)
class Root(_Described):
    """The root user of an account: no identity policy binds it."""

    account_id: str
    identity_type: ClassVar[str] = "Root"
    principal_type: ClassVar[str] = "Account"

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


@dataclass(frozen=True, slots=True)
class UserPrincipal(_Described):
    """An IAM user."""

    account_id: str
    user_id: str
    user_name: str
    path: str = "/"
    tags: Tags = field(default=())
    identity_type: ClassVar[str] = "IAMUser"
    principal_type: ClassVar[str] = "User"

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

    def identity(self) -> Mapping[str, Any]:
        """The user as CloudTrail describes it, with its name."""
        return {**_Described.identity(self), "userName": self.user_name}


@dataclass(frozen=True, slots=True)
class RoleSession(_Described):
    """A session of a role: the role's permissions for a while.

    `tags` are the session's own; `claims` are the condition keys that a web identity brought along
    (`token.example.com:sub`), `provider` is its ARN.
    """

    account_id: str
    role_id: str
    role_name: str
    session_name: str
    path: str = "/"
    tags: Tags = field(default=())
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str = ""
    provider: str = ""
    claims: tuple[tuple[str, tuple[str, ...]], ...] = ()
    identity_type: ClassVar[str] = "AssumedRole"
    principal_type: ClassVar[str] = "AssumedRole"

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

    @property
    def session_tags(self) -> Tags:
        """The tags passed when the role was assumed."""
        return self.tags

    def context(self) -> Mapping[str, tuple[str, ...]]:
        """The condition keys that follow from who calls."""
        keys = {**_common(self, self.role_arn), **principal_tags(self.tags), **dict(self.claims)}
        if self.source_identity:
            keys["aws:SourceIdentity"] = (self.source_identity,)
        if self.provider:
            keys["aws:FederatedProvider"] = (self.provider,)
        return keys

    def session_context(self) -> Mapping[str, Any]:
        """The role that issued the session, and who was behind it where that was said."""
        issuer = {
            "type": "Role",
            "principalId": self.role_id,
            "arn": self.role_arn,
            "accountId": self.account_id,
            "userName": self.role_name,
        }
        source = {"sourceIdentity": self.source_identity} if self.source_identity else {}
        federated = {"webIdFederationData": {"federatedProvider": self.provider}} if self.provider else {}
        return {"sessionIssuer": issuer, **source, **federated}


@dataclass(frozen=True, slots=True)
class FederatedUser(_Described):
    """A session that an IAM user handed on under another name: the user's permissions within its session policies.

    Without `user_id` the root user handed it on.
    """

    account_id: str
    user_id: str
    user_name: str
    federated_name: str
    path: str = "/"
    tags: Tags = field(default=())
    identity_type: ClassVar[str] = "FederatedUser"
    principal_type: ClassVar[str] = "FederatedUser"

    @property
    def arn(self) -> str:
        """The session's ARN."""
        return arn.federated_user_arn(self.account_id, self.federated_name)

    @property
    def user_arn(self) -> str:
        """The ARN of the user, or root user, behind the session."""
        return (
            arn.user_arn(self.account_id, self.path, self.user_name) if self.user_id else arn.root_arn(self.account_id)
        )

    @property
    def name(self) -> str:
        """The name shown in the console and in events."""
        return self.federated_name

    @property
    def principal_id(self) -> str:
        """The unique id in events and in `aws:userid`: the account and the session's name."""
        return f"{self.account_id}:{self.federated_name}"

    @property
    def session_tags(self) -> Tags:
        """The tags passed when the session was made."""
        return self.tags

    def session_context(self) -> Mapping[str, Any]:
        """The user that issued the session."""
        issuer = {
            "type": "IAMUser" if self.user_id else "Root",
            "principalId": self.user_id or self.account_id,
            "arn": self.user_arn,
            "accountId": self.account_id,
            "userName": self.user_name,
        }
        return {"sessionIssuer": issuer}

    def federation(self) -> Mapping[str, str]:
        """The user whom resource policies may name in the session's stead."""
        return {"federating_user": self.user_arn}


@dataclass(frozen=True, slots=True)
class WebIdentity(_Described):
    """Somebody known by the token of an identity provider, not yet a session.

    `claims` are the token's condition keys, as `token.example.com:sub`.
    """

    account_id: str
    provider: str
    audience: str
    subject: str
    claims: tuple[tuple[str, tuple[str, ...]], ...] = ()
    identity_type: ClassVar[str] = "WebIdentityUser"
    principal_type: ClassVar[str] = "Anonymous"

    @property
    def arn(self) -> str:
        """The provider's ARN: trust policies name the provider."""
        return self.provider

    @property
    def name(self) -> str:
        """The subject of the token."""
        return self.subject

    @property
    def principal_id(self) -> str:
        """Provider, audience and subject, as CloudTrail writes them."""
        return f"{self.provider}:{self.audience}:{self.subject}"

    def context(self) -> Mapping[str, tuple[str, ...]]:
        """The condition keys of the token; there is no IAM principal yet."""
        return {"aws:FederatedProvider": (self.provider,), **dict(self.claims)}

    def identity(self) -> Mapping[str, Any]:
        """The token's subject as CloudTrail describes it."""
        return {
            "type": self.identity_type,
            "principalId": self.principal_id,
            "userName": self.subject,
            "identityProvider": self.provider,
        }


@dataclass(frozen=True, slots=True)
class ServicePrincipal(_Described):
    """An AWS service that acts for itself, as when it assumes the role it was given."""

    account_id: str
    service: str
    identity_type: ClassVar[str] = "AWSService"
    principal_type: ClassVar[str] = "Service"

    @property
    def arn(self) -> str:
        """The service's name, by which policies name it."""
        return self.service

    @property
    def name(self) -> str:
        """The name shown in events."""
        return self.service

    @property
    def principal_id(self) -> str:
        """Services have no unique id."""
        return ""

    def context(self) -> Mapping[str, tuple[str, ...]]:
        """The condition keys of a service's own call on behalf of the account."""
        return {
            "aws:PrincipalIsAWSService": ("true",),
            "aws:PrincipalServiceName": (self.service,),
            "aws:SourceAccount": (self.account_id,),
        }

    def identity(self) -> Mapping[str, Any]:
        """The service as CloudTrail describes it."""
        return {"type": self.identity_type, "invokedBy": self.service}


Principal = Root | UserPrincipal | RoleSession | FederatedUser | WebIdentity | ServicePrincipal


def principal_tags(tags: Tags) -> Mapping[str, tuple[str, ...]]:
    """Give the `aws:PrincipalTag/...` keys of a principal's tags."""
    return {f"aws:PrincipalTag/{key}": (value,) for key, value in tags}


def overridden(tags: Tags, by: Tags) -> Tags:
    """Lay the tags of a session over those of its role or user; keys are the same whatever their case.

    Rules: id_session-tags.
    """
    keys = {key.lower() for key, _ in by}
    return (*(tag for tag in tags if tag[0].lower() not in keys), *by)


def _common(principal: _Described, principal_arn: str) -> dict[str, tuple[str, ...]]:
    return {
        "aws:PrincipalArn": (principal_arn,),
        "aws:PrincipalAccount": (principal.account_id,),
        "aws:PrincipalType": (principal.principal_type,),
        "aws:PrincipalIsAWSService": ("false",),
        "aws:userid": (principal.principal_id,),
    }
