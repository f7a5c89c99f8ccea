"""AssumeRoleWithWebIdentity: a role for somebody whom an identity provider vouches for.

Rules: API_AssumeRoleWithWebIdentity; id_roles_providers_oidc.
"""

from collections.abc import Sequence
from datetime import datetime

from accounts import queries, shapes
from accounts.assuming import TOO_LONG, assumed_role, found_role, role_used
from accounts.issuing import check_duration, issue, session_policies
from accounts.models import Account, CredentialKind
from accounts.principals import WebIdentity
from accounts.sessions import Credentials
from accounts.web_tokens import issuer_of, read_token
from iamconsole.aws import arn, names, quotas
from iamconsole.aws.errors import InvalidIdentityToken, ValidationError
from iamconsole.call import Call
from iamconsole.gate import operation

__all__ = ["assume_role_with_web_identity", "identify"]


def identify(role_arn: str, token: str, now: datetime) -> tuple[Account, WebIdentity]:
    """Say in which account, and as whom, a token lets its bearer ask for a role: the call is made of both.

    Raises ValidationError for what is no ARN of a role, InvalidIdentityToken where the role's account has no provider
    of the token's issuer or the token is not its own, ExpiredTokenException for one that has run out.
    """
    try:
        account_id = arn.Arn.parse(role_arn).account
    except ValidationError as error:
        raise ValidationError(f"{role_arn} is invalid", field="roleArn") from error
    issuer = issuer_of(token)
    provider = queries.find_oidc_provider_of_any_account(account_id, issuer)
    if provider is None:
        raise InvalidIdentityToken(
            f"No OpenIDConnect provider found in your account for https://{issuer}", field="webIdentityToken"
        )
    return provider.account, read_token(provider, token, now)


@operation(
    "sts:AssumeRoleWithWebIdentity",
    resource=assumed_role,
    hidden=frozenset({"web_identity_token"}),
    answer=shapes.web_identity_role,
)
def assume_role_with_web_identity(
    call: Call,
    *,
    role_arn: str,
    role_session_name: str,
    policy_arns: Sequence[str] = (),
    policy: str | None = None,
    duration_seconds: int | None = None,
) -> Credentials:
    """Take a role by the token that `identify` has read: the caller is its bearer, without any credentials of AWS.

    The trust policy alone decides. The token's claims stay condition keys of the session.

    Rules: API_AssumeRoleWithWebIdentity.
    """
    names.check(names.ROLE_SESSION_NAME, role_session_name, "roleSessionName")
    principal = call.principal
    assert isinstance(principal, WebIdentity)  # noqa: S101 - `identify` makes the call
    role = found_role(call, role_arn)
    seconds = check_duration(
        duration_seconds, quotas.ASSUME_ROLE_DURATION, longest=role.max_session_duration, sentence=TOO_LONG
    )
    policies = session_policies(role.account_id, policy, policy_arns)
    role_used(role, call)
    return issue(
        call,
        CredentialKind.WEB_IDENTITY,
        seconds=seconds,
        packed_policy_size=policies.packed_size,
        account=role.account,
        role=role,
        session_name=role_session_name,
        session_policies=policies.documents,
        provider=principal.provider,
        claims={key: list(values) for key, values in principal.claims},
    )
