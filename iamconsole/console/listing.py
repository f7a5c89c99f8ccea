"""The state of a list page, as its address says it, and the addresses of its neighbours."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from iamconsole.aws.paging import PageRequest
from iamconsole.console.request import ConsoleRequest

__all__ = ["SIZES", "Listing", "read_listing"]

SIZES = (10, 20, 50, 100)
_QUERY_LENGTH = 512
_ORDER = ("q", "f", "sort", "dir", "size", "after", "before")


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list page was asked for; hand `request` to the operation or query that lists.

    `parameters` are those of the address that mean something here; `labels` are the filters' names for people.
    """

    path: str
    request: PageRequest
    parameters: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def query(self) -> str:
        """What is searched for."""
        return self.request.query

    @property
    def sort(self) -> str:
        """The key of the column that the list is sorted by."""
        return self.request.sort

    @property
    def descending(self) -> bool:
        """Whether the order is turned round."""
        return self.request.descending

    @property
    def size(self) -> int:
        """Rows on a page."""
        return self.request.size

    @property
    def hidden(self) -> tuple[tuple[str, str], ...]:
        """The parameters that a search form carries along."""
        return tuple(pair for pair in self.parameters if pair[0] not in {"q", "after", "before"})

    @property
    def tokens(self) -> tuple[tuple[str, str], ...]:
        """The active filters: how each reads, and the address without it."""
        labels = dict(self.labels)
        return tuple((f"{labels[name]}: {value}", self.href(f=f"{name}:")) for name, value in self.request.filters)

    def value(self, name: str) -> str:
        """The value of one filter, empty where it is not set."""
        return dict(self.request.filters).get(name, "")

    def href(self, **changes: object) -> str:
        """Give the list's address with changes; an empty value takes a parameter out.

        Anything but a step to another page (`after`, `before`) goes back to the first one. A filter is changed by
        `f="name:value"`; a filter of the same name is replaced.
        """
        parameters = self._first_page()
        for name, value in changes.items():
            text = "" if value is None else str(value)
            replaced = _filter_name(text) if name == "f" else None
            parameters = [
                (key, old) for key, old in parameters if key != name or (name == "f" and _filter_name(old) != replaced)
            ]
            if text and not (name == "f" and text.endswith(":")):
                parameters.append((name, text))
        return self._address(parameters)

    def _first_page(self) -> list[tuple[str, str]]:
        return [pair for pair in self.parameters if pair[0] not in {"after", "before"}]

    def _address(self, parameters: Collection[tuple[str, str]]) -> str:
        # Parameters of the page itself (its tab) stand first, the list's own in one order: one state, one address.
        ordered = sorted(parameters, key=lambda pair: _ORDER.index(pair[0]) if pair[0] in _ORDER else -1)
        return f"{self.path}?{urlencode(ordered)}" if ordered else self.path


def read_listing(
    request: ConsoleRequest,
    *,
    sorts: Collection[str],
    default: str,
    filters: Mapping[str, str] | None = None,
    keep: Collection[str] = ("tab",),
) -> Listing:
    """Read the address of a list page; what it says that means nothing here is ignored.

    `sorts` are the keys of the columns, `default` the one to begin with (a hyphen in front: descending), `filters` the
    names of filters with their labels. `keep` are parameters of the page around the list.
    """
    asked = request.GET
    parameters = [(name, asked[name]) for name in keep if asked.get(name)]
    query = asked.get("q", "").strip()[:_QUERY_LENGTH]
    chosen = _filters(asked.getlist("f"), filters or {})
    sort, descending = default.removeprefix("-"), default.startswith("-")
    parameters += [("q", query)] if query else []
    parameters += [("f", f"{name}:{value}") for name, value in chosen.items()]
    if asked.get("sort") in sorts:
        sort, descending = asked["sort"], asked.get("dir") == "desc"
        parameters += [("sort", sort), *([("dir", "desc")] if descending else [])]
    size = request.prefs.rows
    if asked.get("size") in {str(number) for number in SIZES}:
        size = int(asked["size"])
        parameters.append(("size", str(size)))
    after, before = asked.get("after") or None, asked.get("before") or None
    page = PageRequest(
        size=size, after=after, before=None if after else before, query=query, filters=tuple(chosen.items()), sort=sort,
        descending=descending,
    )  # fmt: skip
    labels = tuple((filters or {}).items())
    return Listing(path=request.path, request=page, parameters=tuple(parameters), labels=labels)


def _filters(texts: Collection[str], known: Mapping[str, str]) -> dict[str, str]:
    """Read `name:value`; the last of a name holds, and an empty value takes it out."""
    chosen: dict[str, str] = {}
    for text in texts:
        name, _, value = text.partition(":")
        if name in known:
            chosen.pop(name, None)
            if value.strip():
                chosen[name] = value.strip()[:_QUERY_LENGTH]
    return chosen


def _filter_name(text: str) -> str:
    return text.partition(":")[0]
