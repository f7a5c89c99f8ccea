"""A policy document as the code view takes it."""

from iamconsole.console.highlight import Line, json_lines

__all__ = ["document_lines"]

_COLOURED = 20_000
"""Longer documents, all of them AWS's, are shown without colours: their page would be several times as large."""


def document_lines(document: str) -> list[Line] | str:
    """The document as coloured lines, or as it is where it is very long."""
    return json_lines(document) if len(document) <= _COLOURED else document
