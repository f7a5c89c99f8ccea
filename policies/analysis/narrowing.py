"""A narrower policy: the same statements with only the actions that are used.

Rules: access-analyzer-unused-access (recommendations).
"""

from dataclasses import dataclass, replace

from policies.analysis.grants import granted_actions, needed_with
from policies.analysis.reaches import statement_actions
from policies.catalog.index import action_names
from policies.evaluation import CompiledPolicy
from policies.evaluation.compiled import CompiledStatement
from policies.language.document import Element, Statement, Value
from policies.language.writer import write

__all__ = ["NarrowerPolicy", "narrow"]


@dataclass(frozen=True, slots=True)
class NarrowerPolicy:
    """A proposal: the new document, empty where no statement is needed any more, and how many actions went."""

    document: str
    kept: int
    removed: int


def narrow(policy: CompiledPolicy, used: int) -> NarrowerPolicy | None:
    """Propose a document that allows the used actions only, on the same resources under the same conditions.

    Deny statements stay as they are. None where every action that the policy allows is used.
    """
    wanted = used | needed_with(used)
    granted = granted_actions(policy)
    if not granted & ~wanted:
        return None
    kept = [narrowed for each in policy.statements if (narrowed := _statement(each, wanted)) is not None]
    allows = any(not each.denies and statement_actions(each) & wanted for each in policy.statements)
    document = write(replace(policy.document, statements=tuple(kept))) if allows else ""
    return NarrowerPolicy(document, (granted & wanted).bit_count(), (granted & ~wanted).bit_count())


def _statement(compiled: CompiledStatement, wanted: int) -> Statement | None:
    statement = compiled.statement
    if compiled.denies:
        return statement
    covered = statement_actions(compiled)
    names = action_names(covered & wanted)
    if not names:
        return None
    if not covered & ~wanted:
        return statement
    element = statement.action or statement.not_action
    if element is None:
        return None
    values = tuple(Value(name, element.span) for name in names)
    return replace(statement, action=Element("Action", values, element.span), not_action=None)
