"""Principals of policies of resources.

Rules: access-analyzer-reference-policy-checks; reference_policies_elements_principal.
"""

import re
from collections.abc import Iterator

from policies.language.document import Effect, Principal, PrincipalElement, PrincipalType, Statement
from policies.language.kinds import PolicyKind
from policies.validation.checks import Check, Finding, Severity
from policies.validation.patterns import has_wildcard
from policies.validation.subject import Subject

__all__ = ["CHECKS", "RULES"]

_IDS = (
    "IAM keeps a user or role that a policy names by its unique id. Where the id shows, the identity has been deleted; "
    "one made anew under the same name is not meant."
)
INVALID_ROLE_REFERENCE = Check(
    "INVALID_ROLE_REFERENCE",
    "Invalid role reference",
    Severity.WARNING,
    "{value} is the id of a role; name the role by its ARN.",
    _IDS,
)
INVALID_USER_REFERENCE = Check(
    "INVALID_USER_REFERENCE",
    "Invalid user reference",
    Severity.WARNING,
    "{value} is the id of a user; name the user by its ARN.",
    _IDS,
)
INVALID_SERVICE_PRINCIPAL_FORMAT = Check(
    "INVALID_SERVICE_PRINCIPAL_FORMAT",
    "Invalid service principal format",
    Severity.ERROR,
    '"{value}" is no service principal; they are written like ec2.amazonaws.com.',
    "The name of a service as principal is in lower case and ends in amazonaws.com, sometimes with a Region before it.",
)
FEDERATED_PRINCIPAL_NOT_SUPPORTED = Check(
    "FEDERATED_PRINCIPAL_NOT_SUPPORTED",
    "Federated principal not supported",
    Severity.ERROR,
    "Federated principals stand only in the trust policies of roles.",
    "Whoever signs in at an identity provider assumes a role first; a policy of a resource names that role.",
)
ALLOW_WITH_NOT_PRINCIPAL = Check(
    "ALLOW_WITH_NOT_PRINCIPAL",
    "Allow with NotPrincipal",
    Severity.SECURITY_WARNING,
    "Allow with NotPrincipal lets in everybody else, people without an account too.",
    "List with Principal whom you mean. To keep somebody out, deny with a condition on aws:PrincipalArn.",
)
_DEPUTY = (
    "A service works for many customers. Without a condition on aws:SourceArn, aws:SourceAccount, aws:SourceOrgID or "
    "aws:SourceOrgPaths somebody else can have it act on your resource: the confused deputy."
)
RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL = Check(
    "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",
    "Restrict access to service principal",
    Severity.SECURITY_WARNING,
    "{service} may act here on anybody's behalf; add a condition on aws:SourceArn or aws:SourceAccount.",
    _DEPUTY,
)
RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL = Check(
    "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
    "Recommended condition key for service principal",
    Severity.SUGGESTION,
    "{key} holds {service} back but little; use aws:SourceArn or aws:SourceAccount.",
    _DEPUTY,
)
UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL = Check(
    "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
    "Unsupported condition key for service principal",
    Severity.ERROR,
    "A request of {service} never carries {key}.",
    "A service is no user and no role and belongs to no organization. Test on whose behalf it asks: aws:SourceArn, "
    "aws:SourceAccount, aws:SourceOrgID.",
)
IRRELEVANT_CONDITION_KEY_IN_POLICY = Check(
    "IRRELEVANT_CONDITION_KEY_IN_POLICY",
    "Irrelevant condition key in policy",
    Severity.SUGGESTION,
    "{key} says nothing in the policy of the resource itself.",
    "The resource that carries the policy has one owner, always the same, so the comparison has one outcome.",
)
CHECKS = (
    INVALID_ROLE_REFERENCE,
    INVALID_USER_REFERENCE,
    INVALID_SERVICE_PRINCIPAL_FORMAT,
    FEDERATED_PRINCIPAL_NOT_SUPPORTED,
    ALLOW_WITH_NOT_PRINCIPAL,
    RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL,
    RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL,
    UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL,
    IRRELEVANT_CONDITION_KEY_IN_POLICY,
)
_SERVICE = re.compile(r"[a-z0-9.-]+\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.com|aws\.internal|amazonaws\.eu)")
_SOURCES = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")
_WEAK = ("aws:referer", "aws:useragent", "aws:sourceip", "aws:securetransport")
_OF_IDENTITIES = (
    *("aws:principalorgid", "aws:principalorgpaths", "aws:principalarn", "aws:principalaccount", "aws:username"),
    *("aws:userid", "aws:multifactorauthpresent", "aws:multifactorauthage", "aws:tokenissuetime"),
    "aws:sourceidentity",
)
_OWNERS = ("s3:resourceaccount", "aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths")


