"""What authorization and the trail add to requests and to writes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle
from time import process_time
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
    with_event, without = side_by_side(write, lambda: _without_event(write), rounds=rounds)
    yield Line("a write with its event", with_event * 1000, "ms")
    yield Line("of which the event's INSERT", 100 * (with_event - without) / with_event, "%")


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


@contextmanager
def _no_insert() -> Iterator[None]:
    save = Event.save
    Event.save = lambda *_args, **_kwargs: None  # type: ignore[method-assign]  # this once, to compare
    try:
        yield
    finally:
        Event.save = save  # type: ignore[method-assign]


def _without_event(write: Callable[[], Any]) -> None:
    with _no_insert():
        write()
