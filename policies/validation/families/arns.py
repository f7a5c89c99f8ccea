"""ARNs in Resource and NotResource: each of the six fields.

Rules: access-analyzer-reference-policy-checks; reference-arns.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policies.language.kinds import PolicyKind
from policies.language.variables import split_arn
from policies.validation.arn_shapes import ArnShape, fitting_shapes, is_arn_service, is_region, shapes
from policies.validation.checks import Check, Finding, Fix, Severity
from policies.validation.nearest import near_service
from policies.validation.patterns import covered_by_others, has_wildcard, is_everything
from policies.validation.subject import Entry, Subject

__all__ = ["CHECKS", "RULES"]


def _error(code: str, title: str, text: str, learn_more: str) -> Check:
    return Check(code, title, Severity.ERROR, text, learn_more)


ARN_ACCOUNT_NOT_ALLOWED = _error(
    "ARN_ACCOUNT_NOT_ALLOWED",
    "ARN account not allowed",
    "ARNs of {service} have no account; leave the fifth field of {arn} empty.",
    "Names of some resources are unique in all of AWS, so their ARNs name no account: a bucket is arn:aws:s3:::bucket.",
)
ARN_REGION_NOT_ALLOWED = _error(
    "ARN_REGION_NOT_ALLOWED",
    "ARN Region not allowed",
    "ARNs of {service} have no Region; leave the fourth field of {arn} empty.",
    "IAM, bucket names and other global things belong to no Region, and an ARN that names one matches nothing.",
)
INVALID_ARN_ACCOUNT = _error(
    "INVALID_ARN_ACCOUNT",
    "Invalid ARN account",
    '"{account}" in {arn} is no account; accounts are 12 digits.',
    "The fifth field of an ARN is the number of an account, twelve digits without hyphens. It may hold wildcards.",
)
INVALID_ARN_REGION = _error(
    "INVALID_ARN_REGION",
    "Invalid ARN Region",
    '"{region}" in {arn} is no Region.',
    "The fourth field of an ARN is the code of a Region, such as eu-central-1. It may hold wildcards.",
)
INVALID_ARN_RESOURCE = _error(
    "INVALID_ARN_RESOURCE",
    "Invalid ARN resource",
    "{service} has no kind of resource whose ARN ends like {resource}.",
    "The last field of an ARN has a form for each kind of resource, often the kind and a slash: user/, table/, "
    "function:. An ARN of another form matches nothing.",
)
INVALID_ARN_SERVICE_CASE = _error(
    "INVALID_ARN_SERVICE_CASE",
    "Invalid ARN service case",
    'The service "{service}" in the ARN must be in lower case.',
    "ARNs are compared letter by letter, and the service field is always in lower case.",
)
INVALID_SERVICE = _error(
    "INVALID_SERVICE",
    "Invalid service",
    'There is no service "{service}".{hint}',
    "The third field of an ARN, and the part of a condition key before the colon, is the prefix of a service.",
)
MISSING_ARN_FIELD = _error(
    "MISSING_ARN_FIELD",
    "Missing ARN field",
    "{arn} has {count} fields; an ARN has six: arn:partition:service:region:account:resource.",
    "Fields may be empty, but their colons stay: a bucket is arn:aws:s3:::bucket with three colons in a row.",
)
MISSING_ARN_REGION = _error(
    "MISSING_ARN_REGION",
    "Missing ARN Region",
    "{arn} names no Region; resources of {service} belong to one.",
    "The fourth field of this ARN may not be empty. Name a Region, or write * for all.",
)
MISSING_ARN_ACCOUNT = _error(
    "MISSING_ARN_ACCOUNT",
    "Missing ARN account",
    "{arn} names no account; resources of {service} belong to one.",
    "The fifth field of this ARN may not be empty. Name the account, or write * for any.",
)
UNSUPPORTED_RESOURCE_ARN_IN_POLICY = _error(
    "UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
    "Unsupported resource ARN in policy",
    "{arn} is not of {resource}, whose policy this is.",
    "The policy of a resource speaks of that resource and what is in it, so its ARNs are of the same service.",
)
EMPTY_ARRAY_RESOURCE = Check(
    "EMPTY_ARRAY_RESOURCE",
    "Empty array resource",
    Severity.SUGGESTION,
    "{element} is an empty list, so the statement reaches nothing.",
    "A statement without resources allows and denies nothing.",
)
REDUNDANT_RESOURCE = Check(
    "REDUNDANT_RESOURCE",
    "Redundant resource",
    Severity.SUGGESTION,
    "{arn} is covered already by {other} in this statement.",
    "An entry that another one of the same list covers can be taken away; nothing changes.",
)
CHECKS = (
    ARN_ACCOUNT_NOT_ALLOWED,
    ARN_REGION_NOT_ALLOWED,
    INVALID_ARN_ACCOUNT,
    INVALID_ARN_REGION,
    INVALID_ARN_RESOURCE,
    INVALID_ARN_SERVICE_CASE,
    INVALID_SERVICE,
    MISSING_ARN_FIELD,
    MISSING_ARN_REGION,
    MISSING_ARN_ACCOUNT,
    UNSUPPORTED_RESOURCE_ARN_IN_POLICY,
    EMPTY_ARRAY_RESOURCE,
    REDUNDANT_RESOURCE,
)
_FIELDS = 6
_ACCOUNT = re.compile(r"[0-9]{12}")
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_TRUSTED_ACCOUNTS = ("", "aws", "aws-managed", "cloudfront", "third-party")
"""What stands for an account in ARNs of things that AWS itself owns."""


@dataclass(frozen=True, slots=True)
class _Arn:
    """An entry taken apart; the last field with `*` for its variables."""

    entry: Entry
    service: str
    region: str
    account: str
    resource: str

    def finding(self, check: Check, **names: str) -> Finding:
        """A finding about this entry."""
        return check.at(self.entry.value.span, self.entry.path, arn=self.entry.text, service=self.service, **names)


def fields(subject: Subject) -> Iterator[Finding]:
    """Every ARN has its six fields, each as its service wants it."""
    for entry in subject.resources:
        parts = split_arn(entry.text, variables=subject.document.has_variables)
        if parts[0] != "arn" or is_everything(entry.text):
            continue
        if len(parts) < _FIELDS:
            yield MISSING_ARN_FIELD.at(entry.value.span, entry.path, arn=entry.text, count=str(len(parts)))
            continue
        _, _, service, region, account, resource = parts
        yield from _of_six(_Arn(entry, service, region, account, _VARIABLE.sub("*", resource)))


def _of_six(arn: _Arn) -> Iterator[Finding]:
    if has_wildcard(arn.service) or not arn.service:
        return  # refused already
    if arn.service != arn.service.lower():
        text = arn.entry.text.replace(f":{arn.service}:", f":{arn.service.lower()}:", 1)
        fix = Fix(arn.entry.value.span, f'"{text}"', f"Use {text}")
        yield arn.finding(INVALID_ARN_SERVICE_CASE).repaired(fix)
        return
    if not is_arn_service(arn.service):
        yield arn.finding(INVALID_SERVICE, hint=near_service(arn.service).hint)
        return
    if arn.region and "${" not in arn.region and not has_wildcard(arn.region) and not _known_region(arn):
        yield arn.finding(INVALID_ARN_REGION, region=arn.region)
    if not _may_be_account(arn):
        yield arn.finding(INVALID_ARN_ACCOUNT, account=arn.account)
    if arn.resource and shapes(arn.service):
        yield from _of_shapes(arn, fitting_shapes(arn.service, arn.resource))


def _known_region(arn: _Arn) -> bool:
    return is_region(arn.region) or any(shape.region == arn.region for shape in shapes(arn.service))


def _may_be_account(arn: _Arn) -> bool:
    account = arn.account
    if account in _TRUSTED_ACCOUNTS or "${" in account or _ACCOUNT.fullmatch(account):
        return True
    if has_wildcard(account):
        return all(mark in "0123456789*?" for mark in account) and len(account.replace("*", "")) <= 12
    return any(shape.account == account for shape in shapes(arn.service))


def _of_shapes(arn: _Arn, fitting: tuple[ArnShape, ...]) -> Iterator[Finding]:
    if not fitting:
        yield arn.finding(INVALID_ARN_RESOURCE, resource=arn.resource)
        return
    if arn.region:
        if not is_everything(arn.region) and not any(shape.region for shape in fitting):
            yield arn.finding(ARN_REGION_NOT_ALLOWED)
    elif all(shape.region for shape in fitting):
        yield arn.finding(MISSING_ARN_REGION)
    if arn.account:
        if not is_everything(arn.account) and not any(shape.account for shape in fitting):
            yield arn.finding(ARN_ACCOUNT_NOT_ALLOWED)
    elif all(shape.account for shape in fitting):
        yield arn.finding(MISSING_ARN_ACCOUNT)


def of_the_resource(subject: Subject) -> Iterator[Finding]:
    """The policy of a resource speaks of its own service's ARNs."""
    prefix = subject.service
    if subject.kind is not PolicyKind.RESOURCE or not prefix:
        return
    for entry in subject.resources:
        parts = entry.text.split(":", _FIELDS - 1)
        if len(parts) == _FIELDS and parts[2] != prefix and is_arn_service(parts[2]):
            names = {"arn": entry.text, "resource": subject.resource_type}
            yield UNSUPPORTED_RESOURCE_ARN_IN_POLICY.at(entry.value.span, entry.path, **names)


def empty_lists(subject: Subject) -> Iterator[Finding]:
    """Every list of resources has an entry."""
    for statement in subject.statements:
        element = statement.resource or statement.not_resource
        if element is not None and not element.values:
            path = ("Statement", statement.index, element.name)
            yield EMPTY_ARRAY_RESOURCE.at(element.span, path, element=element.name)


def redundant(subject: Subject) -> Iterator[Finding]:
    """No resource is covered by another one of the same list."""
    start = 0
    entries = subject.resources
    while start < len(entries):
        stop = start
        while stop < len(entries) and entries[stop].element is entries[start].element:
            stop += 1
        group = entries[start:stop]
        for at, other in covered_by_others([entry.text for entry in group]):
            span, path = group[at].value.span, group[at].path
            yield REDUNDANT_RESOURCE.at(span, path, arn=group[at].text, other=group[other].text)
        start = stop


RULES = (fields, of_the_resource, empty_lists, redundant)
