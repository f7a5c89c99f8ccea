"""Trust policies of roles: who may assume the role, and how.

Rules: access-analyzer-reference-policy-checks; id_roles_create_for-idp_oidc; id_roles_terms-and-concepts.
"""

import re
from collections.abc import Iterator

from policies.language.document import Effect, Principal, PrincipalElement, PrincipalType, Statement
from policies.language.kinds import PolicyKind
from policies.language.operators import Qualifier
from policies.language.problems import Path
from policies.language.wildcards import matches
from policies.validation.checks import Check, Finding, Severity, quoted
from policies.validation.patterns import first_wildcard, has_wildcard
from policies.validation.subject import Subject

__all__ = ["CHECKS", "RULES"]

WILDCARD_PRINCIPAL = Check(
    "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
    "Role trust policy unsupported wildcard in principal",
    Severity.ERROR,
    "Everybody in every account could assume this role; name the accounts, users, roles or services.",
    'A role that trusts "*" is open to whoever has an AWS account. Name who may assume it.',
)
INVALID_FEDERATED_PRINCIPAL = Check(
    "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY",
    "Invalid federated principal syntax in role trust policy",
    Severity.ERROR,
    '"{value}" is neither the domain of an identity provider nor the ARN of one.',
    "A federated principal is cognito-identity.amazonaws.com, www.amazon.com, graph.facebook.com, accounts.google.com, "
    "or the ARN of an OIDC or SAML provider of the account.",
)
MISMATCHED_ACTION_FOR_PRINCIPAL = Check(
    "MISMATCHED_ACTION_FOR_PRINCIPAL",
    "Mismatched action for principal",
    Severity.ERROR,
    "{principal} does not assume a role by {action}.",
    "AWS principals and services use sts:AssumeRole, SAML providers sts:AssumeRoleWithSAML, OIDC providers "
    "sts:AssumeRoleWithWebIdentity.",
)
ROLES_ANYWHERE = Check(
    "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY",
    "Missing action for roles anywhere trust policy",
    Severity.ERROR,
    "rolesanywhere.amazonaws.com needs {actions} too.",
    "IAM Roles Anywhere assumes the role, sets a source identity and passes tags, all in one request.",
)
MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL = Check(
    "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL",
    "Missing condition key for OIDC principal",
    Severity.SECURITY_WARNING,
    "Whoever signs in at {issuer} could assume this role; add a condition on {issuer}:aud or {issuer}:sub.",
    "A provider signs tokens for all of its users and clients. Its audience and subject say which one is meant.",
)
MISSING_GITHUB_REPO_CONDITION_KEY = Check(
    "MISSING_GITHUB_REPO_CONDITION_KEY",
    "Missing GitHub repo condition key",
    Severity.SECURITY_WARNING,
    "Workflows of every repository could assume this role; add a condition on {issuer}:sub.",
    "GitHub signs tokens for all repositories of the world; the subject begins with repo: and names one.",
)
SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED = Check(
    "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED",
    "Specific GitHub repo and branch recommended",
    Severity.WARNING,
    '"{value}" lets in more than one repository or branch; name both.',
    "Whoever can push to any branch that the pattern covers can assume the role. Write "
    "repo:owner/name:ref:refs/heads/main.",
)
CONFIRM_AUDIENCE_CLAIM_TYPE = Check(
    "CONFIRM_AUDIENCE_CLAIM_TYPE",
    "Confirm audience claim type",
    Severity.SUGGESTION,
    "{key} mostly has one value; make sure that {qualifier} is meant.",
    "A set operator is for claims of several values. Look at a token of the provider: is aud a string or a list?",
)
FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE = Check(
    "FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE",
    "ForAnyValue with audience claim type",
    Severity.SECURITY_WARNING,
    "With ForAnyValue one fitting value of {key} is enough, whatever the others are.",
    "A token made out to several audiences would pass if one of them is yours. Leave ForAnyValue out.",
)
REDUNDANT_PRINCIPAL = Check(
    "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY",
    "Redundant principal in role trust policy",
    Severity.SUGGESTION,
    "{session} is a session of {role}, which is trusted already.",
    "To trust a role is to trust all of its sessions.",
)
CHECKS = (
    WILDCARD_PRINCIPAL,
    INVALID_FEDERATED_PRINCIPAL,
    MISMATCHED_ACTION_FOR_PRINCIPAL,
    ROLES_ANYWHERE,
    MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL,
    MISSING_GITHUB_REPO_CONDITION_KEY,
    SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED,
    CONFIRM_AUDIENCE_CLAIM_TYPE,
    FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE,
    REDUNDANT_PRINCIPAL,
)
GITHUB = "token.actions.githubusercontent.com"
_WEB_IDENTITY = ("cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com")
_ROLES_ANYWHERE_ACTIONS = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
_ASSUMING = ("sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity")
_ROLE = re.compile(r"arn:[a-z-]+:iam::([0-9]{12}):role/(?:.*/)?([^/]+)")
_SESSION = re.compile(r"arn:[a-z-]+:sts::([0-9]{12}):assumed-role/([^/]+)/[^/]+")


def _elements(subject: Subject) -> Iterator[tuple[Statement, PrincipalElement, Path]]:
    if subject.kind is not PolicyKind.TRUST:
        return
    for statement in subject.statements:
        if statement.principal is not None:
            yield statement, statement.principal, ("Statement", statement.index, "Principal")


