"""The words of the columns: access level, resource, request condition.

Rules: access_policies_understand-policy-summary-access-level-summaries;
access_policies_understand-policy-summary-action-resources.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from policies.catalog import AccessLevel, level_bits
from policies.catalog.applicability import ArnForm, forms_of
from policies.language.document import Condition
from policies.language.operators import operator_name
from policies.language.wildcards import unmarked
from policies.summary.sayings import Entry

__all__ = ["access_level", "condition", "one_of", "resource"]

FULL_ACCESS = "Full access"
ALL_RESOURCES = "All resources"
NO_CONDITION = "None"
MULTIPLE = "Multiple"

_LONGEST_NAMED = 512
"""A longer resource is shown as it stands."""
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
_WORD = re.compile(r"[A-Z][a-z]*")
_CAPITALS = {"ip": "IP", "arn": "ARN"}
_QUALIFIERS = {None: "", "ForAllValues": "for all values: ", "ForAnyValue": "for any value: "}


def access_level(actions: int, every: int) -> str:
    """Reads `Full access` or `Full: List, Read Limited: Write`."""
    if actions == every:
        return FULL_ACCESS
    full: list[str] = []
    limited: list[str] = []
    for level in AccessLevel:
        here = level_bits(level) & every
        if actions & here:
            (full if actions & here == here else limited).append(level.value)
    parts = [f"{word}: {', '.join(levels)}" for word, levels in (("Full", full), ("Limited", limited)) if levels]
    return " ".join(parts)


def resource(entry: Entry, prefix: str) -> str:
    """Reads `BucketName | string like | reports`, or the entry itself where it is of no one type of resource."""
    if entry.everything:
        return ALL_RESOURCES
    if entry.excluded:
        return "All except " + "; ".join(entry.texts)
    return _described(entry, prefix)


def condition(tested: Condition) -> str:
    """Reads `aws:SourceIp | IP address | 203.0.113.0/24`."""
    values = ", ".join(value.text for value in tested.values)
    return f"{tested.key.text} | {operator(tested.operator.text)} | {values}"


def one_of(texts: Iterable[str], none: str) -> str:
    """The one text, or that there are several, or none."""
    found = tuple(dict.fromkeys(texts))
    return none if not found else found[0] if len(found) == 1 else MULTIPLE


@lru_cache(maxsize=512)
def operator(name: str) -> str:
    """An operator's name in words: `string equals if exists`."""
    known = operator_name(name)
    if known is None:
        return name
    words = [word.lower() for word in _WORD.findall(known.base)]
    text = " ".join(_CAPITALS.get(word, word) for word in words)
    return _QUALIFIERS[known.qualifier] + text + (" if exists" if known.if_exists else "")


def _described(entry: Entry, prefix: str) -> str:
    pattern = entry.pattern
    if pattern is None:
        return ""
    _, _, _, region, account, last = map(unmarked, pattern.parts)
    where = [f"region | string like | {region}"] if region not in ("", "*") else []
    if last == "*":
        where += [f"account | string like | {account}"] if account not in ("", "*") else []
        return ", ".join(where) or entry.texts[0]
    written = entry.texts[0].split(":", 5)[-1]
    forms = sorted(forms_of(pattern), key=lambda form: (form.type.service != prefix, -len(form.type.arn)))
    for form in forms:
        named = _named(form, written)
        if named:
            return ", ".join([*where, *(f"{name} | string like | {value}" for name, value in named)])
    return entry.texts[0]


def _named(form: ArnForm, written: str) -> tuple[tuple[str, str], ...]:
    """The parts of a resource's name by what the type calls them; nothing where the entry is of another shape."""
    names, shape = _shape(form.type.arn.split(":", 5)[-1])
    match = shape.fullmatch(written) if len(written) <= _LONGEST_NAMED else None
    if match is None:
        return ()
    return tuple((name, "All" if value == "*" else value) for name, value in zip(names, match.groups(), strict=True))


@lru_cache(maxsize=4096)
def _shape(last: str) -> tuple[tuple[str, ...], re.Pattern[str]]:
    return tuple(_PLACEHOLDER.findall(last)), re.compile("".join(_pieces(last)))


def _pieces(last: str) -> Iterator[str]:
    """A regular expression in pieces: the last placeholder takes all that is left, the others stop at a slash."""
    *front, end = _PLACEHOLDER.split(last)
    for at in range(0, len(front), 2):
        yield re.escape(front[at])
        yield "(.+)" if at == len(front) - 2 else "([^/]+)"
    yield re.escape(end)
