"""Statements that nearly matched, and where they part from the request."""

from dataclasses import dataclass

from policies.evaluation.examination import Examination


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A statement that nearly matched."""

    sentence: str


def near_misses(examination: Examination) -> tuple[NearMiss, ...]:
    """The nearest first."""
    return ()
