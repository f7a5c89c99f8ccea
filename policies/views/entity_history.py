"""The History tab of a user, user group, role or policy: its changes in words, each with its documents as a diff."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.urls import reverse

from iamconsole.aws.paging import Page
from iamconsole.console.listing import read_listing
from iamconsole.console.panels import Panel, panel
from iamconsole.console.places import page_address
from iamconsole.console.request import ConsoleRequest
from policies.analysis.differences import Difference, difference
from policies.editor.changes import changes
from policies.editor.diff import Comparison, Row, compare
from policies.evaluation import CompiledPolicy, compile_policy
from policies.history import Change, Thing, causes, sentence
from policies.language.problems import PolicySyntaxError
from policies.operations.history import lookup_change, lookup_changes
from policies.summary.trusted_entities import trusted_entities
from policies.views.shown_document import MOST_LINES, everything_asked

__all__ = ["ChangeRow", "ShownChange", "history_of", "history_parts"]

_WITH_DOCUMENTS = frozenset({"attachment", "boundary", "inline", "version"})
_SERVICES = 8
"""Services whose actions are named; more are counted."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change as the list tells it; `href` leads to its documents, and is empty where it is of none."""

    change: Change
    subject: Thing
    href: str = ""
    event: str = ""

    @property
    def sentence(self) -> tuple[str | Thing, ...]:
        """Who did what."""
        return sentence(self.change, self.subject)

    @property
    def causes(self) -> tuple[tuple[str | Thing, ...], ...]:
        """Through what it counts."""
        return causes(self.change, self.subject)

    @property
    def words(self) -> str:
        """What an edit changed in the document, counted."""
        before, after = self.change.before, self.change.after
        return changes((before, after))[0] if before and after and before != after else ""


@dataclass(frozen=True, slots=True)
class ActionsSaid:
    """What is said of actions otherwise than before; of many services the first."""

    difference: Difference

    @property
    def services(self) -> tuple[tuple[str, tuple[str, ...], int], ...]:
        """The services to name."""
        return self.difference.named[:_SERVICES]

    @property
    def more(self) -> int:
        """How many services are left out."""
        return len(self.difference.named) - len(self.services)


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change with its documents: side by side, and what differs in words."""

    row: ChangeRow
    comparison: Comparison
    lines: tuple[Row | int, ...]
    all_lines: str
    said: tuple[ActionsSaid, ...] = ()
    trusted: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())

    @property
    def bounds(self) -> bool:
        """Whether the document counts as a permissions boundary alone."""
        change = self.row.change
        return change.kind == "boundary" or {via.through for via in change.vias} == {"boundary"}

    @property
    def in_force(self) -> bool:
        """Whether the document is one that counted for anybody, or came to."""
        change = self.row.change
        return change.kind != "version" or (change.label != "delete" and bool(change.row["is_default"]))

    @property
    def sides(self) -> tuple[str, str]:
        """The headings of the two documents."""
        change = self.row.change
        if self.in_force:
            return "Before" if change.before else "Before: none", "After" if change.after else "After: none"
        number = change.row["number"]
        if change.label == "delete":
            return f"Version {number}, not in force", "Deleted"
        return f"Version {change.was.get('number')}, in force", f"Version {number}, not in force"


def history_of(request: ConsoleRequest, noun: str, name: str, friendly: str = "") -> dict[str, Any]:
    """What the tab shows: a page of changes, or the one that the address names (`?change=`)."""
    subject = Thing(noun, friendly or name, address=name, name_now=friendly or name)
    address = page_address(noun, name, "history")
    key = request.GET.get("change", "")
    if key:
        read = panel(lookup_change, request.call, resource_type=noun, resource_name=name, key=key)
        shown = _shown(request, read.value, subject, address) if read.value else None
        return {"change": Panel(shown, read.refusal), "history_address": address}
    listing = read_listing(request, sorts=(), default="")
    found = panel(lookup_changes, request.call, resource_type=noun, resource_name=name, page=listing.request)
    page = found.value or Page(())
    return {
        "change": None,
        "listing": listing,
        "history": found,
        "page": page,
        "rows": [_row(change, subject, address) for change in page],
        "history_address": address,
        "noun": {"group": "user group"}.get(noun, noun),
    }


def history_parts(request: ConsoleRequest) -> Mapping[str, str]:
    """The parts of the tab by what htmx wants to fill: the list, or the cell below a row."""
    if "change" in request.GET:
        return {request.htmx.target or "": "policies/_change.html"} if request.htmx else {}
    return {"list": "policies/_history.html"}


def _row(change: Change, subject: Thing, address: str) -> ChangeRow:
    event = f"{reverse('event-list')}?event={change.recorded.event_id}" if change.recorded else ""
    return ChangeRow(change, subject, f"{address}&change={change.key}" if _has_documents(change) else "", event)


def _has_documents(change: Change) -> bool:
    return change.kind in _WITH_DOCUMENTS or (change.kind == "role" and change.before != change.after)


def _shown(request: ConsoleRequest, change: Change, subject: Thing, address: str) -> ShownChange:
    row = _row(change, subject, address)
    before, after = change.before, change.after
    comparison = compare(before, after)
    is_trust = change.kind == "role"
    shown = ShownChange(
        row,
        comparison,
        comparison.rows if everything_asked(request) else comparison.folded(MOST_LINES),
        f"{row.href}&all=1",
        trusted=_trusted(before, after) if is_trust else (),
    )
    if is_trust or not shown.in_force:
        return shown
    return replace(shown, said=tuple(map(ActionsSaid, difference(_compiled(before), _compiled(after)))))


def _trusted(before: str, after: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Who came to be trusted, and who no longer is."""
    old, new = (trusted_entities(document) if document else () for document in (before, after))
    come, gone = (tuple(each for each in side if each not in other) for side, other in ((new, old), (old, new)))
    return tuple((words, each) for words, each in (("Now trusted", come), ("No longer trusted", gone)) if each)


def _compiled(document: str) -> CompiledPolicy | None:
    try:
        return compile_policy(document) if document else None
    except PolicySyntaxError:
        return None
