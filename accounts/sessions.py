"""From temporary credentials to who calls with them.

Rules: id_credentials_temp; id_session-tags; id_credentials_temp_control-access_monitor.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from accounts import secrets
from accounts.models import Account, CredentialKind, TemporaryCredential
from accounts.principals import FederatedUser, Principal, RoleSession, Root, UserPrincipal
from iamconsole.call import Session, SessionKind
from policies.documents import policy_of
from policies.evaluation import Policy, PolicyType

__all__ = [
    "Credentials",
    "Standing",
    "hash_of_token",
    "principal_of",
    "recall_session",
    "seal_secret",
    "secret_of",
    "session_of",
    "standing_of",
]

_KINDS: Mapping[str, SessionKind] = {
    CredentialKind.ASSUME_ROLE: SessionKind.ROLE,
    CredentialKind.WEB_IDENTITY: SessionKind.ROLE,
    CredentialKind.SESSION_TOKEN: SessionKind.TOKEN,
    CredentialKind.FEDERATION_TOKEN: SessionKind.FEDERATION,
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Fresh temporary credentials with what is shown this once and never again.

    `packed_policy_size` is how much of the room for session policies and tags is used, in percent.
    """

    credential: TemporaryCredential
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    packed_policy_size: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Who calls with temporary credentials, in which account, and what the session adds."""

    account: Account
    principal: Principal
    session: Session


def recall_session(access_key_id: str, now: datetime) -> Standing | None:
    """Find who temporary credentials belong to, in one query; None where there are none of this id or they ran out."""
    rows = TemporaryCredential.objects.select_related("account", "role", "user")
    credential = rows.filter(pk=access_key_id, expires__gt=now).first()
    return standing_of(credential) if credential else None


def standing_of(credential: TemporaryCredential) -> Standing:
    """Say who calls with these credentials. They must have been read with account, role and user."""
    return Standing(credential.account, principal_of(credential), session_of(credential))


def principal_of(credential: TemporaryCredential) -> Principal:
    """The principal of a session."""
    tags = tuple((key, value) for key, value in credential.session_tags)
    if (role := credential.role) is not None:
        return RoleSession(
            credential.account_id,
            role.role_id,
            role.role_name,
            credential.session_name,
            role.path,
            tags=tags,
            transitive_tag_keys=tuple(credential.transitive_tag_keys),
            source_identity=credential.source_identity,
            provider=credential.provider,
            claims=tuple((key, tuple(values)) for key, values in credential.claims.items()),
        )
    user = credential.user
    if credential.kind == CredentialKind.FEDERATION_TOKEN:
        named = (user.user_id, user.user_name) if user else ("", "root")
        path = user.path if user else "/"
        return FederatedUser(credential.account_id, *named, credential.session_name, path, tags=tags)
    if user is None:
        return Root(credential.account_id)
    return UserPrincipal(credential.account_id, user.user_id, user.user_name, user.path)


def session_of(credential: TemporaryCredential) -> Session:
    """What the session adds to each call."""
    return Session(
        credential.issued,
        mfa_time=credential.mfa_time,
        kind=_KINDS[credential.kind],
        expires=credential.expires,
        policies=_policies(credential),
    )


def _policies(credential: TemporaryCredential) -> tuple[Policy, ...] | None:
    if credential.session_policies is None:
        return None
    return tuple(
        policy_of(each["name"], each["document"], PolicyType.SESSION, source=each.get("arn", ""))
        for each in credential.session_policies
    )


def hash_of_token(token: str) -> str:
    """What is kept of a session token: enough to know it again."""
    return hashlib.sha256(token.encode()).hexdigest()


def seal_secret(credential: TemporaryCredential, secret: str) -> str:
    """Seal the secret of temporary credentials; it opens for no others."""
    return secrets.seal(secret, f"temporary key {credential.access_key_id}")


def secret_of(credential: TemporaryCredential) -> str:
    """Open the secret of temporary credentials, to check a signature."""
    return secrets.unseal(credential.sealed_secret, f"temporary key {credential.access_key_id}")