def _elements(subject: Subject) -> Iterator[tuple[Statement, PrincipalElement]]:
    for statement in subject.statements:
        element = statement.principal or statement.not_principal
        if element is not None:
            yield statement, element


def references(subject: Subject) -> Iterator[Finding]:
    """Users and roles are named by their ARNs."""
    for statement, element in _elements(subject):
        for entry in element.entries:
            check = {"AROA": INVALID_ROLE_REFERENCE, "AIDA": INVALID_USER_REFERENCE}.get(entry.value.text[:4])
            if check is not None and entry.type is PrincipalType.AWS:
                path = ("Statement", statement.index, element.name, entry.type.value)
                yield check.at(entry.value.span, path, value=entry.value.text)


def forms(subject: Subject) -> Iterator[Finding]:
    """Services are written as services, and identity providers stand in trust policies only."""
    for statement, element in _elements(subject):
        for entry in element.entries:
            path = ("Statement", statement.index, element.name, entry.type.value)
            text = entry.value.text
            if entry.type is PrincipalType.SERVICE and not _SERVICE.fullmatch(text) and not has_wildcard(text):
                yield INVALID_SERVICE_PRINCIPAL_FORMAT.at(entry.value.span, path, value=text)
            if entry.type is PrincipalType.FEDERATED and subject.kind in (PolicyKind.RESOURCE, PolicyKind.ENDPOINT):
                yield FEDERATED_PRINCIPAL_NOT_SUPPORTED.at(entry.value.span, path)


def not_principals(subject: Subject) -> Iterator[Finding]:
    """Nobody is let in by being left out."""
    for statement, element in _elements(subject):
        if statement.effect is Effect.ALLOW and element is statement.not_principal:
            yield ALLOW_WITH_NOT_PRINCIPAL.at(element.span, ("Statement", statement.index, element.name))


def services(subject: Subject) -> Iterator[Finding]:
    """A service may act for one's own resources only."""
    if subject.kind is not PolicyKind.RESOURCE:
        return
    for statement, element in _elements(subject):
        named = _services(element.entries)
        if statement.effect is not Effect.ALLOW or not named or element is statement.not_principal:
            continue
        path = ("Statement", statement.index, element.name, PrincipalType.SERVICE.value)
        keys = {test.key: test for test in subject.tests_of(statement)}
        if any(key in keys for key in _SOURCES):
            continue
        weak = next((keys[key] for key in _WEAK if key in keys), None)
        for entry in named:
            names = {"service": entry.value.text}
            if weak is not None:
                written = weak.condition.key
                check = RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL
                yield check.at(written.span, weak.path, key=written.text, **names)
            else:
                yield RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL.at(entry.value.span, path, **names)


def keys_of_services(subject: Subject) -> Iterator[Finding]:
    """A condition on a service asks what a service can answer."""
    for statement, element in _elements(subject):
        named = _services(element.entries)
        if statement.effect is not Effect.ALLOW or len(named) < len(element.entries) or not named:
            continue
        for test in subject.tests_of(statement):
            of_identity = test.key in _OF_IDENTITIES or test.key.startswith("aws:principaltag/")
            if of_identity and test.base != "Null" and not (test.operator and test.operator.if_exists):
                key = test.condition.key
                names = {"service": named[0].value.text, "key": key.text}
                yield UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL.at(key.span, test.path, **names)


def _services(entries: tuple[Principal, ...]) -> tuple[Principal, ...]:
    return tuple(entry for entry in entries if entry.type is PrincipalType.SERVICE)


def owners(subject: Subject) -> Iterator[Finding]:
    """The policy of a resource does not ask whose the resource is."""
    if subject.kind is not PolicyKind.RESOURCE:
        return
    for test in subject.tests:
        if test.key in _OWNERS:
            key = test.condition.key
            yield IRRELEVANT_CONDITION_KEY_IN_POLICY.at(key.span, test.path, key=key.text)


RULES = (references, forms, not_principals, services, keys_of_services, owners)
