"""OpenID Connect providers: create, get, list, delete, their audiences, thumbprints and tags, and practice tokens.

Rules: id_roles_providers_create_oidc.
"""

import re
from collections.abc import Sequence

from accounts import arns, queries, shapes
from accounts.conflicts import refusing_duplicates
from accounts.models import OpenIDConnectProvider, OpenIDConnectProviderTag
from accounts.tagging import check_tag_keys, remove_tags, sorted_tags, write_tags
from accounts.web_tokens import new_sealed_key, sign_token
from iamconsole.aws import names, quotas
from iamconsole.aws.errors import InvalidInput, NoSuchEntity, ValidationError
from iamconsole.call import Call
from iamconsole.gate import operation

_URL = re.compile(r"https://([a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)((?:/[\w.~@+=,-]+)*)/?", re.ASCII)
_THUMBPRINT = re.compile(r"[0-9a-fA-F]{40}")
_CLIENT_ID_LENGTH = 255
PRACTICE_TOKEN_SECONDS = 3600


@operation(
    "iam:CreateOpenIDConnectProvider",
    resource=arns.new_oidc_provider,
    also={"tags": "iam:TagOpenIDConnectProvider"},
    answer=shapes.oidc_provider,
)
def create_open_id_connect_provider(
    call: Call,
    *,
    url: str,
    client_id_list: Sequence[str] = (),
    thumbprint_list: Sequence[str] = (),
    tags: Sequence[tuple[str, str]] = (),
) -> OpenIDConnectProvider:
    """Trust an OpenID Connect provider: its address (https, no port, no query) and the audiences of its tokens.

    Raises InvalidInput for an address that is none, EntityAlreadyExists where the account has it, LimitExceeded above
    100 providers, 100 audiences or five thumbprints. Nothing is asked of the issuer: a thumbprint is kept as it is.

    Rules: API_CreateOpenIDConnectProvider.
    """
    address = address_of(url)
    audiences, thumbprints = list(dict.fromkeys(client_id_list)), list(dict.fromkeys(thumbprint_list))
    _check_audiences(audiences)
    _check_thumbprints(thumbprints)
    names.check_tags(list(tags))
    queries.lock_account(call)
    quotas.OIDC_PROVIDERS_PER_ACCOUNT.check(queries.oidc_providers(call).count())
    with refusing_duplicates(f"Provider with url https://{address} already exists.", field="url"):
        provider = OpenIDConnectProvider.objects.create(
            account=call.account,
            url=address,
            client_id_list=audiences,
            thumbprint_list=[each.lower() for each in thumbprints],
            sealed_practice_key=new_sealed_key(),
        )
    write_tags(OpenIDConnectProviderTag, provider, tags)
    return provider


def address_of(url: str) -> str:
    """Write a provider's URL as its ARN and its condition keys have it: host and path, without scheme."""
    found = _URL.fullmatch(url.strip())
    if found is None or len(url) > names.OIDC_URL_LENGTH:
        raise InvalidInput(
            "Enter the provider's address: https://, a host name, and a path if it has one; no port, no query.",
            field="url",
        )
    return f"{found[1].lower()}{found[2]}"


def _check_audiences(audiences: Sequence[str]) -> None:
    for each in audiences:
        if not 1 <= len(each) <= _CLIENT_ID_LENGTH or not each.isprintable():
            raise ValidationError("An audience has 1 to 255 characters.", field="clientIDList")
    quotas.CLIENT_IDS_PER_OIDC_PROVIDER.check(len(audiences) - 1)


def _check_thumbprints(thumbprints: Sequence[str]) -> None:
    for each in thumbprints:
        if not _THUMBPRINT.fullmatch(each):
            raise ValidationError("A thumbprint is exactly 40 hexadecimal digits.", field="thumbprintList")
    quotas.THUMBPRINTS_PER_OIDC_PROVIDER.check(len(thumbprints) - 1)


@operation("iam:GetOpenIDConnectProvider", resource=arns.named_oidc_provider, read_only=True)
def get_open_id_connect_provider(call: Call, *, open_id_connect_provider_arn: str) -> OpenIDConnectProvider:
    """Read a provider with its tags (`tag_list`). Rules: API_GetOpenIDConnectProvider."""
    return queries.find_oidc_provider(call, open_id_connect_provider_arn)


@operation("iam:ListOpenIDConnectProviders", resource=arns.any_resource, read_only=True)
def list_open_id_connect_providers(call: Call) -> tuple[OpenIDConnectProvider, ...]:
    """List the account's providers, a hundred at most, by their addresses. Rules: API_ListOpenIDConnectProviders."""
    return tuple(queries.oidc_providers(call).order_by("url"))


