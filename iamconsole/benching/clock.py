"""How long things take, on a machine that does other things too."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

__all__ = ["per_second", "side_by_side"]


def per_second(work: Callable[[], Any], amount: int, *, seconds: float) -> float:
    """Repeat a piece of work for about so many seconds; the best round tells how much of it fits into one.

    `amount` is how many things one piece does.
    """
    best, end = float("inf"), perf_counter() + seconds
    while True:
        start = perf_counter()
        work()
        stop = perf_counter()
        best = min(best, stop - start)
        if stop > end:
            return amount / best


def side_by_side(*works: Callable[[], Any], rounds: int) -> list[float]:
    """Time several works in turns, so that what disturbs one disturbs the others too.

    Each is done once before, uncounted. Answers each one's quickest round in seconds.
    """
    for work in works:
        work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            start = perf_counter()
            work()
            taken.append(perf_counter() - start)
    return [min(taken) for taken in times]
