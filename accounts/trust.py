"""Trust policies as they are saved: their grammar, their size, and whether the principals they name exist.

The text is kept exactly as it was sent. AWS stores the unique id of a user or role that a trust policy names, so that
an entity made again under the same name is not trusted: `principal_ids` finds those ids at saving; where they are to
be kept, this is the place.

Rules: reference_policies_elements_principal; reference_iam-quotas (role trust policy length).
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Model, Q

from accounts.models import Account, Role, User
from iamconsole.aws import quotas
from iamconsole.aws.arn import Arn, split_path
from iamconsole.aws.errors import MalformedPolicyDocument, ValidationError
from iamconsole.aws.identifiers import Prefix, is_account_id
from policies.documents import check_document, check_size
from policies.language.document import Document, Effect, PrincipalType
from policies.language.kinds import PolicyKind
from policies.language.reader import read

__all__ = ["check_trust_policy", "principal_ids"]

_KINDS: Mapping[str, tuple[type[Model], str]] = {"user": (User, "user_name"), "role": (Role, "role_name")}
_SHARED_ISSUERS: Mapping[str, str] = {
    "token.actions.githubusercontent.com": "sub",
    "gitlab.com": "sub",
    "app.terraform.io": "sub",
    "agent.buildkite.com": "sub",
    "oidc.codefresh.io": "sub",
    "cognito-identity.amazonaws.com": "aud",
}
"""Issuers that sign for everybody in the world, with the claim that tells whose token it is.

Rules: id_roles_providers_oidc_secure-by-default.
"""
_SESSIONS = ("assumed-role/", "federated-user/")


def check_trust_policy(text: str, parameter: str = "policyDocument") -> Document:
    """Read a trust policy that is to be saved, or refuse it as IAM does.

    Raises MalformedPolicyDocument with the places of the problems, LimitExceeded above 2,048 characters without white
    space.
    """
    check_document(text, PolicyKind.TRUST, parameter)
    check_size(quotas.TRUST_POLICY_SIZE, text, parameter)
    document = read(text)
    principal_ids(document, parameter)
    _check_shared_issuers(document, parameter)
    return document


def _check_shared_issuers(document: Document, parameter: str) -> None:
    """Refuse a trust in an issuer that everybody shares where nothing asks whose token it is."""
    for statement in document.statements:
        if statement.effect is not Effect.ALLOW or statement.principal is None:
            continue
        asked = {condition.key.text.lower() for condition in statement.conditions}
        for entry in statement.principal.entries:
            issuer = entry.value.text.rpartition(":oidc-provider/")[2].lower()
            claim = _SHARED_ISSUERS.get(issuer) if entry.type is PrincipalType.FEDERATED else None
            if claim and f"{issuer}:{claim}" not in asked:
                raise MalformedPolicyDocument(
                    f"Trust in {issuer} must be limited by a condition on {issuer}:{claim}: it signs tokens for "
                    "everybody, and only this claim tells whose they are.",
                    field=parameter,
                )


def principal_ids(document: Document, parameter: str = "policyDocument") -> Mapping[str, str]:
    """Give the unique id of each user and role that the policy names by ARN.

    Raises MalformedPolicyDocument for a principal that does not exist in its account, where that account is one of
    ours; what stands in other accounts cannot be known and is believed. One query for each kind that is named.
    """
    named = _named_principals(document)
    arns = {text: _entity(text, parameter) for text in named if text.startswith("arn:")}
    found: dict[str, str] = {}
    ours = _our_accounts(entity[1] for entity in arns.values() if entity)
    for kind in _KINDS:
        wanted = [(account, name) for entity in arns.values() if entity for k, account, name in [entity] if k == kind]
        found |= _existing(kind, wanted)
    for text, entity in arns.items():
        if entity and entity[1] in ours and text not in found:
            raise _invalid(text, parameter)
    _check_unique_ids([text for text in named if text.startswith((Prefix.USER, Prefix.ROLE))], parameter)
    return found


def _named_principals(document: Document) -> tuple[str, ...]:
    entries = [
        entry for statement in document.statements if statement.principal for entry in statement.principal.entries
    ]
    return tuple(entry.value.text for entry in entries if entry.type is PrincipalType.AWS)


def _entity(text: str, parameter: str) -> tuple[str, str, str] | None:
    """Take an ARN apart into kind, account and name of a user or role; None for a whole account or a session.

    Groups, instance profiles and policies are never principals.
    """
    try:
        parsed = Arn.parse(text)
    except ValidationError as error:
        raise _invalid(text, parameter) from error
    if parsed.resource == "root" or (parsed.service == "sts" and parsed.resource.startswith(_SESSIONS)):
        return None
    kind = parsed.resource.partition("/")[0]
    if parsed.service != "iam" or kind not in _KINDS or not is_account_id(parsed.account):
        raise _invalid(text, parameter)
    return kind, parsed.account, split_path(parsed.resource)[1]


def _our_accounts(account_ids: Iterable[str]) -> frozenset[str]:
    wanted = set(account_ids)
    return frozenset(Account.objects.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else frozenset()


def _existing(kind: str, wanted: list[tuple[str, str]]) -> dict[str, str]:
    """Find the users or roles of these accounts and names, by the ARN they have now."""
    if not wanted:
        return {}
    model, column = _KINDS[kind]
    condition = reduce(or_, (Q(account_id=account, **{f"{column}__lower": name.lower()}) for account, name in wanted))
    rows: Iterable[Any] = model._default_manager.filter(condition)
    return {row.arn: row.pk for row in rows}


def _check_unique_ids(ids: list[str], parameter: str) -> None:
    """Refuse the unique id of an entity that is gone: a policy that shows one can no longer be saved as it is."""
    if not ids:
        return
    known = {*User.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    known |= {*Role.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    for unique_id in ids:
        if unique_id not in known:
            raise _invalid(unique_id, parameter)


def _invalid(text: str, parameter: str) -> MalformedPolicyDocument:
    return MalformedPolicyDocument(f'Invalid principal in policy: "AWS":"{text}"', field=parameter)