@operation("iam:DeleteOpenIDConnectProvider", resource=arns.named_oidc_provider)
def delete_open_id_connect_provider(call: Call, *, open_id_connect_provider_arn: str) -> None:
    """Delete a provider; roles that trust it stay, and nobody can take them by its tokens any more.

    Rules: API_DeleteOpenIDConnectProvider.
    """
    queries.lock_oidc_provider(call, open_id_connect_provider_arn).delete()


@operation("iam:AddClientIDToOpenIDConnectProvider", resource=arns.named_oidc_provider)
def add_client_id_to_open_id_connect_provider(call: Call, *, open_id_connect_provider_arn: str, client_id: str) -> None:
    """Let tokens for one more audience in; one that is there already changes nothing.

    Rules: API_AddClientIDToOpenIDConnectProvider.
    """
    provider = queries.lock_oidc_provider(call, open_id_connect_provider_arn)
    if client_id not in provider.client_id_list:
        provider.client_id_list = [*provider.client_id_list, client_id]
        _check_audiences(provider.client_id_list)
        provider.save(update_fields=["client_id_list"])


@operation("iam:RemoveClientIDFromOpenIDConnectProvider", resource=arns.named_oidc_provider)
def remove_client_id_from_open_id_connect_provider(
    call: Call, *, open_id_connect_provider_arn: str, client_id: str
) -> None:
    """Let tokens for an audience in no more. Rules: API_RemoveClientIDFromOpenIDConnectProvider."""
    provider = queries.lock_oidc_provider(call, open_id_connect_provider_arn)
    if client_id not in provider.client_id_list:
        raise NoSuchEntity(f"The client ID {client_id} cannot be found.", field="clientID")
    provider.client_id_list = [each for each in provider.client_id_list if each != client_id]
    provider.save(update_fields=["client_id_list"])


@operation("iam:UpdateOpenIDConnectProviderThumbprint", resource=arns.named_oidc_provider)
def update_open_id_connect_provider_thumbprint(
    call: Call, *, open_id_connect_provider_arn: str, thumbprint_list: Sequence[str]
) -> None:
    """Replace a provider's thumbprints. Rules: API_UpdateOpenIDConnectProviderThumbprint."""
    _check_thumbprints(thumbprint_list)
    provider = queries.lock_oidc_provider(call, open_id_connect_provider_arn)
    provider.thumbprint_list = [each.lower() for each in dict.fromkeys(thumbprint_list)]
    provider.save(update_fields=["thumbprint_list"])


@operation("iam:TagOpenIDConnectProvider", resource=arns.named_oidc_provider)
def tag_open_id_connect_provider(
    call: Call, *, open_id_connect_provider_arn: str, tags: Sequence[tuple[str, str]]
) -> None:
    """Set tags on a provider. Rules: API_TagOpenIDConnectProvider."""
    write_tags(OpenIDConnectProviderTag, queries.lock_oidc_provider(call, open_id_connect_provider_arn), tags)


@operation("iam:UntagOpenIDConnectProvider", resource=arns.named_oidc_provider)
def untag_open_id_connect_provider(call: Call, *, open_id_connect_provider_arn: str, tag_keys: Sequence[str]) -> None:
    """Remove the tags of these keys from a provider. Rules: API_UntagOpenIDConnectProvider."""
    check_tag_keys(tag_keys)
    remove_tags(OpenIDConnectProviderTag, queries.lock_oidc_provider(call, open_id_connect_provider_arn), tag_keys)


@operation("iam:ListOpenIDConnectProviderTags", resource=arns.named_oidc_provider, read_only=True)
def list_open_id_connect_provider_tags(call: Call, *, open_id_connect_provider_arn: str) -> tuple[tuple[str, str], ...]:
    """List a provider's tags by key. Rules: API_ListOpenIDConnectProviderTags."""
    return sorted_tags(queries.find_oidc_provider(call, open_id_connect_provider_arn))


@operation(
    "iam:GetOpenIDConnectProvider",
    resource=arns.named_oidc_provider,
    read_only=True,
    also={"subject": "iam:UpdateOpenIDConnectProviderThumbprint"},
    batch=True,
)
def sign_practice_token(call: Call, *, open_id_connect_provider_arn: str, subject: str, audience: str) -> str:
    """Sign a token as the provider's issuer would, about this subject and for this audience; it holds for an hour.

    No operation of AWS, whose issuers stand elsewhere. Who may say by which key the issuer is known may sign for it:
    it asks iam:GetOpenIDConnectProvider and iam:UpdateOpenIDConnectProviderThumbprint.
    """
    if not subject or not audience:
        raise ValidationError(
            "Enter whom the token is about and what it is for.", field="audience" if subject else "subject"
        )
    provider = queries.find_oidc_provider(call, open_id_connect_provider_arn)
    return sign_token(provider, call.time, audience=audience, subject=subject, seconds=PRACTICE_TOKEN_SECONDS)
