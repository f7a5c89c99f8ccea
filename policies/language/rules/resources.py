"""Resource and NotResource.

Rules: reference_policies_elements_resource; reference-arns; reference_identifiers (IAM ARNs).
"""

import re
from collections.abc import Iterator

from policies.language.document import Document, Element, Value
from policies.language.kinds import Need, PolicyKind
from policies.language.problems import Path, Problem
from policies.language.variables import split_arn

__all__ = ["resources"]

_IN_TRUST = "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE"
_NO_RESOURCES = "Policy statement must contain resources."
_VENDOR_NOT_QUALIFIED = "Resource vendor must be fully qualified and cannot contain regexes."
_PARTITIONS = frozenset(
    {"aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc", "*"}
)
_IAM_PATHS = (
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
)
_IAM_PATH = f'IAM resource path must either be "*" or start with {", ".join(_IAM_PATHS)}.'
_REGIONAL_S3 = re.compile(
    r"(?:accesspoint|job|storage-lens|storage-lens-group|async-request|access-grants|\*)(?:[/:]|$)"
)
_VENDOR = re.compile(r"[^*?]+")


def resources(document: Document, kind: PolicyKind) -> Iterator[Problem]:
    """Every resource is an ARN or `*`; a trust policy names none, its resource is the role."""
    for statement in document.statements:
        path: Path = ("Statement", statement.index)
        element = statement.resource or statement.not_resource
        if element is None:
            if kind.resource is Need.REQUIRED:
                sentence = "The statement has neither Resource nor NotResource."
                yield Problem(sentence, _NO_RESOURCES, statement.span, path, issue_code="MISSING_RESOURCE")
        elif kind.resource is Need.FORBIDDEN:
            sentence = f"A {kind.label} has no {element.name}: its resource is the role itself."
            api_message, path = f"Has prohibited field {element.name}.", (*path, element.name)
            yield Problem(sentence, api_message, element.span, path, issue_code=_IN_TRUST)
        else:
            yield from _values(element, (*path, element.name), variables=document.has_variables)


def _values(element: Element, path: Path, *, variables: bool) -> Iterator[Problem]:
    if not element.values:
        sentence = f"{element.name} is an empty list."
        yield Problem(sentence, _NO_RESOURCES, element.span, path, issue_code="MISSING_RESOURCE")
    for index, value in enumerate(element.values):
        if value.text != "*" and (fault := _fault(value, variables=variables)):
            sentence, api_message, issue_code = fault
            yield Problem(sentence, api_message, value.span, (*path, index), issue_code=issue_code)


def _fault(value: Value, *, variables: bool) -> tuple[str, str, str] | None:
    text = value.text
    prefix, *rest = split_arn(text, variables=variables)
    if prefix != "arn" or not rest:
        return (
            f'"{text}" is no ARN; a resource is written like arn:aws:s3:::bucket/key, or * for every resource.',
            f'Resource {text} must be in ARN format or "*".',
            "INVALID_ARN_PREFIX",
        )
    padded: list[str | None] = [*rest, None, None, None, None]
    partition, service, region, account, resource = padded[:5]
    if partition not in _PARTITIONS:
        shown = ":".join((part or "*") for part in (service, region, account, resource))
        return (
            f'"{partition}" in "{text}" is no partition; AWS has aws, aws-cn and aws-us-gov.',
            f'Partition "{partition}" is not valid for resource "arn:{partition}:{shown}".',
            "INVALID_PARTITION",
        )
    if service is not None and not _VENDOR.fullmatch(service):
        sentence = f'The service in "{text}" must be written out, without wildcards.'
        return sentence, _VENDOR_NOT_QUALIFIED, "INVALID_SERVICE"
    if service == "iam":
        return _iam(text, region, resource)
    if service == "s3" and region and resource is not None and not _REGIONAL_S3.match(resource):
        return (
            f'"{text}" names a Region; bucket and object ARNs leave Region and account empty: arn:aws:s3:::bucket/key.',
            f"Resource {text} can not contain region information.",
            "ARN_REGION_NOT_ALLOWED",
        )
    return None


def _iam(text: str, region: str | None, resource: str | None) -> tuple[str, str, str] | None:
    if region and resource is not None:
        return (
            f'"{text}" names a Region; IAM is global, its ARNs leave the Region empty: arn:aws:iam::111122223333:...',
            f"IAM resource {text} cannot contain region information.",
            "ARN_REGION_NOT_ALLOWED",
        )
    if (
        resource is not None
        and resource not in ("*", "root")
        and not resource.startswith((*_IAM_PATHS, "role-template/"))
    ):
        return (
            f'The last part of "{text}" must be * or begin with user/, group/, role/, policy/ or another type.',
            _IAM_PATH,
            "INVALID_ARN_RESOURCE",
        )
    return None
