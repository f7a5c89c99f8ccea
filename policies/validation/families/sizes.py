"""How long a policy may be.

Rules: reference_iam-quotas; orgs_reference_limits; the quota pages of the services.
"""

from collections.abc import Iterator, Mapping

from iamconsole.aws import quotas
from policies.language.document import Span
from policies.language.kinds import PolicyKind
from policies.language.size import size_without_white_space
from policies.validation.checks import Check, Finding, Severity
from policies.validation.subject import Subject

__all__ = ["CHECKS", "RULES"]

_TEXT = "The policy has {size} characters; the limit is {limit}."


def _check(what: str, severity: Severity, label: str, learn_more: str) -> Check:
    title = f"Policy size exceeds {label} quota"
    return Check(f"POLICY_SIZE_EXCEEDS_{what}_QUOTA", title, severity, _TEXT, learn_more)


SCP = _check(
    "SCP",
    Severity.ERROR,
    "SCP",
    "A service control policy holds at most 5,120 characters, white space included. Split it, or take white space out.",
)
RCP = _check(
    "RCP",
    Severity.ERROR,
    "RCP",
    "A resource control policy holds at most 5,120 characters, white space included.",
)
IDENTITY = _check(
    "IDENTITY_POLICY",
    Severity.WARNING,
    "identity policy",
    "A managed policy holds at most 6,144 characters without white space. Wildcards, or a second policy, help.",
)
RESOURCE = _check(
    "RESOURCE_POLICY",
    Severity.WARNING,
    "resource policy",
    "Each service sets how long the policies of its resources may be: a bucket policy 20 KB, a key policy 32 KB.",
)
TRUST = _check(
    "ROLE_TRUST_POLICY",
    Severity.WARNING,
    "role trust policy",
    "A trust policy holds 2,048 characters unless the account's quota has been raised, to at most 4,096.",
)
CHECKS = (SCP, RCP, IDENTITY, RESOURCE, TRUST)

_ORGANIZATIONS = 5120
_LONGEST_RESOURCE_POLICY = 32_768
_RESOURCE_POLICIES: Mapping[str, int] = {
    "s3": 20_480,
    "secretsmanager": 20_480,
    "lambda": 20_480,
    "ecr": 10_240,
    "dynamodb": 20_480,
    "backup": 20_480,
    "elasticfilesystem": 20_000,
}
"""Characters, white space included; services not named here take 32,768."""
_ENDPOINT = 20_480


def size(subject: Subject) -> Iterator[Finding]:
    """The policy is not longer than its quota."""
    check, counted, limit = _quota(subject)
    if counted > limit:
        start = subject.document.span.start
        end = subject.document.span.end
        yield check.at(Span(start, end), (), size=f"{counted:,}", limit=f"{limit:,}")


def _quota(subject: Subject) -> tuple[Check, int, int]:
    whole = len(subject.text)
    match subject.kind:
        case PolicyKind.SCP:
            return SCP, whole, _ORGANIZATIONS
        case PolicyKind.RCP:
            return RCP, whole, _ORGANIZATIONS
        case PolicyKind.TRUST:
            return TRUST, size_without_white_space(subject.text), quotas.TRUST_POLICY_SIZE.value
        case PolicyKind.SESSION:
            return IDENTITY, whole, quotas.SESSION_POLICY_SIZE.value
        case PolicyKind.ENDPOINT:
            return RESOURCE, whole, _ENDPOINT
        case PolicyKind.RESOURCE:
            return RESOURCE, whole, _RESOURCE_POLICIES.get(subject.service, _LONGEST_RESOURCE_POLICY)
        case _:
            return IDENTITY, size_without_white_space(subject.text), quotas.MANAGED_POLICY_SIZE.value


RULES = (size,)
