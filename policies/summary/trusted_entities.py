"""Say in a few words whom a trust policy lets in, as the console's list of roles does.

Rules: id_roles_manage (Trusted entities).
"""

from collections.abc import Iterator

from iamconsole.aws.arn import Arn
from iamconsole.aws.errors import ValidationError
from iamconsole.aws.identifiers import is_account_id
from policies.language.document import Effect, Principal, PrincipalType, Statement
from policies.language.problems import PolicySyntaxError
from policies.language.reader import read

__all__ = ["trusted_entities"]

_SERVICE_SUFFIX = ".amazonaws.com"


def trusted_entities(document: str) -> tuple[str, ...]:
    """List the trusted entities once each, in the order of the text; a text that cannot be read trusts nobody.

    A principal that was deleted shows as its unique id.
    """
    try:
        statements = read(document).statements
    except PolicySyntaxError:
        return ()
    found = (entity for statement in statements if statement.effect is Effect.ALLOW for entity in _entities(statement))
    return tuple(dict.fromkeys(found))


def _entities(statement: Statement) -> Iterator[str]:
    if statement.principal is None:
        return
    if statement.principal.everyone:
        yield "Anyone"
    for entry in statement.principal.entries:
        yield _entity(entry)


def _entity(entry: Principal) -> str:
    text = entry.value.text
    if entry.type is PrincipalType.SERVICE:
        return f"AWS Service: {text.removesuffix(_SERVICE_SUFFIX)}"
    if entry.type is PrincipalType.FEDERATED:
        return f"Identity Provider: {text}"
    return "Anyone" if text == "*" else f"Account: {_account(text)}"


def _account(text: str) -> str:
    if is_account_id(text):
        return text
    try:
        return Arn.parse(text).account
    except ValidationError:
        return text
