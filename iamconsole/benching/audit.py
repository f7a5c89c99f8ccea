"""What authorization and the trail add to requests and to writes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle
from statistics import median
from time import perf_counter, process_time
from typing import Any

from django.utils import timezone

from accounts.arns import Target, named_user
from accounts.models import User
from accounts.operations.users import update_user
from accounts.principals import UserPrincipal
from iamconsole.audit.models import Event
from iamconsole.audit.recorders import PageRecorder
from iamconsole.benching.clock import side_by_side
from iamconsole.benching.crowd import Crowd, name
from iamconsole.benching.table import Line
from iamconsole.call import Call
from iamconsole.gate import attempt

__all__ = ["measure"]

ROUNDS_A_SECOND = 150


def measure(crowd: Crowd, seconds: float) -> Iterator[Line]:
    """Measure one authorized read with its event, and a write with and without the INSERT of its event."""
    rounds = max(1, round(seconds * ROUNDS_A_SECOND))
    call = _call(crowd)
    targets = named_user(call, {"user_name": name("user", 1)})  # remembered: the operation itself needs the row anyway
    yield Line("authorizing a request and recording it", _cpu(lambda: _read(call, targets), rounds) * 1000, "ms CPU")
    (elapsed,) = side_by_side(lambda: _read(call, targets), rounds=rounds)
    yield Line("authorizing a request and recording it", elapsed * 1000, "ms, waiting included")
    paths = cycle(("/one/", "/two/"))
    write = lambda: update_user(_again(call), user_name=name("user", 1), new_path=next(paths))  # noqa: E731
    taken, shares = _writes(write, rounds)
    yield Line("a write with its event", taken * 1000, "ms")
    yield Line("of which the event's INSERT", 100 * median(shares), "%")


def _call(crowd: Crowd) -> Call:
    who: User = crowd.administrator
    principal = UserPrincipal(crowd.account.account_id, who.user_id, who.user_name, who.path)
    return Call(principal=principal, account=crowd.account, time=timezone.now())


def _again(call: Call) -> Call:
    """The same call as a request of its own, which remembers nothing."""
    return replace(call, memo={}, recorder=PageRecorder())


def _read(call: Call, targets: tuple[Target, ...]) -> None:
    recorder = PageRecorder()
    attempt(replace(_again(call), recorder=recorder), "iam:GetUser", targets, read_only=True)
    recorder.flush()


def _cpu(work: Callable[[], Any], rounds: int) -> float:
    work()
    best = float("inf")
    for _ in range(rounds):
        start = process_time()
        work()
        best = min(best, process_time() - start)
    return best


def _writes(write: Callable[[], Any], rounds: int) -> tuple[float, list[float]]:
    """The quickest of some writes, and of each the share that saving its event took."""
    saved: list[float] = []
    shares: list[float] = []
    best = float("inf")
    with _watching(saved):
        for _ in range(rounds + 1):
            saved.clear()
            start = perf_counter()
            write()
            taken = perf_counter() - start
            best = min(best, taken)
            shares.append(sum(saved) / taken)
    return best, shares[1:]


@contextmanager
def _watching(saved: list[float]) -> Iterator[None]:
    """Note how long each event takes to save."""
    save = Event.save

    def noted(event: Event, **options: Any) -> None:
        start = perf_counter()
        save(event, **options)
        saved.append(perf_counter() - start)

    Event.save = noted  # type: ignore[method-assign, assignment]  # for as long as it is watched
    try:
        yield
    finally:
        Event.save = save  # type: ignore[method-assign]
