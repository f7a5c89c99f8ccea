"""Identity tokens: made with a provider's practice key, and read as STS reads them.

Offline there is no issuer to ask for its keys. Each provider of an account has a practice key of its own, and whoever
may change by which thumbprint the issuer is known may sign for it.

Rules: API_AssumeRoleWithWebIdentity; reference_policies_iam-condition-keys (OIDC federation); RFC 7519.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from accounts import secrets
from accounts.models import OpenIDConnectProvider
from accounts.principals import WebIdentity
from iamconsole.aws.errors import ExpiredTokenException, InvalidIdentityToken

__all__ = ["issuer_of", "new_sealed_key", "read_token", "sign_token"]

_ALGORITHM = "ES256"
_PURPOSE = "practice key of identity provider"
_GITHUB = "token.actions.githubusercontent.com"
_CLAIMS = ("sub", "amr")
_CLAIMS_OF: Mapping[str, tuple[str, ...]] = {
    _GITHUB: (
        "actor",
        "actor_id",
        "enterprise_id",
        "environment",
        "job_workflow_ref",
        "ref",
        "repository",
        "repository_id",
        "workflow",
    )
}
"""Claims that are condition keys beside `aud` and `sub`, for the issuers that have more."""


def new_sealed_key() -> str:
    """Make a practice key, sealed."""
    key = ec.generate_private_key(ec.SECP256R1())
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return secrets.seal(text.decode(), _PURPOSE)


def sign_token(
    provider: OpenIDConnectProvider, now: datetime, *, audience: str, subject: str, seconds: int, **claims: str
) -> str:
    """Make a token as the provider's issuer would: for an audience, about a subject, valid for so many seconds."""
    times = {"iat": int(now.timestamp()), "exp": int((now + timedelta(seconds=seconds)).timestamp())}
    content = {**claims, "iss": f"https://{provider.url}", "aud": audience, "sub": subject, **times}
    return jwt.encode(content, _private(provider), algorithm=_ALGORITHM)


def issuer_of(token: str) -> str:
    """The issuer that a token names, without scheme; nothing is proven by it. Raises InvalidIdentityToken."""
    try:
        issuer = str(jwt.decode(token, options={"verify_signature": False}).get("iss", ""))
    except jwt.InvalidTokenError as error:
        raise _invalid("The ID Token provided is not a valid JWT.") from error
    return issuer.removeprefix("https://").rstrip("/")


def read_token(provider: OpenIDConnectProvider, token: str, now: datetime) -> WebIdentity:
    """Say whom a token of this provider is about.

    Raises InvalidIdentityToken for a wrong signature, audience or content, ExpiredTokenException for one that has run
    out.
    """
    try:
        claims = jwt.decode(
            token,
            _private(provider).public_key(),
            algorithms=[_ALGORITHM],
            options={"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except jwt.InvalidTokenError as error:
        raise _invalid("Couldn't verify signature: the token was not signed by this provider.") from error
    for name in ("iss", "sub", "aud", "exp"):
        if not claims.get(name):
            raise _invalid(f"Missing a required claim: {name}")
    if claims["exp"] <= now.timestamp():
        end = datetime.fromtimestamp(claims["exp"], UTC)
        raise ExpiredTokenException(
            f"Token expired: current date/time {now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} must be before the expiration "
            f"date/time {end:%Y-%m-%dT%H:%M:%SZ}",
            field="webIdentityToken",
        )
    return _identity(provider, claims)


def _identity(provider: OpenIDConnectProvider, claims: Mapping[str, Any]) -> WebIdentity:
    audiences = [claims["aud"]] if isinstance(claims["aud"], str) else list(claims["aud"])
    party = str(claims.get("azp") or audiences[0])
    if party not in provider.client_id_list:
        raise _invalid("Incorrect token audience")
    keys = {"aud": (party,), **({"oaud": tuple(audiences)} if claims.get("azp") else {})}
    for name in (*_CLAIMS, *_CLAIMS_OF.get(provider.url.lower(), ())):
        if values := tuple(_texts(claims.get(name))):
            keys[name] = values
    named = tuple((f"{provider.url}:{name}", values) for name, values in keys.items())
    return WebIdentity(provider.account_id, provider.arn, party, str(claims["sub"]), named)


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    return [] if value is None else [str(value)]


def _private(provider: OpenIDConnectProvider) -> ec.EllipticCurvePrivateKey:
    text = secrets.unseal(provider.sealed_practice_key, _PURPOSE)
    key = serialization.load_pem_private_key(text.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - the only kind that is made
    return key


def _invalid(message: str) -> InvalidIdentityToken:
    return InvalidIdentityToken(message, field="webIdentityToken")
