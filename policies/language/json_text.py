"""Reading JSON with the place of every value, strictly: no duplicate keys, no deep nesting, no second document.

Rules: reference_policies_grammar; RFC 8259.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TypeAlias

from policies.language.document import Position, Span

__all__ = [
    "Json",
    "JsonArray",
    "JsonBoolean",
    "JsonDuplicate",
    "JsonMember",
    "JsonNull",
    "JsonNumber",
    "JsonObject",
    "JsonString",
    "JsonTextError",
    "Lines",
    "parse_json",
]

MAXIMUM_DEPTH = 32
"""A legal policy is seven deep."""


@dataclass(frozen=True, slots=True)
class JsonString:
    """A string; `value` has its escapes resolved."""

    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class JsonNumber:
    """A number, kept as written."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class JsonBoolean:
    """`true` or `false`."""

    value: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class JsonNull:
    """`null`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class JsonArray:
    """A list."""

    items: "tuple[Json, ...]"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class JsonMember:
    """A name with its value."""

    name: JsonString
    value: "Json"


@dataclass(frozen=True, slots=True)
class JsonObject:
    """An object; of duplicate names only the first is kept here."""

    members: tuple[JsonMember, ...]
    start: int
    end: int


Json: TypeAlias = JsonString | JsonNumber | JsonBoolean | JsonNull | JsonArray | JsonObject


@dataclass(frozen=True, slots=True)
class JsonDuplicate:
    """A name that stands a second time in one object."""

    name: JsonString
    first: JsonString


class JsonTextError(ValueError):
    """The text is no JSON from `start` on."""

    def __init__(self, message: str, start: int, end: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = start + 1 if end is None else end


class Lines:
    """Turns offsets of a text into positions."""

    __slots__ = ("_ends", "_length")

    def __init__(self, text: str) -> None:
        self._length = len(text)
        self._ends = [match.end() for match in _LINE_END.finditer(text)]

    def position(self, offset: int) -> Position:
        """The line and column of an offset."""
        offset = min(offset, self._length)
        line = bisect_right(self._ends, offset)
        begin = self._ends[line - 1] if line else 0
        return Position(line + 1, offset - begin + 1, offset)

    def span(self, start: int, end: int) -> Span:
        """The stretch between two offsets."""
        return Span(self.position(start), self.position(end))


def parse_json(text: str) -> tuple[Json, tuple[JsonDuplicate, ...]]:
    """Read one JSON value; names that stand twice in an object are handed back beside it."""
    parser = _Parser(text)
    value = parser.value(parser.skip(0), 0)
    rest = parser.skip(value.end)
    if rest < len(text):
        raise JsonTextError(f"The document ends before this: found {_shown(text, rest)}.", rest)
    return value, tuple(parser.duplicates)


_LINE_END = re.compile(r"\r\n|\n|\r")
_SPACE = re.compile(r"[ \t\n\r]*")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def _shown(text: str, offset: int) -> str:
    if offset >= len(text):
        return "the end of the text"
    character = text[offset]
    return f"'{character}'" if character.isprintable() else f"U+{ord(character):04X}"


class _Parser:
    __slots__ = ("duplicates", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.duplicates: list[JsonDuplicate] = []

    def skip(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def value(self, at: int, depth: int) -> Json:
        character = self.text[at : at + 1]
        if character == '"':
            return self.string(at)
        if character == "{":
            return self.object(at, depth + 1)
        if character == "[":
            return self.array(at, depth + 1)
        return self.word(at)

    def word(self, at: int) -> Json:
        text = self.text
        for name, value in (("true", True), ("false", False)):
            if text.startswith(name, at):
                return JsonBoolean(value, at, at + len(name))
        if text.startswith("null", at):
            return JsonNull(at, at + 4)
        if match := _NUMBER.match(text, at):
            return JsonNumber(match.group(), at, match.end())
        raise JsonTextError(f"A value was expected here, found {_shown(text, at)}.", at)

    def string(self, at: int) -> JsonString:
        text = self.text
        match = _PLAIN.match(text, at + 1)
        end = match.end() if match else at + 1
        if text[end : end + 1] == '"':
            return JsonString(text[at + 1 : end], at, end + 1)
        pieces = [text[at + 1 : end]]
        while text[end : end + 1] != '"':
            if text[end : end + 1] != "\\":
                raise self.broken_string(at, end)
            piece, end = self.escape(end)
            match = _PLAIN.match(text, end)
            stop = match.end() if match else end
            pieces += (piece, text[end:stop])
            end = stop
        return JsonString("".join(pieces), at, end + 1)

    def broken_string(self, start: int, at: int) -> JsonTextError:
        if at >= len(self.text):
            return JsonTextError("This string has no closing quotation mark.", start, at)
        if self.text[at] in "\r\n":
            return JsonTextError("This string is not closed on its line.", start, at)
        return JsonTextError(f"A string may not contain {_shown(self.text, at)}; write it as an escape.", at)

    def escape(self, at: int) -> tuple[str, int]:
        letter = self.text[at + 1 : at + 2]
        if letter in _ESCAPES and letter:
            return _ESCAPES[letter], at + 2
        code = self.code_unit(at)
        if 0xD800 <= code < 0xDC00 and self.text.startswith("\\u", at + 6):
            low = self.code_unit(at + 6)
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)), at + 12
        if code == 0 or 0xD800 <= code < 0xE000:
            raise JsonTextError(f"U+{code:04X} is not a character that a policy may contain.", at, at + 6)
        return chr(code), at + 6

    def code_unit(self, at: int) -> int:
        match = _HEX.match(self.text, at + 2) if self.text.startswith("\\u", at) else None
        if match is None:
            raise JsonTextError('A backslash must begin an escape such as \\n, \\" or \\u00e9.', at, at + 2)
        return int(match.group(), 16)

    def array(self, at: int, depth: int) -> JsonArray:
        self.check_depth(at, depth)
        text, items = self.text, []
        here = self.skip(at + 1)
        if text[here : here + 1] == "]":
            return JsonArray((), at, here + 1)
        while True:
            item = self.value(here, depth)
            items.append(item)
            here = self.skip(item.end)
            mark = text[here : here + 1]
            if mark == "]":
                return JsonArray(tuple(items), at, here + 1)
            here = self.after_comma(mark, here, "]")

    def object(self, at: int, depth: int) -> JsonObject:
        self.check_depth(at, depth)
        text = self.text
        members: dict[str, JsonMember] = {}
        here = self.skip(at + 1)
        if text[here : here + 1] == "}":
            return JsonObject((), at, here + 1)
        while True:
            if text[here : here + 1] != '"':
                raise JsonTextError(f"A name in quotation marks was expected here, found {_shown(text, here)}.", here)
            name = self.string(here)
            here = self.skip(name.end)
            if text[here : here + 1] != ":":
                raise JsonTextError(f"A colon was expected after the name, found {_shown(text, here)}.", here)
            value = self.value(self.skip(here + 1), depth)
            first = members.setdefault(name.value, JsonMember(name, value))
            if first.name is not name:
                self.duplicates.append(JsonDuplicate(name, first.name))
            here = self.skip(value.end)
            mark = text[here : here + 1]
            if mark == "}":
                return JsonObject(tuple(members.values()), at, here + 1)
            here = self.after_comma(mark, here, "}")

    def after_comma(self, mark: str, at: int, closing: str) -> int:
        if mark != ",":
            raise JsonTextError(f"A comma or '{closing}' was expected here, found {_shown(self.text, at)}.", at)
        after = self.skip(at + 1)
        if self.text[after : after + 1] == closing:
            raise JsonTextError(f"There is a comma before '{closing}'; take it away.", at)
        return after

    def check_depth(self, at: int, depth: int) -> None:
        if depth > MAXIMUM_DEPTH:
            raise JsonTextError(f"The document is nested more than {MAXIMUM_DEPTH} levels deep.", at)
