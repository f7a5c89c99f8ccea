"""Lists that page by key: a page costs the same at row ten and at row one hundred thousand.

A cursor holds the sorted value and the tie-break of the row it stands at, and a mark of the order and the filters it
was made under; one that does not fit shows the first page.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Field, Func, Model, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower

from iamconsole.aws.paging import Page, PageRequest

__all__ = ["MATCHES_COUNTED", "Arms", "Filter", "Sort", "paginate"]

MATCHES_COUNTED = 1001
"""Matches of a filter are counted this far, to be read "1,000+"."""

M = TypeVar("M", bound=Model)
Filter = Callable[[str], Q | None]
"""Turns the value of a filter into a condition; None for a value that means nothing, which is ignored."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A column that a list can be sorted by: a field, an annotation, or a path through relations.

    `tie` settles the order of equal values and must be unique in the list and never NULL; the primary key if None.
    NULL is greater than everything, as in the indexes of PostgreSQL.
    """

    field: str
    ignore_case: bool = False
    nullable: bool = False
    tie: Sort | None = None

    @property
    def expression(self) -> Combinable:
        """What the database orders by."""
        return Lower(self.field) if self.ignore_case else F(self.field)


@dataclass(frozen=True, slots=True)
class Arms:
    """A column that stands before the sorted one in the list's indexes, and the values that the list shows.

    Each value's rows are in order in the index, all together are not: so the list is read as so many short lists.
    """

    field: str
    values: tuple[Any, ...]

    def first_of(self, rows: QuerySet[M], order: Sequence[str], wanted: int) -> QuerySet[M]:
        """Read the first rows of each arm, and of those the first, with one query."""
        joined = self._joined(rows, order, wanted)
        return joined.order_by(*order)[:wanted] if len(self.values) > 1 else joined

    def count(self, rows: QuerySet[M], order: Sequence[str], most: int) -> int:
        """Count rows up to a number; in order, so that they are counted in an index and nowhere else."""
        return self._joined(rows, order, most)[:most].count()

    def _joined(self, rows: QuerySet[M], order: Sequence[str], wanted: int) -> QuerySet[M]:
        parts = [rows.filter(**{self.field: value}).order_by(*order)[:wanted] for value in self.values]
        return parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]


@dataclass(frozen=True, slots=True)
class _Cursor:
    value: Any
    tie: Any


class _Beyond(Func):
    """Compare rows of two columns, which an index on both answers: `(a, b) > (c, d)`."""

    arity = 4
    output_field = BooleanField()

    def as_sql(  # type: ignore[override]  # no template and no function name: this one writes its own
        self, compiler: Any, *_: Any, **__: Any
    ) -> tuple[str, list[Any]]:
        parts = [compiler.compile(expression) for expression in self.get_source_expressions()]
        (a, b, c, d), operator = (sql for sql, _ in parts), self.extra["operator"]
        return f"({a}, {b}) {operator} ({c}, {d})", [value for _, values in parts for value in values]


def paginate(
    queryset: QuerySet[M],
    request: PageRequest,
    *,
    sorts: Mapping[str, Sort],
    default: str,
    search: Sequence[str] = (),
    filters: Mapping[str, Filter] | None = None,
    arms: Arms | None = None,
    total: int | None = None,
) -> Page[M]:
    """Give one page of a list, with the cursors of its neighbours.

    `default` names the sort of a list that was not asked for one; with a hyphen in front it descends. `search` are the
    fields in which `request.query` may stand; `arms` splits the list where an index begins anew. Costs one query, a
    second one where a page crosses into the rows without a value, and one more for the matches where the list is
    filtered.
    """
    request = _settled(request, sorts, default)
    rows = _matching(queryset, request, search, filters or {})
    walk = _Walk(rows, sorts[request.sort], request, arms)
    page = walk.page()
    matches = walk.matches() if request.is_filtered else None
    return Page(items=page.items, after=page.after, before=page.before, matches=matches, total=total)


def _settled(request: PageRequest, sorts: Mapping[str, Sort], default: str) -> PageRequest:
    """Replace a sort that is missing or unknown by the default."""
    sort, descending = request.sort, request.descending
    if sort not in sorts:
        sort, descending = default.removeprefix("-"), default.startswith("-")
    return PageRequest(
        size=request.size, after=request.after, before=request.before, query=request.query.strip(),
        filters=request.filters, sort=sort, descending=descending,
    )  # fmt: skip


def _matching(
    queryset: QuerySet[M], request: PageRequest, search: Sequence[str], filters: Mapping[str, Filter]
) -> QuerySet[M]:
    if request.query and search:
        found = Q()
        for field in search:
            found |= Q(**{f"{field}__icontains": request.query})
        queryset = queryset.filter(found)
    for name, value in request.filters:
        condition = filters[name](value) if name in filters else None
        if condition is not None:
            queryset = queryset.filter(condition)
    return queryset


class _Walk:
    """A walk along one order of a queryset."""

    def __init__(self, rows: QuerySet[M], sort: Sort, request: PageRequest, arms: Arms | None = None) -> None:
        tie = sort.tie or Sort("pk")
        self.request = request
        self.sort = sort
        self.arms = arms
        self.rows = rows.annotate(keyset_value=sort.expression, keyset_tie=tie.expression)
        self.mark = _mark(request)

    def page(self) -> Page[Any]:
        """Read the page that the request asks for, or the first one where its cursor does not fit."""
        size = self.request.size
        before, after = self._read(self.request.before), self._read(self.request.after)
        if before is not None:
            items = self._take(before, backwards=True)
            # Fewer rows than a page stand before the cursor: the first page, whole, is what the reader means.
            if len(items) >= size:
                return self._cut(items[:size][::-1], more_before=len(items) > size, more_after=True)
        elif after is not None:
            items = self._take(after, backwards=False)
            if items:
                return self._cut(items[:size], more_before=True, more_after=len(items) > size)
        items = self._take(None, backwards=False)
        return self._cut(items[:size], more_before=False, more_after=len(items) > size)

    def matches(self) -> int:
        """Count what the filter lets through, up to a number."""
        if self.arms:
            return self.arms.count(self.rows, ("-keyset_value", "-keyset_tie"), MATCHES_COUNTED)
        return self.rows.order_by()[:MATCHES_COUNTED].count()

    def _take(self, cursor: _Cursor | None, *, backwards: bool) -> list[Any]:
        """Read one row more than a page, from the cursor on."""
        descending = self.request.descending != backwards
        order = ("-keyset_value", "-keyset_tie") if descending else ("keyset_value", "keyset_tie")
        taken: list[Any] = []
        for condition in self._stretches(cursor, descending=descending):
            wanted = self.request.size + 1 - len(taken)
            if wanted > 0:
                rows = self.rows.filter(*condition)
                taken.extend(self.arms.first_of(rows, order, wanted) if self.arms else rows.order_by(*order)[:wanted])
        return taken

    def _stretches(self, cursor: _Cursor | None, *, descending: bool) -> list[list[Any]]:
        """Split what follows a cursor into ranges that an index answers: rows with a value and rows without."""
        if cursor is None:
            return [[]]
        operator = "<" if descending else ">"
        if cursor.value is not None:
            beyond = _Beyond(
                F("keyset_value"), F("keyset_tie"), self._value("keyset_value", cursor.value),
                self._value("keyset_tie", cursor.tie), operator=operator,
            )  # fmt: skip
            rest = [[Q(keyset_value__isnull=True)]] if self.sort.nullable and not descending else []
            return [[beyond], *rest]
        lookup = "lt" if descending else "gt"
        rest = [[Q(keyset_value__isnull=False)]] if descending else []
        return [[Q(keyset_value__isnull=True), Q(**{f"keyset_tie__{lookup}": cursor.tie})], *rest]

    def _value(self, annotation: str, value: Any) -> Value:
        return Value(value, output_field=self._field(annotation))

    def _field(self, annotation: str) -> Field[Any, Any]:
        field: Field[Any, Any] = self.rows.query.annotations[annotation].output_field
        return field

    def _cut(self, items: list[Any], *, more_before: bool, more_after: bool) -> Page[Any]:
        return Page(
            items=tuple(items),
            before=self._write(items[0]) if items and more_before else None,
            after=self._write(items[-1]) if items and more_after else None,
        )

    def _write(self, row: Any) -> str:
        content = [self.mark, _text(row.keyset_value), _text(row.keyset_tie)]
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    def _read(self, text: str | None) -> _Cursor | None:
        """Read a cursor from an address, where anything may stand; None if it does not fit this list."""
        if not text:
            return None
        try:
            mark, value, tie = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            if mark != self.mark or (value is None and not self.sort.nullable):
                return None
            typed = None if value is None else self._typed("keyset_value", value)
            return _Cursor(typed, self._typed("keyset_tie", tie))
        except (ValueError, TypeError, RecursionError, ValidationError):
            return None

    def _typed(self, annotation: str, text: Any) -> Any:
        if not isinstance(text, str) or "\0" in text:
            raise ValueError(annotation)
        text.encode()  # a lone surrogate is no text for the database
        value = self._field(annotation).to_python(text)
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(annotation)
        return value


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _mark(request: PageRequest) -> str:
    kept = [request.sort, request.descending, request.query, request.filters]
    return hashlib.blake2s(json.dumps(kept).encode(), digest_size=6).hexdigest()
