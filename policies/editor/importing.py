"""Bring the statements of another policy into the document that is being edited."""

from dataclasses import replace

from policies.language.document import Statement, Value
from policies.language.reader import read
from policies.language.writer import write

__all__ = ["merged"]


def merged(text: str, imported: str) -> str:
    """Put the statements of one document behind those of the other; raises PolicySyntaxError where either is broken.

    A Sid that stands already is given a number, since a Sid may stand once in a managed policy. A starting document
    whose one statement has no action yet is replaced.
    """
    ours, theirs = read(text), read(imported)
    kept = tuple(statement for statement in ours.statements if _says_something(statement))
    taken = {statement.sid.text for statement in kept if statement.sid}
    added = tuple(_with_free_sid(statement, taken) for statement in theirs.statements)
    return write(replace(ours, statements=(*kept, *added)))


def _says_something(statement: Statement) -> bool:
    element = statement.action or statement.not_action
    return element is None or bool(element.values)


def _with_free_sid(statement: Statement, taken: set[str]) -> Statement:
    if statement.sid is None:
        return statement
    name, number = statement.sid.text, 2
    while name in taken:
        name, number = f"{statement.sid.text}{number}", number + 1
    taken.add(name)
    return replace(statement, sid=Value(name, statement.sid.span))
