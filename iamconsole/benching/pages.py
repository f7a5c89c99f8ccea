"""What the console's pages cost in an account of few rows and in one of many."""

import re
from collections.abc import Iterator
from http import HTTPStatus

from iamconsole.benching import trail
from iamconsole.benching.clock import side_by_side
from iamconsole.benching.crowd import Crowd
from iamconsole.benching.lists import DETAILS, LISTS
from iamconsole.benching.plans import reading_of
from iamconsole.benching.table import PageLine
from iamconsole.benching.visitor import Visitor

__all__ = ["measure", "measure_trail"]

_WITHOUT_ARN = re.compile(r"arn:.*/(?=[^/]+$)")


def measure(few: Crowd, many: Crowd, *, rounds: int) -> Iterator[PageLine]:
    """Look at every list, sorted each way, and at every tab of the details, in both accounts in turns."""
    small, large = Visitor(few.administrator), Visitor(many.administrator)
    for listed in LISTS:
        for address in listed.addresses():
            yield _measure(small, large, address, address, rounds)
    for detail in DETAILS:
        for one, other in zip(detail.addresses(few), detail.addresses(many), strict=True):
            yield _measure(small, large, one, other, rounds)


def measure_trail(few: Crowd, many: Crowd, *, rounds: int) -> Iterator[PageLine]:
    """Look events up in a short trail and in a long one, by every attribute."""
    small, large = Visitor(few.administrator), Visitor(many.administrator)
    for address in trail.lookups():
        yield _measure(small, large, address, address, rounds)


def _measure(small: Visitor, large: Visitor, one: str, other: str, rounds: int) -> PageLine:
    seconds = side_by_side(lambda: small.look(one), lambda: large.look(other), rounds=rounds)
    status = {small.look(one).status_code, large.look(other).status_code} - {HTTPStatus.OK}
    few, many = small.queries(one), large.queries(other)
    reading = reading_of(many)
    remarks = [f"answers {code}" for code in sorted(status)]
    if reading.whole_tables:
        remarks.append(f"reads all of {', '.join(reading.whole_tables)}")
    return PageLine(
        address=_WITHOUT_ARN.sub("", one),
        queries=(len(few), len(many)),
        milliseconds=(seconds[0] * 1000, seconds[1] * 1000),
        rows_read=reading.rows,
        remark="; ".join(remarks),
    )
