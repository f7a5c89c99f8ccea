"""Running a property for a time instead of a number of examples."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, settings

__all__ = ["FUZZING", "run"]

FUZZING = settings(
    max_examples=2_000,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.target, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


def run(*properties: Callable[[], None]) -> None:
    """Try each property in turn until the time is over; what falls is shrunk, printed and raised."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    end = time.monotonic() + parser.parse_args().seconds
    rounds = 0
    while time.monotonic() < end:
        for each in properties:
            each()
        rounds += 1
    print(f"{rounds} rounds of {FUZZING.max_examples:,} examples of {len(properties)} properties, and nothing fell.")  # noqa: T201
