"""The one form in which a document is printed: elements in AWS's order, four spaces, a lone value without its list."""

from json import dumps

from policies.language.document import Condition, Document, Element, PrincipalElement, Statement, Value

__all__ = ["write"]

Plain = str | list[str]
Tree = dict[str, object]


def write(document: Document) -> str:
    """Print a document; reading it again gives the same document at its new places."""
    tree: Tree = {}
    if document.version is not None:
        tree["Version"] = document.version
    if document.id is not None:
        tree["Id"] = document.id.text
    tree["Statement"] = [_statement(statement) for statement in document.statements]
    # Characters beyond U+00FF can only have come from escapes, and must leave as escapes.
    return _latin(dumps(tree, indent=4, ensure_ascii=False))


def _latin(text: str) -> str:
    if text.isascii():
        return text
    return "".join(character if character <= "\xff" else dumps(character)[1:-1] for character in text)


def _statement(statement: Statement) -> Tree:
    tree: Tree = {}
    if statement.sid is not None:
        tree["Sid"] = statement.sid.text
    tree["Effect"] = statement.effect.value
    for principal in (statement.principal, statement.not_principal):
        if principal is not None:
            tree[principal.name] = _principals(principal)
    for element in (statement.action, statement.not_action, statement.resource, statement.not_resource):
        if element is not None:
            tree[element.name] = _values(element)
    if statement.condition_span is not None:
        tree["Condition"] = _conditions(statement.conditions)
    return tree


def _principals(element: PrincipalElement) -> str | dict[str, Plain]:
    if element.everyone:
        return "*"
    by_type: dict[str, list[str]] = {}
    for entry in element.entries:
        by_type.setdefault(entry.type.value, []).append(entry.value.text)
    return {name: _lone(texts) for name, texts in by_type.items()}


def _conditions(conditions: tuple[Condition, ...]) -> dict[str, dict[str, Plain]]:
    by_operator: dict[str, dict[str, Plain]] = {}
    for condition in conditions:
        texts = _texts(condition.values)
        by_operator.setdefault(condition.operator.text, {})[condition.key.text] = _lone(texts)
    return by_operator


def _values(element: Element) -> Plain:
    return _lone(_texts(element.values))


def _texts(values: tuple[Value, ...]) -> list[str]:
    return [value.text for value in values]


def _lone(texts: list[str]) -> Plain:
    return texts[0] if len(texts) == 1 else texts
