"""Which callers a Principal or NotPrincipal element names, and how strong a grant to them is.

Rules: reference_policies_elements_principal; reference_policies_elements_notprincipal;
reference_policies_evaluation-logic_policy-eval-basics (resource-based policies).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from policies.evaluation.callers import ACCOUNT_ROOT, WEB_IDENTITY_PROVIDERS, Caller, CallerKind
from policies.language.document import Effect, PrincipalElement, PrincipalType, Statement

if TYPE_CHECKING:
    from policies.evaluation.examination import Examination

__all__ = ["CompiledPrincipals", "Grant", "compile_principals"]

_BOUNDABLE = frozenset({CallerKind.USER, CallerKind.ROLE_SESSION, CallerKind.FEDERATED_USER})


class Grant(IntEnum):
    """What being named is worth in the same account; of several the strongest counts."""

    NONE = 0
    ACCOUNT = 1
    """Names the account, which delegates to its identity policies."""
    LIMITED = 2
    """Names the role of a session or the user behind one: stands alone, but within boundary and session policy."""
    DIRECT = 3
    """Names the caller itself, or everyone: stands alone."""


@dataclass(frozen=True, slots=True)
class CompiledPrincipals:
    """The entries of one element, sorted by what they name."""

    negated: bool
    denies: bool
    anyone: bool
    accounts: frozenset[str]
    principals: frozenset[str]
    """ARNs and unique ids, as written."""
    roles: frozenset[tuple[str, str]]
    """Account and name of each role: its sessions do not know its path."""
    users: frozenset[tuple[str, str]]
    services: frozenset[str]
    providers: frozenset[str]

    def grant(self, examination: "Examination") -> Grant:
        """What the statement is worth for the caller; NONE when it does not reach him."""
        if not self.negated:
            return self.names(examination)
        if self.denies:
            return Grant.NONE if self._spares(examination) else Grant.DIRECT
        return Grant.NONE if self.names(examination) else Grant.DIRECT

    def names(self, examination: "Examination") -> Grant:
        """The strongest way in which an entry names the caller."""
        if self.anyone:
            return Grant.DIRECT
        caller = examination.caller
        if caller.kind is CallerKind.ANONYMOUS:
            return Grant.NONE
        if self._names_itself(caller, examination):
            return Grant.DIRECT
        if self._names_origin(caller, examination):
            return Grant.LIMITED
        return Grant.ACCOUNT if caller.account in self.accounts else Grant.NONE

    def _names_itself(self, caller: Caller, examination: "Examination") -> bool:
        match caller.kind:
            case CallerKind.SERVICE:
                return caller.arn in self.services or (
                    caller.arn in self.providers and caller.arn in WEB_IDENTITY_PROVIDERS
                )
            case CallerKind.IDENTITY_PROVIDER:
                return caller.arn in self.providers
            case CallerKind.USER:
                return caller.arn in self.principals or examination.unique_id in self.principals
            case CallerKind.ROLE_SESSION | CallerKind.FEDERATED_USER:
                return caller.arn in self.principals and not caller.arn.split(":")[5].startswith("role/")
        return False

    def _names_origin(self, caller: Caller, examination: "Examination") -> bool:
        """The role of a session, by name or unique id; the user behind a federated session."""
        if caller.kind is CallerKind.ROLE_SESSION:
            return (caller.account, caller.name) in self.roles or examination.unique_id in self.principals
        if caller.kind is not CallerKind.FEDERATED_USER:
            return False
        federating_user = examination.request.federating_user
        if federating_user:
            return federating_user in self.principals
        return (caller.account, caller.name) in self.users

    def _spares(self, examination: "Examination") -> bool:
        """Whether NotPrincipal with Deny leaves the caller alone: all of his ARNs must be listed."""
        caller = examination.caller
        if caller.kind is CallerKind.ANONYMOUS:
            return False
        if caller.kind in _BOUNDABLE and examination.applied.boundary is not None:
            return False
        if self.anyone:
            return True
        itself = self._names_itself(caller, examination)
        account = caller.account in self.accounts
        match caller.kind:
            case CallerKind.SERVICE | CallerKind.IDENTITY_PROVIDER:
                return itself
            case CallerKind.ROOT | CallerKind.GROUP:
                return account
            case CallerKind.ROLE_SESSION:
                return itself and account and self._names_origin(caller, examination)
        return itself and account


def compile_principals(statement: Statement) -> CompiledPrincipals | None:
    """The statement's Principal or NotPrincipal made ready, or None where it has neither."""
    element = statement.principal or statement.not_principal
    if element is None:
        return None
    aws = _texts(element, PrincipalType.AWS)
    roots = [match[1] for text in aws if (match := ACCOUNT_ROOT.fullmatch(text))]
    return CompiledPrincipals(
        negated=statement.not_principal is not None,
        denies=statement.effect is Effect.DENY,
        anyone="*" in aws,
        accounts=frozenset([*roots, *(text for text in aws if len(text) == 12 and text.isdigit())]),
        principals=frozenset(aws),
        roles=frozenset(_named(aws, "role/")),
        users=frozenset(_named(aws, "user/")),
        services=frozenset(_texts(element, PrincipalType.SERVICE)),
        providers=frozenset(_texts(element, PrincipalType.FEDERATED)),
    )


def _texts(element: PrincipalElement, kind: PrincipalType) -> list[str]:
    return [entry.value.text for entry in element.entries if entry.type is kind]


def _named(texts: Iterable[str], form: str) -> Iterable[tuple[str, str]]:
    for text in texts:
        fields = text.split(":", 5)
        if len(fields) == 6 and fields[2] == "iam" and fields[5].startswith(form):
            yield fields[4], fields[5].rsplit("/", 1)[-1]
