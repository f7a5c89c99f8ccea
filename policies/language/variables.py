"""Policy variables: `${key}`, `${key, 'default'}`, and the escapes `${*}`, `${?}`, `${$}`.

Rules: reference_policies_variables.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from policies.language.wildcards import marked

__all__ = ["Lookup", "Template", "Variable", "expand", "parse_template", "referenced_keys", "split_arn"]

_VARIABLE = re.compile(r"\$\{(?:(?P<escape>[*?$])|(?P<key>[^\s,'{}$*?]+)(?:, '(?P<default>[^']*)')?)\}")
_BRACES = re.compile(r"\$\{[^}]*\}")
_ARN_COLONS = 5


@dataclass(frozen=True, slots=True)
class Variable:
    """A reference to a context key; `key` is in lower case, `name` as written."""

    name: str
    key: str
    default: str | None


Template = tuple[str | Variable, ...]
"""Text and variables in turn; the text's wildcards are marked where the place of use knows wildcards."""

Lookup = Callable[[str], str | None]
"""The value of a lower-case context key; None where it has none, or more than one."""


def parse_template(text: str, *, variables: bool, wildcards: bool) -> Template | None:
    """Take a value apart, or answer None where a `${` begins no variable: such a value matches nothing."""
    if not variables or "${" not in text:
        return (marked(text) if wildcards else text,)
    parts: list[str | Variable] = []
    at = 0
    while (begin := text.find("${", at)) >= 0:
        match = _VARIABLE.match(text, begin)
        if match is None:
            return None
        _add(parts, marked(text[at:begin]) if wildcards else text[at:begin])
        if escape := match["escape"]:
            _add(parts, escape)
        else:
            parts.append(Variable(match["key"], match["key"].lower(), match["default"]))
        at = match.end()
    _add(parts, marked(text[at:]) if wildcards else text[at:])
    return tuple(parts) or ("",)


def _add(parts: list[str | Variable], text: str) -> None:
    if parts and isinstance(parts[-1], str):
        parts[-1] += text
    elif text:
        parts.append(text)


def expand(template: Template, lookup: Lookup) -> str | None:
    """Put the values in; None when a variable has neither value nor default. What is put in holds no wildcards."""
    pieces = []
    for part in template:
        if isinstance(part, str):
            pieces.append(part)
            continue
        value = lookup(part.key)
        if value is None:
            value = part.default
        if value is None:
            return None
        pieces.append(value)
    return "".join(pieces)


def referenced_keys(text: str) -> tuple[str, ...]:
    """The context keys that the variables of a value name, as written."""
    return tuple(match["key"] for match in _VARIABLE.finditer(text) if match["key"])


def split_arn(text: str, *, variables: bool) -> list[str]:
    """Split an ARN pattern at its first five colons; a colon inside `${...}` separates nothing."""
    if not variables or "${" not in text:
        return text.split(":", _ARN_COLONS)
    parts: list[str] = []
    start = at = 0
    while len(parts) < _ARN_COLONS:
        colon = text.find(":", at)
        if colon < 0:
            break
        begin = text.find("${", at, colon)
        if begin >= 0:
            match = _VARIABLE.match(text, begin) or _BRACES.match(text, begin)
            if match is None:
                break
            at = match.end()
            continue
        parts.append(text[start:colon])
        start = at = colon + 1
    parts.append(text[start:])
    return parts
