"""JSON as coloured lines, for the code view."""

import json
import re
from typing import Any

__all__ = ["json_lines", "pretty"]

Line = list[tuple[str, str]]
"""A line as pieces: a class of the stylesheet (k key, s string, n number or word, u punctuation, "" none) and text."""

# No piece can begin where another could: the pattern walks a line once.
_PIECES = re.compile(r'(?P<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<s>"(?:[^"\\]|\\.)*")|(?P<n>[\w.+-]+)|(?P<u>[{}\[\]:,])')
_CLASSES = {"key": "k", "s": "s", "n": "n", "u": "u"}


def pretty(value: Any) -> str:
    """Write a value as AWS's console does: four spaces a level."""
    return json.dumps(value, indent=4, ensure_ascii=False)


def json_lines(text: str) -> list[Line]:
    """Take a JSON text apart into coloured lines, keeping every character; what is not JSON stays plain."""
    return [_line(line) for line in text.splitlines()]


def _line(line: str) -> Line:
    pieces: Line = []
    end = 0
    for found in _PIECES.finditer(line):
        if found.start() > end:
            pieces.append(("", line[end : found.start()]))
        pieces.append((_CLASSES[found.lastgroup or ""], found.group()))
        end = found.end()
    if end < len(line):
        pieces.append(("", line[end:]))
    return pieces
