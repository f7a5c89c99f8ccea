"""A policy document as pages show it: its first lines in colour, and a link to all of them."""

from dataclasses import dataclass

from iamconsole.console.highlight import Line, json_lines
from iamconsole.console.request import ConsoleRequest

__all__ = ["MOST_LINES", "ShownDocument", "document_lines", "everything_asked", "show_document"]

MOST_LINES = 400
"""Lines of a document, or of a comparison, that are shown at first: a page stays light however long they are."""
_COLOURED = 20_000
"""Longer documents, all of them AWS's, are shown without colours: their page would be several times as large."""


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """The lines to show. `rest` is the address that shows all `total` of them; empty where none are left out."""

    text: str
    lines: list[Line] | str
    total: int
    rest: str = ""


def everything_asked(request: ConsoleRequest) -> bool:
    """Whether the address asks for all lines (`?all=1`)."""
    return "all" in request.GET


def document_lines(document: str) -> list[Line] | str:
    """The document as coloured lines, or as it is where it is very long."""
    return json_lines(document) if len(document) <= _COLOURED else document


def show_document(request: ConsoleRequest, document: str, address: str) -> ShownDocument:
    """The first lines of a document that is shown at an address, or all where it asks for them."""
    lines = document.splitlines()
    if len(lines) <= MOST_LINES or everything_asked(request):
        return ShownDocument(document, document_lines(document), len(lines))
    first = json_lines("\n".join(lines[:MOST_LINES]))
    return ShownDocument(document, first, len(lines), f"{address}{'&' if '?' in address else '?'}all=1")
