"""The Security Token Service: temporary credentials for roles, and for users.

Rules: API_AssumeRole, API_AssumeRoleWithWebIdentity, API_GetSessionToken, API_GetFederationToken,
API_GetCallerIdentity, API_GetAccessKeyInfo, API_DecodeAuthorizationMessage (all of STS).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts import arns, shapes
from accounts.arns import Parameters, Target
from accounts.assuming import (
    TOO_LONG,
    assumed_role,
    carried_along,
    found_role,
    role_used,
    source_identity_of,
    wrong_code,
)
from accounts.codes import take_code
from accounts.issuing import check_duration, issue, session_policies
from accounts.models import AccessKey, CredentialKind, TemporaryCredential
from accounts.principals import RoleSession, UserPrincipal
from accounts.sessions import Credentials
from iamconsole.aws import arn, names, quotas
from iamconsole.aws.errors import AccessDenied, ValidationError
from iamconsole.call import Call, SessionKind
from iamconsole.gate import operation
from policies.authorization_message import decode

_TOO_LONG_IN_A_CHAIN = (
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
)


@operation(
    "sts:AssumeRole",
    resource=assumed_role,
    hidden=frozenset({"token_code"}),
    also={"tags": "sts:TagSession", "source_identity": "sts:SetSourceIdentity"},
    further=carried_along,
    answer=shapes.assumed_role,
)
def assume_role(
    call: Call,
    *,
    role_arn: str,
    role_session_name: str,
    policy_arns: Sequence[str] = (),
    policy: str | None = None,
    duration_seconds: int | None = None,
    tags: Sequence[tuple[str, str]] = (),
    transitive_tag_keys: Sequence[str] = (),
    external_id: str | None = None,
    serial_number: str | None = None,
    token_code: str | None = None,
    source_identity: str | None = None,
) -> Credentials:
    """Take a role, of the caller's or of another account, for a while: 900 seconds up to the role's maximum.

    The caller's own permissions do not count in the session. From a session of a role (role chaining) the new session
    lasts an hour at most, and keeps the source identity and the transitive tags.

    Raises AccessDenied where either side does not allow it, or the role does not exist; ValidationError for a duration
    above the role's maximum; MalformedPolicyDocument and PackedPolicyTooLarge for the session policies.

    Rules: API_AssumeRole; id_roles_terms-and-concepts (role chaining); id_session-tags.
    """
    _check_names(role_session_name, external_id, source_identity)
    role = found_role(call, role_arn)
    chained = isinstance(call.principal, RoleSession)
    longest = (
        min(role.max_session_duration, quotas.ROLE_CHAINING_DURATION.maximum) if chained else role.max_session_duration
    )
    sentence = _TOO_LONG_IN_A_CHAIN if chained else TOO_LONG
    seconds = check_duration(duration_seconds, quotas.ASSUME_ROLE_DURATION, longest=longest, sentence=sentence)
    session_tags, transitive = _session_tags(call, tags, transitive_tag_keys)
    policies = session_policies(role.account_id, policy, policy_arns, session_tags)
    role_used(role, call)
    return issue(
        call,
        CredentialKind.ASSUME_ROLE,
        seconds=seconds,
        packed_policy_size=policies.packed_size,
        account=role.account,
        role=role,
        session_name=role_session_name,
        source_identity=source_identity_of(call, {"source_identity": source_identity}),
        session_tags=[list(tag) for tag in session_tags],
        transitive_tag_keys=transitive,
        session_policies=policies.documents,
    )


def _check_names(session_name: str, external_id: str | None, source_identity: str | None) -> None:
    names.check(names.ROLE_SESSION_NAME, session_name, "roleSessionName")
    if external_id is not None:
        names.check(names.EXTERNAL_ID, external_id, "externalId")
    if source_identity is not None:
        names.check(names.SOURCE_IDENTITY, source_identity, "sourceIdentity")


def _session_tags(
    call: Call, tags: Sequence[tuple[str, str]], transitive: Sequence[str]
) -> tuple[list[tuple[str, str]], list[str]]:
    """Join the tags that were passed with the transitive ones of the calling session."""
    names.check_tags(list(tags))
    given = {key.lower() for key, _ in tags}
    strange = [key for key in transitive if key.lower() not in given]
    if strange:
        raise ValidationError(
            f"The specified transitive tag key must be included in the requested tags: {strange[0]}",
            field="transitiveTagKeys",
        )
    principal = call.principal
    kept = set(principal.transitive_tag_keys) if isinstance(principal, RoleSession) else set()
    carried = [tag for tag in principal.session_tags if tag[0] in kept]
    if any(key.lower() in given for key, _ in carried):
        raise ValidationError(
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from "
            "the calling session.",
            field="tags",
        )
    return [*carried, *tags], [*sorted(kept), *transitive]


@operation(
    "sts:GetSessionToken", resource=arns.any_resource, hidden=frozenset({"token_code"}), answer=shapes.credentials
)
def get_session_token(
    call: Call, *, duration_seconds: int | None = None, serial_number: str | None = None, token_code: str | None = None
) -> Credentials:
    """Exchange the caller's long-term credentials for temporary ones that may do the same: 900 to 129,600 seconds.

    With an MFA code the session counts as authenticated with MFA. Without it its credentials cannot call IAM.

    Raises AccessDenied for a wrong code, and where a session calls. Rules: API_GetSessionToken.
    """
    user = _long_term_user(call, "sts:GetSessionToken")
    limits = quotas.SESSION_TOKEN_DURATION if user else quotas.ROOT_SESSION_TOKEN_DURATION
    seconds = check_duration(duration_seconds, limits)
    proven = bool(serial_number or token_code)
    if proven and not take_code(call, serial_number or "", token_code or ""):
        raise wrong_code(call, "sts:GetSessionToken", "*")
    return issue(
        call,
        CredentialKind.SESSION_TOKEN,
        seconds=seconds,
        user_id=user.user_id if user else None,
        mfa_time=call.time if proven else None,
    )


def _long_term_user(call: Call, action: str) -> UserPrincipal | None:
    """The user that calls with credentials of its own; None is the root user. A session is refused."""
    principal = call.principal
    if isinstance(principal, UserPrincipal) and (call.session is None or call.session.kind is SessionKind.CONSOLE):
        return principal
    if principal.identity_type == "Root":
        return None
    raise AccessDenied(
        f"Cannot call {action.partition(':')[2]} with session credentials",
        action=action,
        resource="*",
        principal_arn=principal.arn,
        reason="only an IAM user or the root user can",
    )


def _federated_user(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    name = parameters.get("name") or ""
    return (Target(arn.federated_user_arn(call.account_id, name), "AWS::STS::FederatedUser", name),)


@operation(
    "sts:GetFederationToken", resource=_federated_user, also={"tags": "sts:TagSession"}, answer=shapes.federated_user
)
def get_federation_token(
    call: Call,
    *,
    name: str,
    policy: str | None = None,
    policy_arns: Sequence[str] = (),
    duration_seconds: int | None = None,
    tags: Sequence[tuple[str, str]] = (),
) -> Credentials:
    """Hand the caller's permissions on under another name, within session policies: 900 to 129,600 seconds.

    Without session policies the session may do nothing by the user's policies. Rules: API_GetFederationToken.
    """
    names.check(names.FEDERATED_USER_NAME, name, "name")
    user = _long_term_user(call, "sts:GetFederationToken")
    seconds = check_duration(
        duration_seconds, quotas.SESSION_TOKEN_DURATION if user else quotas.ROOT_SESSION_TOKEN_DURATION
    )
    names.check_tags(list(tags))
    policies = session_policies(call.account_id, policy, policy_arns, tags)
    return issue(
        call,
        CredentialKind.FEDERATION_TOKEN,
        seconds=seconds,
        packed_policy_size=policies.packed_size,
        user_id=user.user_id if user else None,
        session_name=name,
        session_tags=[list(tag) for tag in tags],
        session_policies=policies.documents,
    )


@dataclass(frozen=True, slots=True)
class CallerIdentity:
    """Who calls. Rules: API_GetCallerIdentity."""

    user_id: str
    account: str
    arn: str


@operation("sts:GetCallerIdentity", resource=arns.any_resource, read_only=True)
def get_caller_identity(call: Call) -> CallerIdentity:
    """Tell the caller who it is; no permission is needed, and no deny stops it.

    Rules: API_GetCallerIdentity.
    """
    return CallerIdentity(call.principal.principal_id, call.account_id, call.principal.arn)


@operation(
    "sts:DecodeAuthorizationMessage",
    resource=arns.any_resource,
    hidden=frozenset({"encoded_message"}),
)
def decode_authorization_message(call: Call, *, encoded_message: str) -> str:
    """Open the encoded message of a refusal in this account: JSON with what was asked, in which context, and why not.

    Raises InvalidAuthorizationMessageException. Rules: API_DecodeAuthorizationMessage.
    """
    return decode(encoded_message, call.account_id)


@operation("sts:GetAccessKeyInfo", resource=arns.any_resource, read_only=True)
def get_access_key_info(call: Call, *, access_key_id: str) -> str:
    """Name the account that an access key id belongs to, of whatever account; an unknown id is refused.

    Rules: API_GetAccessKeyInfo.
    """
    names.check(names.ACCESS_KEY_ID, access_key_id, "accessKeyId")
    # NAMED EXCEPTION: AWS tells anybody whose account a key id is of; the twelve digits and no more.
    for rows in (AccessKey.objects.all(), TemporaryCredential.objects.all()):
        found: Any = rows.filter(pk=access_key_id).values_list("account_id", flat=True).first()
        if found:
            return str(found)
    raise ValidationError("Invalid Access Key ID", field="accessKeyId")
