"""Where Principal or NotPrincipal part from the caller."""

from policies.evaluation.callers import Caller, CallerKind
from policies.evaluation.compiled import CompiledStatement
from policies.evaluation.examination import Examination
from policies.evaluation.partings.part import Part, listed

__all__ = ["principal_parting"]

_CALLERS = {
    CallerKind.USER: "the user {name}",
    CallerKind.ROLE_SESSION: "a session of the role {name}",
    CallerKind.FEDERATED_USER: "the federated user {name}",
    CallerKind.ROOT: "the root user of account {account}",
    CallerKind.SERVICE: "the service {arn}",
    CallerKind.IDENTITY_PROVIDER: "somebody signed in at {arn}",
    CallerKind.ANONYMOUS: "anonymous",
    CallerKind.GROUP: "the group {name}",
}


def principal_parting(statement: CompiledStatement, examination: Examination) -> Part:
    """The caller beside the statement's principals."""
    element = statement.statement.principal or statement.statement.not_principal
    asked = (examination.request.principal,)
    if element is None or statement.principals is None:
        sentence = "The statement has no Principal, so it reaches nobody."
        return Part(
            "principal", "Principal", matched=False, asked=asked, wanted=(), span=statement.span, sentence=sentence
        )
    wanted = tuple(entry.value.text for entry in element.entries)
    matched = bool(statement.grant(examination))
    sentence = "" if matched else _sentence(wanted, examination.caller, excludes=statement.principals.negated)
    return Part("principal", element.name, matched, asked, wanted, element.span, sentence)


def _sentence(wanted: tuple[str, ...], caller: Caller, *, excludes: bool) -> str:
    who = _CALLERS[caller.kind].format(name=caller.name, account=caller.account, arn=caller.arn)
    if excludes:
        return f"NotPrincipal spares the caller, {who}."
    for text in wanted:
        if ":group/" in text:
            return f"The statement names the group {text}; a group is no principal, only users, roles and accounts are."
        if text.lower() == caller.arn.lower():
            return f"The statement names {text}, the caller is {caller.arn}: upper and lower case count."
    accounts = {fields[4] for text in wanted if len(fields := text.split(":", 5)) == 6} | {
        text for text in wanted if len(text) == 12 and text.isdigit()
    }
    if caller.account and accounts and caller.account not in accounts:
        others = listed(sorted(accounts))
        return f"The statement names principals of account {others}; the caller, {who}, is of account {caller.account}."
    return f"The statement names {listed(wanted)}, the caller is {who}."
