"""The Security Token Service: temporary credentials for roles, and for users.

Rules: API_AssumeRole, API_AssumeRoleWithWebIdentity, API_GetSessionToken, API_GetFederationToken,
API_GetCallerIdentity, API_GetAccessKeyInfo, API_DecodeAuthorizationMessage (all of STS).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from accounts import arns, queries, shapes
from accounts.arns import Parameters, Target
from accounts.codes import take_code
from accounts.issuing import check_duration, issue, session_policies
from accounts.models import AccessKey, CredentialKind, Role, TemporaryCredential
from accounts.principals import RoleSession, UserPrincipal
from accounts.sessions import Credentials
from iamconsole.aws import arn, names, quotas
from iamconsole.aws.errors import AccessDenied, ValidationError
from iamconsole.call import REGION, Call, SessionKind
from iamconsole.gate import operation
from policies.authorization_message import decode
from policies.documents import policy_of
from policies.evaluation import PolicyType

_TOO_LONG = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
_TOO_LONG_IN_A_CHAIN = (
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
)
_WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code."


def _assumed_role(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The role that is to be assumed, of any account, with its trust policy; an MFA code given counts for this call."""
    keys = {
        **_given(parameters, "external_id", "sts:ExternalId"),
        **_given(parameters, "role_session_name", "sts:RoleSessionName"),
        **_mfa_keys(call, parameters),
    }
    source_identity = _source_identity(call, parameters)
    if source_identity:
        keys["sts:SourceIdentity"] = (source_identity,)
    transitive = parameters.get("transitive_tag_keys")
    if transitive:
        keys["sts:TransitiveTagKeys"] = tuple(transitive)
    role_arn = parameters["role_arn"]
    owner = _owner_of_role(role_arn)
    role = queries.find_role_of_any_account(call, role_arn)
    if role is None:
        name = arn.split_path(role_arn)[1]
        return (Target(role_arn, "AWS::IAM::Role", name, keys=keys, account_id=_foreign(call, owner)),)
    return (_role_target(call, role, keys),)


def _role_target(call: Call, role: Any, keys: Mapping[str, tuple[str, ...]]) -> Target:
    return Target(
        role.arn,
        "AWS::IAM::Role",
        role.name,
        tuple((tag["key"], tag["value"]) for tag in role.tag_list),
        keys,
        account_id=_foreign(call, role.account_id),
        policy=policy_of(
            f"Trust policy of {role.name}", role.assume_role_policy_document, PolicyType.RESOURCE, role.arn
        ),
    )


def _owner_of_role(role_arn: str) -> str:
    """Name the account in a role's ARN; raises ValidationError for what is no ARN of a role."""
    try:
        parsed = arn.Arn.parse(role_arn)
    except ValidationError:
        parsed = None
    if parsed is None or parsed.service != "iam" or not parsed.resource.startswith("role/"):
        raise ValidationError(f"{role_arn} is invalid", field="roleArn")
    return parsed.account


def _foreign(call: Call, account_id: str) -> str:
    return "" if account_id == call.account_id else account_id


def _given(parameters: Parameters, name: str, key: str) -> dict[str, tuple[str, ...]]:
    return {key: (str(parameters[name]),)} if parameters.get(name) else {}


def _mfa_keys(call: Call, parameters: Parameters) -> dict[str, tuple[str, ...]]:
    serial_number, code = parameters.get("serial_number"), parameters.get("token_code")
    if not serial_number and not code:
        return {}
    given = ("MFA code", serial_number, code)
    if not call.remember(given, lambda: take_code(call, serial_number or "", code or "")):
        raise _wrong_code(call, "sts:AssumeRole", parameters["role_arn"])
    return {"aws:MultiFactorAuthPresent": ("true",), "aws:MultiFactorAuthAge": ("0",)}


def _wrong_code(call: Call, action: str, resource: str) -> AccessDenied:
    return AccessDenied(
        _WRONG_CODE, action=action, resource=resource, principal_arn=call.principal.arn, reason="the MFA code is wrong"
    )


def _source_identity(call: Call, parameters: Parameters) -> str:
    """The source identity of the new session: once set it stays, all along a chain of roles."""
    carried = call.principal.source_identity if isinstance(call.principal, RoleSession) else ""
    return carried or parameters.get("source_identity") or ""


def _carried_along(call: Call, parameters: Parameters) -> Iterable[tuple[str, Target]]:
    """What a role session hands on by itself must be allowed too: its transitive tags and its source identity."""
    principal = call.principal
    if not isinstance(principal, RoleSession):
        return
    carried = [tag for tag in principal.tags if tag[0] in principal.transitive_tag_keys]
    (target,) = _assumed_role(call, parameters)
    if carried and not parameters.get("tags"):
        yield "sts:TagSession", target
    if principal.source_identity and not parameters.get("source_identity"):
        yield "sts:SetSourceIdentity", target


@operation(
    "sts:AssumeRole",
    resource=_assumed_role,
    hidden=frozenset({"token_code"}),
    also={"tags": "sts:TagSession", "source_identity": "sts:SetSourceIdentity"},
    further=_carried_along,
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
    role = _role(call, role_arn)
    chained = isinstance(call.principal, RoleSession)
    longest = (
        min(role.max_session_duration, quotas.ROLE_CHAINING_DURATION.maximum) if chained else role.max_session_duration
    )
    sentence = _TOO_LONG_IN_A_CHAIN if chained else _TOO_LONG
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
        source_identity=_source_identity(call, {"source_identity": source_identity}),
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


def _role(call: Call, role_arn: str) -> Role:
    role = queries.find_role_of_any_account(call, role_arn)
    assert role is not None  # noqa: S101 - a role that does not exist has no trust policy that lets anybody this far
    return role


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


def role_used(role: Role, call: Call) -> None:
    """Note when a role was last taken; a minute is exact enough, and spares the row a write."""
    if role.last_used_date is None or call.time - role.last_used_date >= timedelta(minutes=1):
        Role.objects.filter(pk=role.pk).update(last_used_date=call.time, last_used_region=REGION)


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
        raise _wrong_code(call, "sts:GetSessionToken", "*")
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
