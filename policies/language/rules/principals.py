"""Principal and NotPrincipal.

Rules: reference_policies_elements_principal; reference_policies_elements_notprincipal;
id_roles_create_for-idp_oidc (shared providers).
"""

import re
from collections.abc import Iterator

from policies.language.document import Document, Effect, Principal, PrincipalElement, PrincipalType, Statement
from policies.language.kinds import Need, PolicyKind
from policies.language.problems import Path, Problem

__all__ = ["SHARED_PROVIDERS", "principals"]

_NOT_WANTED = "Policy document should not specify a principal."
_ARN = r"arn:aws[a-z-]*:"
_AWS = re.compile(
    r"\*|[0-9]{12}|A[A-Z0-9]{15,127}"
    rf"|{_ARN}iam::[0-9]{{12}}:(?:root|(?:user|role)/[^*?]+)"
    rf"|{_ARN}sts::[0-9]{{12}}:(?:assumed-role/[^*?/]+/[^*?/]+|federated-user/[^*?]+|self)"
)
_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_FEDERATED = re.compile(rf"{_ARN}iam::[0-9]{{12}}:(?:saml|oidc)-provider/[^*?]+|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|\*")
_CANONICAL = re.compile(r"[0-9a-f]{64}")
_FORMS = {
    PrincipalType.AWS: _AWS,
    PrincipalType.SERVICE: _SERVICE,
    PrincipalType.FEDERATED: _FEDERATED,
    PrincipalType.CANONICAL_USER: _CANONICAL,
}
_NO_NOT_PRINCIPAL = {
    PolicyKind.TRUST: "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
    PolicyKind.RCP: "RCP_SYNTAX_ERROR_PRINCIPAL",
}
SHARED_PROVIDERS = {"token.actions.githubusercontent.com": "token.actions.githubusercontent.com:sub"}
"""OpenID Connect issuers that serve many customers, with the claim that tells one customer from another."""


def principals(document: Document, kind: PolicyKind) -> Iterator[Problem]:
    """A policy of a resource says whom it speaks of; a policy of an identity does not."""
    for statement in document.statements:
        path: Path = ("Statement", statement.index)
        element = statement.principal or statement.not_principal
        if element is None:
            if kind.principal is Need.REQUIRED:
                sentence = f"The statement has no Principal; a {kind.label} says whom it is about."
                api_message = "Missing required field Principal"
                yield Problem(sentence, api_message, statement.span, path, issue_code="MISSING_PRINCIPAL")
            continue
        path = (*path, element.name)
        if kind.principal is Need.FORBIDDEN:
            sentence = f"A {kind.label} has no {element.name}: it speaks of the identity that it is attached to."
            issue_code = "SCP_SYNTAX_ERROR_PRINCIPAL" if kind is PolicyKind.SCP else "UNSUPPORTED_PRINCIPAL"
            yield Problem(sentence, _NOT_WANTED, element.span, path, issue_code=issue_code)
        elif statement.not_principal is not None and kind.not_principal is Need.FORBIDDEN:
            sentence = f"A {kind.label} has no NotPrincipal."
            api_message, issue_code = "Has prohibited field NotPrincipal.", _NO_NOT_PRINCIPAL.get(kind, "")
            yield Problem(sentence, api_message, element.span, path, issue_code=issue_code)
        else:
            yield from _entries(element, path, kind)
            yield from _shared_provider(statement, element, path, kind)


def _entries(element: PrincipalElement, path: Path, kind: PolicyKind) -> Iterator[Problem]:
    for entry in element.entries:
        text = entry.value.text
        if kind is PolicyKind.RCP and text != "*":
            sentence = f'In a {kind.label} the Principal is always "*"; conditions narrow it.'
            issue_code = "RCP_SYNTAX_ERROR_PRINCIPAL"
        elif not _FORMS[entry.type].fullmatch(text):
            sentence = _sentence(entry)
            issue_code = _issue_code(entry, kind)
        else:
            continue
        api_message = f'Invalid principal in policy: "{_shown(entry.type)}":"{text}"'
        yield Problem(sentence, api_message, entry.value.span, (*path, entry.type.value), issue_code=issue_code)


def _issue_code(entry: Principal, kind: PolicyKind) -> str:
    if "*" in entry.value.text or "?" in entry.value.text:
        return "UNSUPPORTED_WILDCARD_IN_PRINCIPAL"
    if entry.type is PrincipalType.SERVICE:
        return "INVALID_SERVICE_PRINCIPAL_FORMAT"
    if entry.type is PrincipalType.FEDERATED and kind is PolicyKind.TRUST:
        return "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY"
    return "INVALID_PRINCIPAL_FORMAT"


def _shown(kind: PrincipalType) -> str:
    return kind.value if kind is PrincipalType.AWS else kind.value.upper()


def _sentence(entry: Principal) -> str:
    text = entry.value.text
    if ":group/" in text or ":instance-profile/" in text:
        return f'"{text}" cannot be a principal: groups and instance profiles never are.'
    if "*" in text or "?" in text:
        return f'"{text}" holds a wildcard; a principal is named in full, or is "*".'
    return f'"{text}" is no principal of type {entry.type.value}.'


def _shared_provider(
    statement: Statement, element: PrincipalElement, path: Path, kind: PolicyKind
) -> Iterator[Problem]:
    if kind is not PolicyKind.TRUST or statement.effect is not Effect.ALLOW:
        return
    tested = {condition.key.text.lower() for condition in statement.conditions}
    for entry in element.entries:
        issuer = entry.value.text.rpartition(":oidc-provider/")[2]
        claim = SHARED_PROVIDERS.get(issuer)
        if entry.type is PrincipalType.FEDERATED and claim and claim not in tested:
            sentence = f"{issuer} signs in everybody's workflows; the statement needs a condition on {claim}."
            api_message = f"Trust policy for the shared OIDC provider {issuer} must evaluate the condition key {claim}"
            yield Problem(sentence, api_message, entry.value.span, path)
