"""Who gets in from outside the account: by the trust policies of its roles and the policies of its resources.

Rules: access-analyzer-external-access-findings; access-analyzer-resources.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from accounts.models import OrganizationAccount
from accounts.queries import roles
from iamconsole.call import Call
from policies.analysis.outside import ExternalAccess, Zone, external_access
from policies.language.problems import PolicySyntaxError
from policies.language.reader import read
from policies.models import Analyzer, AnalyzerType, Finding, FindingType, LabResource

__all__ = ["external_findings", "is_in_organization", "policy_text", "zone_of"]

ROLE = "AWS::IAM::Role"


def zone_of(call: Call, analyzer: Analyzer) -> Zone:
    """Whom an analyzer trusts: the account, or all accounts of its organization."""
    if analyzer.type != AnalyzerType.ORGANIZATION:
        return Zone(frozenset({call.account_id}))
    mine = OrganizationAccount.objects.filter(account_id=call.account_id).values("organization_id")
    members = OrganizationAccount.objects.filter(organization_id__in=mine)
    found = dict(members.values_list("account_id", "organization_id"))
    return Zone(frozenset({call.account_id, *found}), next(iter(found.values()), ""))


def external_findings(call: Call, analyzer: Analyzer) -> Iterator[Finding]:
    """What an analyzer of external access finds now: one finding for each principal that a statement lets in."""
    zone = zone_of(call, analyzer)
    for arn, resource_type, text in _policies(call):
        for found in _found(text, zone):
            details = _details(found)
            yield Finding(
                account_id=call.account_id,
                analyzer=analyzer,
                key=_key(arn, details),
                finding_type=FindingType.EXTERNAL_ACCESS,
                resource=arn,
                resource_type=resource_type,
                details=details,
            )


def policy_text(call: Call, finding: Finding) -> str:
    """The policy that a finding of external access is about, as it is now; nothing where it is gone."""
    texts = (text for arn, _, text in _policies(call, finding.resource) if arn == finding.resource)
    return next(texts, "")


def _policies(call: Call, only: str = "") -> Iterator[tuple[str, str, str]]:
    """ARN, type and text of every policy with principals in the account."""
    trusting = roles(call).only("account_id", "path", "role_name", "assume_role_policy_document")
    if ":role/" in only:
        trusting = trusting.filter(role_name__lower=only.rpartition("/")[2].lower())
    for role in trusting:
        if not role.is_service_linked:
            yield role.arn, ROLE, role.assume_role_policy_document
    resources = LabResource.objects.filter(account_id=call.account_id).exclude(document="")
    for resource in resources.only("arn", "kind", "document"):
        yield resource.arn, resource.known_kind.type, resource.document


@lru_cache(maxsize=4096)
def _found(text: str, zone: Zone) -> tuple[ExternalAccess, ...]:
    try:
        return external_access(read(text), zone)
    except PolicySyntaxError:
        return ()


def _details(found: ExternalAccess) -> dict[str, Any]:
    return {
        "principal": {found.principal_type: found.principal},
        "action": list(found.actions),
        "condition": [[operator, key, list(values)] for operator, key, values in found.conditions],
        "isPublic": found.public,
        "statement": found.statement,
        "sid": found.sid,
    }


def _key(arn: str, details: dict[str, Any]) -> str:
    """What the finding is about: the resource, the principal and the condition, wherever the statement stands."""
    about = (arn, details["principal"], details["condition"], details["action"])
    return hashlib.sha256(repr(about).encode()).hexdigest()


def is_in_organization(call: Call) -> bool:
    """Whether the account has an organization that can be a zone of trust."""
    return OrganizationAccount.objects.filter(account_id=call.account_id).exists()
