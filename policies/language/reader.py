"""From a text to a policy document, with every fault of form and its place.

Rules: reference_policies_grammar.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from policies.language.document import (
    Condition,
    Document,
    Effect,
    Element,
    Principal,
    PrincipalElement,
    PrincipalType,
    Statement,
    Value,
    Version,
)
from policies.language.json_text import (
    Json,
    JsonArray,
    JsonBoolean,
    JsonDuplicate,
    JsonMember,
    JsonNumber,
    JsonObject,
    JsonString,
    JsonTextError,
    Lines,
    parse_json,
)
from policies.language.operators import operator_name, suggested_operator
from policies.language.problems import SYNTAX_ERRORS, Path, PolicySyntaxError, Problem

__all__ = ["MAXIMUM_LENGTH", "Reading", "examine", "read"]

MAXIMUM_LENGTH = 131_072
"""Characters that the API accepts in a policy document."""
_LONGEST = 2 * MAXIMUM_LENGTH
"""Some documents of AWS's own are longer than the API accepts; they are read, not saved."""
_MOST_PROBLEMS = 100
_ILLEGAL = re.compile(r"[^\t\n\r\x20-\xff]")
_NO_ACTION = "Policy statement must contain actions."
_DATA_TYPE = "DATA_TYPE_MISMATCH"
_TOP_ELEMENTS = ("Version", "Id", "Statement")
_STATEMENT_ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a text: the document if it is one, its JSON, and the faults of form.

    `partial` is what could be read beside the faults, for further checks.
    """

    document: Document | None
    partial: Document | None
    json: Json | None
    problems: tuple[Problem, ...]


def read(text: str) -> Document:
    """Read a policy document, or raise PolicySyntaxError for the first fault of form."""
    reading = examine(text, _LONGEST)
    if reading.problems or reading.document is None:
        first = reading.problems[0]
        raise PolicySyntaxError(first.message, first.span.start, first.path, first.api_message)
    return reading.document


def examine(text: str, longest: int = MAXIMUM_LENGTH) -> Reading:
    """Read a policy document and report every fault of form that can be told apart."""
    if fault := _unfit(text, longest):
        return Reading(None, None, None, (fault,))
    lines = Lines(text)
    try:
        json, duplicates = parse_json(text)
    except JsonTextError as error:
        span = lines.span(error.start, error.end)
        problem = Problem(error.message, SYNTAX_ERRORS, span, issue_code="JSON_SYNTAX_ERROR")
        return Reading(None, None, None, (problem,))
    builder = _Builder(lines)
    try:
        builder.twice(duplicates)
        partial = builder.document(json)
    except _TooManyProblems:
        partial = None
    return Reading(None if builder.problems else partial, partial, json, tuple(builder.problems))


def _unfit(text: str, longest: int) -> Problem | None:
    if len(text) > longest:
        sentence = f"The document has {len(text):,} characters; IAM reads at most {longest:,}."
        rule = f"have length less than or equal to {longest}"
        return Problem(sentence, _constraint(rule), Lines("").span(0, 0), code="ValidationError")
    if not text.strip():
        nowhere = Lines("").span(0, 0)
        return Problem("The document is empty.", SYNTAX_ERRORS, nowhere, issue_code="JSON_SYNTAX_ERROR")
    if found := _ILLEGAL.search(text):
        code = ord(found.group())
        sentence = f"A policy may not contain the character U+{code:04X}, only tabs, line ends and U+0020 to U+00FF."
        rule = r"satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u00FF]+"
        span = Lines(text).span(found.start(), found.end())
        return Problem(sentence, _constraint(rule), span, code="ValidationError", issue_code="JSON_SYNTAX_ERROR")
    return None


def _constraint(rule: str) -> str:
    return f"1 validation error detected: Value at 'policyDocument' failed to satisfy constraint: Member must {rule}"


def _quoted(text: str) -> str:
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}..."'


def _hint(text: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(text, known, 1) if len(text) <= 60 else []
    return f' Did you mean "{near[0]}"?' if near else ""


class _TooManyProblems(Exception):
    """Nobody reads more; and the hints take time."""


class _Builder:
    """Makes the document from its JSON and collects what is wrong."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.problems: list[Problem] = []

    def fault(
        self, node: Json, path: Path, sentence: str, issue_code: str = _DATA_TYPE, api_message: str = SYNTAX_ERRORS
    ) -> None:
        span = self.lines.span(node.start, node.end)
        self.problems.append(Problem(sentence, api_message, span, path, issue_code=issue_code))
        if len(self.problems) >= _MOST_PROBLEMS:
            raise _TooManyProblems

    def twice(self, duplicates: tuple[JsonDuplicate, ...]) -> None:
        for each in duplicates:
            line = self.lines.position(each.first.start).line
            name = each.name.value
            sentence = f"{_quoted(name)} stands twice in one object; the first is on line {line}."
            self.fault(each.name, (name,), sentence, "JSON_SYNTAX_ERROR")

    def members(self, node: JsonObject, known: tuple[str, ...], path: Path, where: str) -> dict[str, Json]:
        for member in node.members:
            name = member.name.value
            if name not in known:
                hint = _hint(name, known)
                sentence = f"{_quoted(name)} is not an element of {where}.{hint}"
                self.fault(member.name, (*path, name), sentence, "INVALID_POLICY_ELEMENT")
        return {member.name.value: member.value for member in node.members}

    def document(self, json: Json) -> Document | None:
        if not isinstance(json, JsonObject):
            self.fault(json, (), "A policy document is one JSON object.")
            return None
        members = self.members(json, _TOP_ELEMENTS, (), "a policy document")
        version_node = members.get("Version")
        version = self.version(version_node)
        policy_id = self.text(members["Id"], ("Id",), "Id") if "Id" in members else None
        statements = self.statements(json, members.get("Statement"))
        span = self.lines.span(json.start, json.end)
        return Document(
            version=version.text if version else None,
            version_span=self.lines.span(version_node.start, version_node.end) if version_node else None,
            id=policy_id,
            statements=statements,
            span=span,
        )

    def version(self, node: Json | None) -> Value | None:
        if node is None:
            return None
        legal = f'The two legal values are "{Version.CURRENT}" and "{Version.OLD}".'
        if not isinstance(node, JsonString):
            self.fault(node, ("Version",), f"Version must be a string. {legal}")
            return None
        if node.value not in (Version.CURRENT, Version.OLD):
            sentence = f"{_quoted(node.value)} is not a version of the policy language. {legal}"
            self.fault(node, ("Version",), sentence, "INVALID_VERSION")
            return None
        return self.value(node)

    def statements(self, document: JsonObject, node: Json | None) -> tuple[Statement, ...]:
        if node is None:
            self.fault(document, (), "The document has no Statement.", "MISSING_STATEMENT")
            return ()
        if isinstance(node, JsonObject):
            nodes: tuple[Json, ...] = (node,)
        elif isinstance(node, JsonArray):
            nodes = node.items
        else:
            self.fault(node, ("Statement",), "Statement must be a statement or a list of statements.")
            return ()
        if not nodes:
            sentence = "Statement is an empty list; a policy has at least one statement."
            self.fault(node, ("Statement",), sentence, "MISSING_STATEMENT")
        made = [self.statement(each, index) for index, each in enumerate(nodes)]
        return tuple(statement for statement in made if statement is not None)

    def statement(self, node: Json, index: int) -> Statement | None:
        path: Path = ("Statement", index)
        if not isinstance(node, JsonObject):
            self.fault(node, path, "A statement must be a JSON object.")
            return None
        members = self.members(node, _STATEMENT_ELEMENTS, path, "a statement")
        for name in ("Principal", "Action", "Resource"):
            if name in members and f"Not{name}" in members:
                sentence = f"A statement has {name} or Not{name}, not both."
                self.fault(node, path, sentence, "UNSUPPORTED_ELEMENT_COMBINATION")
        effect = self.effect(node, members.get("Effect"), path)
        if "Action" not in members and "NotAction" not in members:
            sentence = "The statement has neither Action nor NotAction."
            self.fault(node, path, sentence, "MISSING_ACTION", _NO_ACTION)
        sid = self.text(members["Sid"], (*path, "Sid"), "Sid") if "Sid" in members else None
        condition = members.get("Condition")
        effect_node = members.get("Effect", node)
        return Statement(
            index=index,
            sid=sid,
            effect=effect,
            effect_span=self.lines.span(effect_node.start, effect_node.end),
            principal=self.principal("Principal", members, path),
            not_principal=self.principal("NotPrincipal", members, path),
            action=self.element("Action", members, path),
            not_action=self.element("NotAction", members, path),
            resource=self.element("Resource", members, path),
            not_resource=self.element("NotResource", members, path),
            conditions=self.conditions(condition, path),
            condition_span=self.lines.span(condition.start, condition.end) if condition else None,
            span=self.lines.span(node.start, node.end),
        )

    def effect(self, statement: Json, node: Json | None, path: Path) -> Effect:
        if node is None:
            self.fault(statement, path, 'The statement has no Effect; it must be "Allow" or "Deny".', "MISSING_EFFECT")
            return Effect.DENY
        if isinstance(node, JsonString) and node.value in (Effect.ALLOW, Effect.DENY):
            return Effect(node.value)
        shown = _quoted(node.value) if isinstance(node, JsonString) else "This"
        hint = ""
        if isinstance(node, JsonString) and node.value.capitalize() in (Effect.ALLOW, Effect.DENY):
            hint = f' Write "{node.value.capitalize()}": upper and lower case count.'
        issue_code = "INVALID_EFFECT" if isinstance(node, JsonString) else _DATA_TYPE
        self.fault(node, (*path, "Effect"), f'{shown} is no Effect; it must be "Allow" or "Deny".{hint}', issue_code)
        return Effect.DENY

    def text(self, node: Json, path: Path, name: str) -> Value | None:
        if not isinstance(node, JsonString):
            self.fault(node, path, f"{name} must be a string.")
            return None
        return self.value(node)

    def value(self, node: JsonString) -> Value:
        return Value(node.value, self.lines.span(node.start, node.end))

    def strings(self, node: Json, path: Path, name: str) -> tuple[Value, ...]:
        if isinstance(node, JsonString):
            return (self.value(node),)
        if not isinstance(node, JsonArray):
            self.fault(node, path, f"{name} must be a string or a list of strings.")
            return ()
        values = []
        for index, item in enumerate(node.items):
            if isinstance(item, JsonString):
                values.append(self.value(item))
            else:
                self.fault(item, (*path, index), f"{name} may list strings only.")
        return tuple(values)

    def element(self, name: str, members: dict[str, Json], path: Path) -> Element | None:
        node = members.get(name)
        if node is None:
            return None
        return Element(name, self.strings(node, (*path, name), name), self.lines.span(node.start, node.end))

    def principal(self, name: str, members: dict[str, Json], path: Path) -> PrincipalElement | None:
        node = members.get(name)
        if node is None:
            return None
        path = (*path, name)
        span = self.lines.span(node.start, node.end)
        if isinstance(node, JsonString) and node.value == "*":
            return PrincipalElement(name, (Principal(PrincipalType.AWS, self.value(node)),), everyone=True, span=span)
        if not isinstance(node, JsonObject):
            sentence = f'{name} must be "*" or an object such as {{"AWS": "111122223333"}}.'
            self.fault(node, path, sentence, "INVALID_PRINCIPAL_FORMAT")
            return None
        entries: list[Principal] = []
        for member in node.members:
            entries += self.principals_of(member, (*path, member.name.value), name)
        return PrincipalElement(name, tuple(entries), everyone=False, span=span)

    def principals_of(self, member: JsonMember, path: Path, name: str) -> list[Principal]:
        known = tuple(PrincipalType)
        key = member.name.value
        if key not in known:
            legal = "AWS, Federated, Service or CanonicalUser"
            sentence = f"{_quoted(key)} is no kind of principal; use {legal}.{_hint(key, known)}"
            self.fault(member.name, path, sentence, "INVALID_PRINCIPAL_KEY")
            return []
        values = self.strings(member.value, path, name)
        return [Principal(PrincipalType(key), value) for value in values]

    def conditions(self, node: Json | None, path: Path) -> tuple[Condition, ...]:
        if node is None:
            return ()
        path = (*path, "Condition")
        if not isinstance(node, JsonObject):
            self.fault(node, path, "Condition must be an object of operators.")
            return ()
        found: list[Condition] = []
        for member in node.members:
            found += self.conditions_under(member, (*path, member.name.value))
        return tuple(found)

    def conditions_under(self, member: JsonMember, path: Path) -> list[Condition]:
        name, node = member.name.value, member.value
        if operator_name(name) is None:
            sentence = f"{_quoted(name)} is not a condition operator.{suggested_operator(name)}"
            issue_code = "NULL_WITH_IF_EXISTS" if name.endswith("NullIfExists") else "INVALID_CONDITION_OPERATOR"
            self.fault(member.name, path, sentence, issue_code)
        if not isinstance(node, JsonObject):
            self.fault(node, path, f"Under {_quoted(name)} there must be an object of condition keys and values.")
            return []
        operator = self.value(member.name)
        return [
            Condition(
                operator,
                self.value(each.name),
                self.scalars(each.value, (*path, each.name.value)),
                self.lines.span(each.name.start, each.value.end),
            )
            for each in node.members
        ]

    def scalars(self, node: Json, path: Path) -> tuple[Value, ...]:
        values = []
        listed = isinstance(node, JsonArray)
        for index, item in enumerate(node.items if isinstance(node, JsonArray) else (node,)):
            text = _scalar(item)
            if text is None:
                where = (*path, index) if listed else path
                sentence = "A condition value must be a string, a number or a boolean."
                self.fault(item, where, sentence, "INVALID_CONDITION_DATA_TYPE")
                continue
            if isinstance(item, JsonNumber) and "e" in text.lower():
                sentence = f"{_quoted(text)} has an exponent; write the number out."
                self.fault(item, (*path, index) if listed else path, sentence, "INVALID_CONDITION_DATA_TYPE")
            values.append(Value(text, self.lines.span(item.start, item.end)))
        return tuple(values)


def _scalar(node: Json) -> str | None:
    match node:
        case JsonString(value=text) | JsonNumber(text=text):
            return text
        case JsonBoolean(value=truth):
            return "true" if truth else "false"
        case _:
            return None
