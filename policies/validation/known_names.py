"""Services and actions that AWS does not have, each with the nearest one that it has.

Rules: access-analyzer-reference-policy-checks, "Invalid service in action", "Invalid action".
"""

from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache

from policies.catalog import action_bits, actions, is_service, service, services
from policies.language.document import Document, Span, Value

__all__ = ["unknown_names"]

_LONGEST = 130
"""The longest name in the catalog is shorter; a longer text is near to nothing."""


def unknown_names(document: Document) -> Iterator[tuple[str, Span]]:
    """Name each service and action of the document that the catalog has not, and where it stands."""
    for statement in document.statements:
        for element in (statement.action, statement.not_action):
            for value in element.values if element else ():
                sentence = _sentence(value)
                if sentence:
                    yield sentence, value.span


def _sentence(value: Value) -> str:
    prefix, colon, name = value.text.partition(":")
    if not colon or ":" in name or "*" in prefix or "?" in prefix:
        return ""  # refused already for its form
    if len(value.text) > _LONGEST or action_bits(value.text):
        return ""
    if not is_service(prefix):
        return f'There is no service "{prefix}".{_meant(_near_service(prefix.lower()))}'
    if "*" in name or "?" in name:
        return f'"{value.text}" covers no action of {_title(prefix)}.'
    return f'{_title(prefix)} has no action "{name}".{_meant(_near_action(prefix.lower(), name.lower()))}'


def _title(prefix: str) -> str:
    known = service(prefix)
    return known.name if known else prefix


def _meant(near: str) -> str:
    return f' Did you mean "{near}"?' if near else ""


@lru_cache(maxsize=1024)
def _near_service(prefix: str) -> str:
    near = get_close_matches(prefix, [known.prefix for known in services()], 1)
    return near[0] if near else ""


@lru_cache(maxsize=1024)
def _near_action(prefix: str, name: str) -> str:
    known = actions(prefix)
    near = get_close_matches(name, known, 1)
    return known[near[0]].full_name if near else ""
