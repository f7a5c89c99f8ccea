"""Who gets in from outside: the principals beyond a zone of trust that a trust policy or a resource policy lets in.

Rules: access-analyzer-concepts (zone of trust); access-analyzer-external-access-findings.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from iamconsole.aws.arn import Arn
from iamconsole.aws.errors import ValidationError
from iamconsole.aws.identifiers import is_account_id
from policies.language.document import Condition, Document, Effect, Principal, PrincipalType, Statement
from policies.language.wildcards import compile_pattern, marked

__all__ = ["EVERYONE", "ExternalAccess", "Zone", "external_access"]

EVERYONE = "*"
_UNIQUE_IDS = ("AIDA", "AROA")
_BY_ACCOUNT = frozenset({"aws:principalaccount", "aws:sourceaccount", "aws:sourceowner"})
_BY_ORGANIZATION = frozenset({"aws:principalorgid", "aws:sourceorgid"})
_BY_ARN = frozenset({"aws:principalarn", "aws:sourcearn"})
_OF_SOURCE = frozenset({"aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:sourcearn"})
_EXACT = frozenset(
    {"stringequals", "stringlike", "stringequalsignorecase", "arnequals", "arnlike"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Zone:
    """Whom an analyzer trusts: the accounts of its zone, and the organization where that is the zone."""

    accounts: frozenset[str]
    organization: str = ""


@dataclass(frozen=True, slots=True)
class ExternalAccess:
    """One principal from outside that one statement lets in.

    `conditions` are (operator, key, values); `public` says that nothing stands between it and everybody.
    """

    principal_type: str
    principal: str
    actions: tuple[str, ...]
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]
    public: bool
    statement: int
    sid: str


def external_access(document: Document, zone: Zone) -> tuple[ExternalAccess, ...]:
    """Find who gets in from outside the zone by the Allow statements of a policy with principals.

    A statement that a condition holds inside the zone lets nobody in, nor does one that an unconditional Deny of the
    same principals and actions takes back.
    """
    denials = [each for each in document.statements if each.effect is Effect.DENY and not each.conditions]
    return tuple(
        found
        for statement in document.statements
        if statement.effect is Effect.ALLOW and not any(_within(each, zone) for each in statement.conditions)
        for found in _let_in(statement, zone)
        if not any(_takes_back(deny, found) for deny in denials)
    )


def _let_in(statement: Statement, zone: Zone) -> Iterator[ExternalAccess]:
    if statement.not_principal is not None or (statement.principal is not None and statement.principal.everyone):
        yield _access(statement, PrincipalType.AWS, EVERYONE)
    elif statement.principal is not None:
        for entry in statement.principal.entries:
            if _is_outside(entry, statement, zone):
                yield _access(statement, entry.type, entry.value.text)


def _access(statement: Statement, kind: PrincipalType, principal: str) -> ExternalAccess:
    element = statement.action or statement.not_action
    actions = element.texts if element else ()
    return ExternalAccess(
        principal_type=kind.value,
        principal=principal,
        actions=tuple(f"all but {text}" for text in actions) if statement.not_action else actions,
        conditions=tuple(
            (each.operator.text, each.key.text, tuple(value.text for value in each.values))
            for each in statement.conditions
        ),
        public=principal == EVERYONE and not statement.conditions,
        statement=statement.index,
        sid=statement.sid.text if statement.sid else "",
    )


def _is_outside(entry: Principal, statement: Statement, zone: Zone) -> bool:
    text = entry.value.text
    if entry.type is PrincipalType.SERVICE:
        # A service of AWS is trusted, unless a condition says that it acts for somebody else.
        return any(each.key.text.lower() in _OF_SOURCE for each in statement.conditions)
    if entry.type is not PrincipalType.AWS or text == EVERYONE:
        return True
    if text.startswith(_UNIQUE_IDS):
        return False  # the id of a principal that is gone
    return _account_of(text) not in zone.accounts


def _account_of(text: str) -> str:
    if is_account_id(text):
        return text
    try:
        return Arn.parse(text).account
    except ValidationError:
        return ""


def _within(condition: Condition, zone: Zone) -> bool:
    """Whether a condition can only be met by who belongs to the zone."""
    operator = condition.operator.text.lower().removeprefix("foranyvalue:")
    if operator not in _EXACT:
        return False
    key, values = condition.key.text.lower(), [value.text for value in condition.values]
    if key in _BY_ACCOUNT:
        return all(value in zone.accounts for value in values)
    if key in _BY_ORGANIZATION:
        return bool(zone.organization) and all(value == zone.organization for value in values)
    if key in _BY_ARN:
        return all(_account_of(value) in zone.accounts for value in values)
    return False


def _takes_back(deny: Statement, found: ExternalAccess) -> bool:
    principal = deny.principal
    if principal is None or deny.not_action is not None or deny.action is None:
        return False
    named = principal.everyone or any(entry.value.text in (EVERYONE, found.principal) for entry in principal.entries)
    patterns = [compile_pattern(marked(text.lower())) for text in deny.action.texts]
    covered = all(any(covers(action.lower()) for covers in patterns) for action in found.actions)
    return named and covered
