"""The JSON behind a document, where the document does not keep what a check asks for."""

from collections.abc import Iterator

from policies.language.json_text import Json, JsonArray, JsonObject
from policies.validation.subject import Subject, Test

__all__ = ["condition_nodes", "member", "statement_nodes"]


def member(node: Json | None, name: str) -> Json | None:
    """The value of a name in an object, or None."""
    if not isinstance(node, JsonObject):
        return None
    return next((each.value for each in node.members if each.name.value == name), None)


def statement_nodes(subject: Subject) -> Iterator[tuple[int, Json]]:
    """The JSON of each statement with its number."""
    node = member(subject.json, "Statement")
    yield from enumerate(node.items if isinstance(node, JsonArray) else (node,) if node is not None else ())


def condition_nodes(subject: Subject) -> Iterator[tuple[Test, Json]]:
    """The JSON of each condition's values, beside the condition."""
    found: dict[int, Json] = {}
    for _, statement in statement_nodes(subject):
        operators = member(statement, "Condition")
        for operator in operators.members if isinstance(operators, JsonObject) else ():
            for key in operator.value.members if isinstance(operator.value, JsonObject) else ():
                found[key.name.start] = key.value
    for test in subject.tests:
        node = found.get(test.condition.key.span.start.offset)
        if node is not None:
            yield test, node
