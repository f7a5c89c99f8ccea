"""Issuing temporary credentials: the steps that all operations of STS share.

Rules: id_session-tags; API_AssumeRole (Policy, PolicyArns, Tags, PackedPolicySize).
"""

import json
import secrets as randomness
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from accounts import sessions
from accounts.models import CredentialKind, TemporaryCredential
from accounts.sessions import Credentials
from iamconsole.aws import names, quotas
from iamconsole.aws.errors import LimitExceeded, PackedPolicyTooLarge, ValidationError
from iamconsole.aws.identifiers import new_secret_access_key
from iamconsole.aws.quotas import Range
from iamconsole.call import Call
from policies.documents import check_document
from policies.language.kinds import PolicyKind
from policies.queries import find_default_documents

__all__ = ["SessionPolicies", "check_duration", "issue", "session_policies"]

_TOKEN_BYTES = 96
_KEPT_AFTER_EXPIRY = timedelta(days=1)
_PACKED_BUDGET = 2048


@dataclass(frozen=True, slots=True)
class SessionPolicies:
    """Session policies as they are kept (None: none were passed), and the room they take with the tags."""

    documents: list[dict[str, str]] | None
    packed_size: int


def session_policies(
    account_id: str, policy: str | None, policy_arns: Sequence[str], tags: Sequence[tuple[str, str]] = ()
) -> SessionPolicies:
    """Read the session policies of a request: a document of its own, and managed policies by ARN as they are now.

    The managed policies are those of the account that the session acts in, or AWS's. Raises MalformedPolicyDocument for
    what IAM would not take, NoSuchEntity for an unknown ARN, PackedPolicyTooLarge
    where policies and tags are too large together.
    """
    if len(policy_arns) > quotas.SESSION_POLICY_ARNS.value:
        raise LimitExceeded(quotas.SESSION_POLICY_ARNS.message, field="policyArns")
    found: list[dict[str, str]] = []
    if policy:
        length = quotas.SESSION_POLICY_SIZE.value
        names.check(names.Name(r"[\u0009\u000A\u000D\u0020-\u00FF]+", 1, length), policy, "policy")
        check_document(policy, PolicyKind.SESSION, "policy")
        found.append({"name": "Session policy", "document": policy})
    for arn, name, document in find_default_documents(account_id, policy_arns):
        found.append({"name": name, "arn": arn, "document": document})
    packed = _packed(found, tags)
    if packed > 100:
        raise PackedPolicyTooLarge(
            f"Packed size of session policies and tags consumes {packed}% of allotted space", field="policy"
        )
    return SessionPolicies(found if policy or policy_arns else None, packed)


def _packed(policies: Iterable[Mapping[str, str]], tags: Sequence[tuple[str, str]]) -> int:
    """Measure the room that the texts of a session take when they are packed, in percent."""
    content = [*(each.get("arn") or each["document"] for each in policies), *map(list, tags)]
    if not content:
        return 0
    size = len(zlib.compress(json.dumps(content, separators=(",", ":")).encode(), 9))
    return -(-100 * size // _PACKED_BUDGET)


def check_duration(seconds: int | None, limits: Range, *, longest: int | None = None, sentence: str = "") -> int:
    """Say how long a session lasts, in seconds: what was asked for, within the operation's range and `longest`.

    Raises ValidationError; `sentence` tells of a duration above `longest`.
    """
    wanted = limits.default if seconds is None else seconds
    names.check_ranges(("durationSeconds", wanted, limits))
    if longest is not None and wanted > longest:
        if seconds is None:
            return longest
        raise ValidationError(sentence, field="durationSeconds")
    return wanted


def issue(
    call: Call, kind: CredentialKind, *, seconds: int, packed_policy_size: int = 0, **content: Any
) -> Credentials:
    """Make temporary credentials that begin now, and let those of the account go that ran out a day ago.

    `content` are fields of the row; `account` among them, where the session acts in another account.
    """
    account = content.pop("account", call.account)
    secret, token = new_secret_access_key(), randomness.token_urlsafe(_TOKEN_BYTES)
    expires = call.time + timedelta(seconds=seconds)
    credential = TemporaryCredential(account=account, kind=kind, issued=call.time, expires=expires, **content)
    credential.sealed_secret = sessions.seal_secret(credential, secret)
    credential.token_hash = sessions.hash_of_token(token)
    credential.assumed_by = call.principal.arn
    credential.save(force_insert=True)
    TemporaryCredential.objects.filter(account=account, expires__lt=call.time - _KEPT_AFTER_EXPIRY).delete()
    return Credentials(credential, secret, token, packed_policy_size)
