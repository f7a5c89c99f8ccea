"""The encoded message that some services add to a refusal: what was asked, in which context, and why not.

Only who may call sts:DecodeAuthorizationMessage can read it; nobody can make one up.

Rules: API_DecodeAuthorizationMessage; troubleshoot_access-denied.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

from accounts import secrets
from iamconsole.aws.errors import InvalidAuthorizationMessageException
from policies.evaluation import Decision, EvalDecision, Request

__all__ = ["decode", "encode"]


def encode(request: Request, decision: Decision, account_id: str, principal_id: str) -> str:
    """Seal what is to be known of a refusal; it opens in this account alone."""
    content = json.dumps(_message(request, decision, principal_id), separators=(",", ":"))
    packed = base64.b64encode(zlib.compress(content.encode(), 9)).decode()
    return secrets.seal(packed, _purpose(account_id))


def decode(message: str, account_id: str) -> str:
    """Open an encoded message, or raise InvalidAuthorizationMessageException."""
    try:
        packed = secrets.unseal(message.strip(), _purpose(account_id))
        return zlib.decompress(base64.b64decode(packed)).decode()
    except (secrets.UnreadableSecret, ValueError, zlib.error):
        raise InvalidAuthorizationMessageException(
            "The specified message is invalid for decoding: it was changed, or is not of this account.",
            field="encodedMessage",
        ) from None


def _purpose(account_id: str) -> str:
    return f"authorization message {account_id}"


def _message(request: Request, decision: Decision, principal_id: str) -> Mapping[str, Any]:
    statements = [
        {
            "statementId": match.sid,
            "effect": "DENY" if decision.decision is EvalDecision.EXPLICIT_DENY else "ALLOW",
            "policy": match.policy.source or match.policy.name,
            "policyType": match.policy_type.value,
        }
        for match in decision.matched
    ]
    return {
        "allowed": decision.allowed,
        "explicitDeny": decision.decision is EvalDecision.EXPLICIT_DENY,
        "matchedStatements": {"items": statements},
        "failures": {"items": []},
        "context": {
            "principal": {"id": principal_id, "arn": request.principal},
            "action": request.action,
            "resource": request.resource,
            "conditions": {
                "items": [
                    {"key": key, "values": {"items": [{"value": value} for value in values]}}
                    for key, values in sorted(request.context.items())
                ]
            },
        },
    }
