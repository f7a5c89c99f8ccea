"""Pickers: a searchable, paged table of things to tick, as one field of a larger form.

A picker's search and its paging are submit buttons of the form around it, so that nothing typed elsewhere in the form
is lost, with script or without; what was ticked on another page stays ticked. The view asks `is_step` first and, for a
step, shows the form again.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django import forms

from iamconsole.aws.paging import Page, PageRequest
from iamconsole.console.panels import Panel
from iamconsole.console.request import ConsoleRequest

__all__ = ["Asked", "PickField", "Picker", "is_step", "read_picker"]

T = TypeVar("T")
ROWS = 20
_COUNTED = 1000
"""Matches are counted up to here; more is told as more."""
_LENGTH = 512


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form says of its picker: what is ticked, what is searched for, and which page stands open."""

    name: str
    chosen: tuple[str, ...]
    query: str
    kind: str
    at: str

    @property
    def request(self) -> PageRequest:
        """The page to list; a cursor of another search shows the first page."""
        way, _, cursor = self.at.partition(":")
        return PageRequest(
            size=ROWS, query=self.query, filters=(("type", self.kind),) if self.kind else (),
            after=cursor if way == "after" else None, before=cursor if way == "before" else None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picker(Generic[T]):
    """A picker to draw. `action` is the address of the form around it, `form` that form's id.

    `key` gives the value of a row's box, `label` what a value is called; the boxes of `taken` are out of use. `kinds`
    are the choices of its one filter, each a value and a label. Of a `single` picker one row is chosen, by a radio
    button; where it is optional too, none may be.
    """

    asked: Asked
    panel: Panel[Page[T]]
    action: str
    form: str
    key: Callable[[T], str]
    label: Callable[[str], str] = str
    taken: Collection[str] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    errors: tuple[str, ...] = ()
    title: str = ""
    hint: str = ""
    optional: bool = False
    single: bool = False

    @property
    def id(self) -> str:
        """The element's id; a step swaps it."""
        return f"{self.asked.name}-picker"

    @property
    def count(self) -> str:
        """How many there are to choose from, as its heading says it."""
        page = self.panel.value
        number = (page.total if page.matches is None else page.matches) if page else 0
        return "1,000+" if (number or 0) > _COUNTED else f"{number or 0:,}"

    @property
    def rows(self) -> tuple[tuple[str, T, bool, bool], ...]:
        """The rows of the open page: value, row, whether it is ticked, whether it is out of use."""
        page = self.panel.value
        chosen = set(self.asked.chosen)
        return tuple((key, row, key in chosen, key in self.taken) for row in page or () for key in [self.key(row)])

    @property
    def elsewhere(self) -> tuple[tuple[str, str], ...]:
        """What is ticked and does not stand on the open page: value and label."""
        shown = {key for key, *_ in self.rows} | set(self.taken)
        return tuple((value, self.label(value)) for value in self.asked.chosen if value not in shown)


class PickField(forms.Field):
    """What was ticked in a picker, as a tuple; at most `limit` things, of this noun."""

    widget = forms.MultipleHiddenInput

    def __init__(self, *, limit: int, noun: str, required: bool = False, **kwargs: Any) -> None:
        super().__init__(required=required, **kwargs)
        self.limit, self.noun = limit, noun
        self.error_messages["required"] = f"Choose a {noun}." if limit == 1 else f"Choose at least one {noun}."

    def to_python(self, value: Any) -> tuple[str, ...]:
        """Read each value once, in the order it came."""
        return tuple(dict.fromkeys(text for text in value or () if text))

    def validate(self, value: Any) -> None:
        """Refuse none where one is needed, and more than the limit."""
        super().validate(value)
        if self.limit == 1 and len(value) > 1:
            raise forms.ValidationError(f"Choose one {self.noun} only.")
        if len(value) > self.limit:
            plural = f"{self.noun[:-1]}ies" if self.noun.endswith("y") else f"{self.noun}s"
            raise forms.ValidationError(f"Choose at most {self.limit} {plural}; {len(value)} are chosen.")


def read_picker(request: ConsoleRequest, name: str, *, kinds: Collection[str] = ()) -> Asked:
    """Read what a form says of the picker whose field is called `name`; the address may tick, a form decides."""
    data = request.POST if request.method == "POST" else request.GET
    kind = data.get(f"{name}-kind", "")
    step = data.get(f"{name}-step", "")
    return Asked(
        name=name,
        chosen=tuple(dict.fromkeys(value for value in data.getlist(name) if value)),
        query=data.get(f"{name}-find", "").strip()[:_LENGTH],
        kind=kind if kind in kinds else "",
        at=step or data.get(f"{name}-at", ""),
    )


def is_step(request: ConsoleRequest, *names: str) -> bool:
    """Tell whether a form was sent by a picker's search or paging, so that nothing is to be done yet."""
    return any(f"{name}-step" in request.POST for name in names)
