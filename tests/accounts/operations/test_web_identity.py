"""Identity providers, and roles for those whom they vouch for (AC41)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account, OpenIDConnectProvider, User
from accounts.operations.identity_providers import (
    add_client_id_to_open_id_connect_provider,
    create_open_id_connect_provider,
    delete_open_id_connect_provider,
    get_open_id_connect_provider,
    list_open_id_connect_provider_tags,
    list_open_id_connect_providers,
    remove_client_id_from_open_id_connect_provider,
    sign_practice_token,
    tag_open_id_connect_provider,
    untag_open_id_connect_provider,
    update_open_id_connect_provider_thumbprint,
)
from accounts.operations.roles import create_role
from accounts.operations.users import list_users
from accounts.operations.web_identity import assume_role_with_web_identity, identify
from accounts.sessions import Credentials, recall_session
from accounts.web_tokens import sign_token
from iamconsole.audit.models import Event
from iamconsole.aws.errors import (
    AccessDenied,
    EntityAlreadyExists,
    ExpiredTokenException,
    InvalidIdentityToken,
    InvalidInput,
    LimitExceeded,
    MalformedPolicyDocument,
    NoSuchEntity,
    ValidationError,
)
from iamconsole.call import Call
from tests.factories import a_call, a_role, a_user, an_account, an_inline_policy

GITHUB = "token.actions.githubusercontent.com"
MAIN = "repo:class-lab/webapp:ref:refs/heads/main"
LIST_USERS = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}}'


def trusting(provider: str, conditions: dict[str, str]) -> str:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": conditions},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@pytest.fixture
def call(account: Account, alice: User) -> Call:
    return a_call(account, alice)


@pytest.fixture
def provider(call: Call) -> OpenIDConnectProvider:
    return create_open_id_connect_provider(call, url=f"https://{GITHUB}", client_id_list=["sts.amazonaws.com"])


@pytest.fixture
def role_arn(account: Account, provider: OpenIDConnectProvider) -> str:
    conditions = {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": MAIN}
    role = a_role(account, "Deploy", trust=trusting(provider.arn, conditions))
    an_inline_policy(role, LIST_USERS)
    return role.arn


def take(role_arn: str, token: str, **more: Any) -> Credentials:
    account, bearer = identify(role_arn, token, timezone.now())
    call = Call(principal=bearer, account=account, time=timezone.now())
    return assume_role_with_web_identity(call, role_arn=role_arn, role_session_name="build-7", **more)


def a_token(
    call: Call, provider: OpenIDConnectProvider, subject: str = MAIN, audience: str = "sts.amazonaws.com"
) -> str:
    return sign_practice_token(call, open_id_connect_provider_arn=provider.arn, subject=subject, audience=audience)


def test_ac41_a_token_of_the_provider_takes_the_role(
    call: Call, provider: OpenIDConnectProvider, role_arn: str
) -> None:
    taken = take(role_arn, a_token(call, provider))
    standing = recall_session(taken.credential.access_key_id, timezone.now())
    assert standing is not None
    session = Call(standing.principal, standing.account, timezone.now(), session=standing.session)
    assert list_users(session).items
    context = session.context()
    assert context["aws:FederatedProvider"] == (provider.arn,)
    assert context[f"{GITHUB}:sub"] == (MAIN,)


def test_ac41_another_subject_or_audience_is_refused(
    call: Call, provider: OpenIDConnectProvider, role_arn: str
) -> None:
    with pytest.raises(AccessDenied, match="no role trust policy allows the sts:AssumeRoleWithWebIdentity action"):
        take(role_arn, a_token(call, provider, "repo:class-lab/other:ref:refs/heads/main"))
    with pytest.raises(InvalidIdentityToken, match="Incorrect token audience"):
        take(role_arn, a_token(call, provider, audience="somebody-else"))


def test_ac41_a_trust_in_github_without_the_subject_is_not_saved(call: Call, provider: OpenIDConnectProvider) -> None:
    with pytest.raises(MalformedPolicyDocument, match=f"{GITHUB}:sub"):
        create_role(
            call,
            role_name="Loose",
            assume_role_policy_document=trusting(provider.arn, {f"{GITHUB}:aud": "sts.amazonaws.com"}),
        )
    create_role(call, role_name="Tight", assume_role_policy_document=trusting(provider.arn, {f"{GITHUB}:sub": MAIN}))


def test_the_trail_names_the_bearer_and_holds_no_token(
    call: Call, provider: OpenIDConnectProvider, role_arn: str
) -> None:
    token = a_token(call, provider)
    take(role_arn, token)
    event = Event.objects.get(account_id=call.account_id, event_name="AssumeRoleWithWebIdentity")
    identity = event.record["userIdentity"]
    assert (identity["type"], identity["userName"]) == ("WebIdentityUser", MAIN)
    assert identity["identityProvider"] == provider.arn
    assert event.record["responseElements"]["subjectFromWebIdentityToken"] == MAIN
    everything = json.dumps(list(Event.objects.filter(account_id=call.account_id).values("record", "decision")))
    assert token not in everything


def test_a_token_that_has_run_out_is_refused(call: Call, provider: OpenIDConnectProvider, role_arn: str) -> None:
    old = sign_token(
        provider, timezone.now() - timedelta(hours=2), audience="sts.amazonaws.com", subject=MAIN, seconds=3600
    )
    with pytest.raises(ExpiredTokenException, match="must be before the expiration date/time"):
        take(role_arn, old)


def test_foreign_changed_and_unsigned_tokens_are_refused(
    call: Call, provider: OpenIDConnectProvider, role_arn: str
) -> None:
    elsewhere = a_call(an_account())
    theirs = create_open_id_connect_provider(elsewhere, url=f"https://{GITHUB}", client_id_list=["sts.amazonaws.com"])
    unknown = create_open_id_connect_provider(call, url="https://id.example.com/path", client_id_list=["me"])
    gone = a_token(call, unknown, audience="me")
    delete_open_id_connect_provider(call, open_id_connect_provider_arn=unknown.arn)
    good = a_token(call, provider)
    head, body, signature = good.split(".")
    none = "eyJhbGciOiJub25lIn0." + body + "."
    for token in (a_token(elsewhere, theirs), f"{head}.{body}.{signature[:-6]}AAAAAA", none, gone, "nonsense", ""):
        with pytest.raises(InvalidIdentityToken):
            take(role_arn, token)
    with pytest.raises(ValidationError):
        take("nonsense", good)


def test_only_who_controls_the_provider_signs_for_it(account: Account, provider: OpenIDConnectProvider) -> None:
    reader = a_user(account)
    an_inline_policy(
        reader, '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}}'
    )
    with pytest.raises(AccessDenied, match="iam:UpdateOpenIDConnectProviderThumbprint"):
        a_token(a_call(account, reader), provider)


@pytest.mark.parametrize(
    "url",
    ["http://id.example.com", "https://id.example.com:8443", "https://id.example.com/?q=1", "id.example.com", "https://",
     "https://" + "a" * 250 + ".example.com", "https://-x.example.com"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(call: Call, url: str) -> None:
    with pytest.raises(InvalidInput):
        create_open_id_connect_provider(call, url=url)


def test_a_provider_is_there_once_whatever_the_case(call: Call, provider: OpenIDConnectProvider) -> None:
    with pytest.raises(EntityAlreadyExists):
        create_open_id_connect_provider(call, url=f"https://{GITHUB.upper()}")
    assert list_open_id_connect_providers(call) == (provider,)
    assert provider.arn == f"arn:aws:iam::{call.account_id}:oidc-provider/{GITHUB}"


def test_audiences_thumbprints_and_tags_change(call: Call, provider: OpenIDConnectProvider) -> None:
    named = {"open_id_connect_provider_arn": provider.arn}
    add_client_id_to_open_id_connect_provider(call, client_id="second", **named)
    add_client_id_to_open_id_connect_provider(call, client_id="second", **named)
    assert get_open_id_connect_provider(call, **named).client_id_list == ["sts.amazonaws.com", "second"]
    remove_client_id_from_open_id_connect_provider(call, client_id="second", **named)
    with pytest.raises(NoSuchEntity):
        remove_client_id_from_open_id_connect_provider(call, client_id="second", **named)
    update_open_id_connect_provider_thumbprint(call, thumbprint_list=["A" * 40], **named)
    assert get_open_id_connect_provider(call, **named).thumbprint_list == ["a" * 40]
    with pytest.raises(ValidationError):
        update_open_id_connect_provider_thumbprint(call, thumbprint_list=["xyz"], **named)
    with pytest.raises(LimitExceeded):
        update_open_id_connect_provider_thumbprint(call, thumbprint_list=[f"{n:040x}" for n in range(6)], **named)
    tag_open_id_connect_provider(call, tags=[("team", "red")], **named)
    assert list_open_id_connect_provider_tags(call, **named) == (("team", "red"),)
    untag_open_id_connect_provider(call, tag_keys=["team"], **named)
    assert list_open_id_connect_provider_tags(call, **named) == ()


def test_another_accounts_provider_is_as_absent_as_none(call: Call) -> None:
    theirs = create_open_id_connect_provider(a_call(an_account()), url="https://id.example.com")
    for arn in (theirs.arn, theirs.arn.replace(theirs.account_id, call.account_id), "nonsense"):
        with pytest.raises(NoSuchEntity):
            get_open_id_connect_provider(call, open_id_connect_provider_arn=arn)
