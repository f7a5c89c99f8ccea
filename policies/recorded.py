"""What an event keeps of a decision, and how it is read back: the request, and every policy by its content.

A document is named by its SHA-256, so that it is found in the history of its table however the policy was changed,
detached or deleted since. A session policy is kept nowhere else: its text stands in the record.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iamconsole.aws.arn import Arn
from policies.evaluation import AppliedPolicies, Decision, Policy, PolicyType, Request

__all__ = ["NamedPolicy", "Recording", "owner_of", "read_recording", "recorded"]

_BY_CONTENT = "sha256:"
_OF_RESOURCE = frozenset({PolicyType.RESOURCE, PolicyType.RCP})
_LEVELED = (PolicyType.SCP, PolicyType.RCP)


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A policy as a record names it; `text` only where the record holds it, `level` only of SCPs and RCPs.

    `via` is the user group through which it reached a user, `owner` the account that it belongs to.
    """

    name: str
    type: PolicyType
    source: str
    version: str
    digest: str
    owner: str
    level: int = 0
    text: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """A decision as its event keeps it. `levels` counts those of SCPs and RCPs: an empty one allows nothing."""

    request: Request
    principal_account: str
    decision: str
    decided_by: str
    policies: tuple[NamedPolicy, ...]
    levels: Mapping[PolicyType, int]
    matched: tuple[Mapping[str, Any], ...]


def recorded(request: Request, applied: AppliedPolicies, decision: Decision) -> dict[str, Any]:
    """Write down a decision: enough to replay it as it was."""
    levels = {kind.value: len(found) for kind in _LEVELED if (found := getattr(applied, kind.value))}
    return {
        "decision": decision.decision.value,
        "decidedBy": decision.decided_by,
        "action": request.action,
        "resource": request.resource,
        "principal": request.principal,
        "resourceAccount": request.resource_account,
        **({"federatingUser": request.federating_user} if request.federating_user else {}),
        "context": {key: list(values) for key, values in request.context.items()},
        "policies": [_policy_record(policy, level) for policy, level in _every(applied)],
        **({"levels": levels} if levels else {}),
        "matchedStatements": _matched_record(decision),
    }


def read_recording(record: Mapping[str, Any], principal_account: str) -> Recording:
    """Read back what `recorded` wrote."""
    request = Request(
        principal=record["principal"],
        action=record["action"],
        resource=record["resource"],
        resource_account=record.get("resourceAccount", ""),
        context={key: tuple(values) for key, values in record["context"].items()},
        federating_user=record.get("federatingUser", ""),
    )
    return Recording(
        request=request,
        principal_account=principal_account,
        decision=record["decision"],
        decided_by=record["decidedBy"],
        policies=tuple(_named(each, request, principal_account) for each in record["policies"]),
        levels={PolicyType(kind): count for kind, count in record.get("levels", {}).items()},
        matched=tuple(record["matchedStatements"]),
    )


def _matched_record(decision: Decision) -> list[dict[str, Any]]:
    return [
        {
            "policy": matched.policy.source or matched.policy.name,
            "policyType": matched.policy_type.value,
            "sid": matched.sid,
            "index": matched.index,
        }
        for matched in decision.matched
    ]


def owner_of(kind: PolicyType, source: str, request: Request, principal_account: str) -> str:
    """The account that a policy belongs to: that of its ARN, else that of the resource or of the caller."""
    owner = Arn.parse(source).account if source.startswith("arn:") else ""
    return owner or (request.resource_account if kind in _OF_RESOURCE else principal_account)


def _every(applied: AppliedPolicies) -> Iterator[tuple[Policy, int]]:
    flat: tuple[Iterable[Policy], ...] = (
        applied.identity,
        applied.boundary or (),
        applied.session or (),
        (applied.resource,) if applied.resource else (),
        applied.vpc_endpoint or (),
    )
    yield from ((policy, 0) for policies in flat for policy in policies)
    for levels in (applied.scp, applied.rcp):
        yield from ((policy, number) for number, level in enumerate(levels) for policy in level)


def _policy_record(policy: Policy, level: int) -> dict[str, Any]:
    found: dict[str, Any] = {"name": policy.name, "type": policy.policy_type.value, "version": policy.version}
    if policy.source:
        found["arn"] = policy.source
    if policy.via:
        found["group"] = policy.via
    # The content already names an inline policy.
    if not policy.version.startswith(_BY_CONTENT):
        found["sha256"] = policy.compiled.digest
    if policy.policy_type in _LEVELED:
        found["level"] = level
    if policy.policy_type is PolicyType.SESSION and not policy.source:
        found["document"] = policy.compiled.text
    return found


def _named(entry: Mapping[str, Any], request: Request, principal_account: str) -> NamedPolicy:
    kind, source, version = PolicyType(entry["type"]), entry.get("arn", ""), entry["version"]
    digest = entry.get("sha256") or (version.removeprefix(_BY_CONTENT) if version.startswith(_BY_CONTENT) else "")
    return NamedPolicy(
        name=entry["name"],
        type=kind,
        source=source,
        version=version,
        digest=digest,
        owner=owner_of(kind, source, request, principal_account),
        level=entry.get("level", 0),
        text=entry.get("document", ""),
        via=entry.get("group", ""),
    )