def wildcards(subject: Subject) -> Iterator[Finding]:
    """Nobody is trusted without a name."""
    for statement, element, path in _elements(subject):
        if element.everyone:
            yield WILDCARD_PRINCIPAL.at(element.span, path)
        elif statement.effect is Effect.ALLOW:
            for entry in element.entries:
                if entry.value.text == "*" and entry.type is not PrincipalType.FEDERATED:
                    yield WILDCARD_PRINCIPAL.at(entry.value.span, (*path, entry.type.value))


def federated(subject: Subject) -> Iterator[Finding]:
    """An identity provider is one."""
    for _, element, path in _elements(subject):
        for entry in element.entries:
            text = entry.value.text
            if entry.type is PrincipalType.FEDERATED and not _issuer(text) and ":saml-provider/" not in text:
                yield INVALID_FEDERATED_PRINCIPAL.at(entry.value.span, (*path, "Federated"), value=text)


def _issuer(text: str) -> str:
    """The host of an OpenID Connect provider, or nothing."""
    if text in _WEB_IDENTITY:
        return text
    return text.rpartition(":oidc-provider/")[2] if ":oidc-provider/" in text else ""


def actions(subject: Subject) -> Iterator[Finding]:
    """Each principal assumes the role in its own way."""
    for statement, element, path in _elements(subject):
        listed = statement.action
        if listed is None or element.everyone or statement.effect is not Effect.ALLOW:
            continue
        ways = [text for text in listed.texts if text.lower() in _ASSUMING]
        if any(map(has_wildcard, listed.texts)):
            continue
        for entry in element.entries:
            if ways and not any(text.lower() == _way(entry) for text in ways):
                names = {"principal": entry.value.text, "action": ways[0]}
                yield MISMATCHED_ACTION_FOR_PRINCIPAL.at(entry.value.span, (*path, entry.type.value), **names)


def _way(entry: Principal) -> str:
    if entry.type is not PrincipalType.FEDERATED:
        return "sts:assumerole"
    return "sts:assumerolewithsaml" if ":saml-provider/" in entry.value.text else "sts:assumerolewithwebidentity"


def roles_anywhere(subject: Subject) -> Iterator[Finding]:
    """Roles Anywhere has all three actions."""
    for statement, element, path in _elements(subject):
        named = [entry for entry in element.entries if entry.value.text == "rolesanywhere.amazonaws.com"]
        if not named or statement.action is None or statement.effect is not Effect.ALLOW:
            continue
        texts = [text.lower() for text in statement.action.texts]
        missing = [each for each in _ROLES_ANYWHERE_ACTIONS if not any(matches(text, each.lower()) for text in texts)]
        if missing:
            yield ROLES_ANYWHERE.at(named[0].value.span, (*path, "Service"), actions=quoted(missing))


def issuers(subject: Subject) -> Iterator[Finding]:
    """The tokens of a provider are told apart."""
    for statement, element, path in _elements(subject):
        if statement.effect is not Effect.ALLOW:
            continue
        keys = {test.key for test in subject.tests_of(statement)}
        for entry in element.entries:
            issuer = _issuer(entry.value.text) if entry.type is PrincipalType.FEDERATED else ""
            where = (*path, "Federated")
            if issuer and not any(key.startswith(f"{issuer.lower()}:") for key in keys):
                yield MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL.at(entry.value.span, where, issuer=issuer)
            if issuer == GITHUB and f"{GITHUB}:sub" not in keys:
                yield MISSING_GITHUB_REPO_CONDITION_KEY.at(entry.value.span, where, issuer=issuer)


def repositories(subject: Subject) -> Iterator[Finding]:
    """A repository and a branch are named."""
    for test in subject.tests:
        if test.key != f"{GITHUB}:sub" or test.base not in ("StringLike", "StringEquals"):
            continue
        for value, path in test.placed():
            at = first_wildcard(value.text)
            if 0 <= at < (value.text.find(":ref:") if ":ref:" in value.text else len(value.text)):
                yield SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED.at(value.span, path, value=value.text)


def audiences(subject: Subject) -> Iterator[Finding]:
    """The audience of a token is one."""
    for test in subject.tests:
        if not test.key.endswith(":aud") or test.operator is None or test.operator.qualifier is None:
            continue
        span, names = test.condition.operator.span, {"key": test.condition.key.text}
        yield CONFIRM_AUDIENCE_CLAIM_TYPE.at(span, test.path, qualifier=test.operator.qualifier.value, **names)
        if test.operator.qualifier is Qualifier.FOR_ANY_VALUE:
            yield FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE.at(span, test.path, **names)


def redundant(subject: Subject) -> Iterator[Finding]:
    """No session is named beside its role."""
    for _, element, path in _elements(subject):
        roles = {
            match.groups(): match.group() for entry in element.entries if (match := _ROLE.fullmatch(entry.value.text))
        }
        for entry in element.entries:
            session = _SESSION.fullmatch(entry.value.text)
            role = roles.get(session.groups()) if session else None
            if role is not None:
                names = {"session": entry.value.text, "role": role}
                yield REDUNDANT_PRINCIPAL.at(entry.value.span, (*path, entry.type.value), **names)


RULES = (wildcards, federated, actions, roles_anywhere, issuers, repositories, audiences, redundant)
