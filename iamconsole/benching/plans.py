"""What PostgreSQL reads to answer a page's queries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from iamconsole.benching.crowd import TABLES

__all__ = ["Reading", "gather_statistics", "reading_of"]


@dataclass(frozen=True, slots=True)
class Reading:
    """Rows read from the tables of a crowd to answer some queries, and those tables that were read from end to end."""

    rows: int
    whole_tables: tuple[str, ...]


def gather_statistics() -> None:
    """Let the planner know what a crowd has filled the tables with; without effect for a role that owns none."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(TABLES)}")


def reading_of(queries: Iterable[str]) -> Reading:
    """Run the queries that read again and answer what each took."""
    scans = [scan for query in queries if query.startswith(("SELECT", "(SELECT")) for scan in _scans(_plan(query))]
    whole = {scan["Relation Name"] for scan in scans if scan["Node Type"] == "Seq Scan"}
    return Reading(sum(map(_rows, scans)), tuple(sorted(whole)))


def _plan(query: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query}")
        ((answer,),) = cursor.fetchall()
    return answer[0]["Plan"]  # type: ignore[no-any-return]  # one plan, as JSON


def _scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if plan.get("Relation Name") in TABLES and plan["Actual Loops"]:
        yield plan
    for inner in plan.get("Plans", ()):
        yield from _scans(inner)


def _rows(scan: dict[str, Any]) -> int:
    dropped = scan.get("Rows Removed by Filter", 0) + scan.get("Rows Removed by Index Recheck", 0)
    rows: float = (scan["Actual Rows"] + dropped) * scan["Actual Loops"]
    return round(rows)
