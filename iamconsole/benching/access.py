"""How long it takes to gather the policies of principals and to decide for many of them."""

from collections.abc import Iterator

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from iamconsole.benching.clock import per_second
from iamconsole.benching.crowd import Crowd
from iamconsole.benching.table import Line
from policies.applied import Applied, applied_to_user
from policies.evaluation import Request, evaluate

__all__ = ["measure"]

MATRIX = 1000


def measure(crowd: Crowd, seconds: float) -> Iterator[Line]:
    """Measure gathering for one user, and the decisions of a row of the matrix: one request, many users."""
    users = list(User.objects.filter(account=crowd.account).order_by("user_name")[:MATRIX])
    one = users[-1]
    applied_to_user(one.account_id, one.user_id)
    with CaptureQueriesContext(connection) as captured:
        applied_to_user(one.account_id, one.user_id)
    yield Line("gathering the policies of a user", len(captured), "queries")
    gathered = per_second(lambda: applied_to_user(one.account_id, one.user_id), 1, seconds=seconds)
    yield Line("gathering the policies of a user", 1000 / gathered, "ms")
    row = _gathered(users)
    decided = per_second(lambda: _decide(row), 1, seconds=seconds)
    yield Line(f"one request for {len(row):,} users, policies gathered", 1000 / decided, "ms")
    whole = per_second(lambda: _decide(_gathered(users)), 1, seconds=0)
    yield Line(f"one request for {len(row):,} users, gathering included", 1000 / whole, "ms")


def _gathered(users: list[User]) -> list[tuple[User, Applied]]:
    return [(user, applied_to_user(user.account_id, user.user_id)) for user in users]


def _decide(row: list[tuple[User, Applied]]) -> int:
    decisions = (
        evaluate(
            Request(user.arn, "s3:GetObject", "arn:aws:s3:::bucket-7/report", user.account_id), applied.policies
        )
        for user, applied in row
    )  # fmt: skip
    return sum(decision.allowed for decision in decisions)
