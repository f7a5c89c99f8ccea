"""The worst policy that can be saved."""

from __future__ import annotations

import json
import time

import pytest

from policies.evaluation import AppliedPolicies, Policy, PolicyType, compile_policy, evaluate
from tests.policies.evaluation.cast import a_request

LONGEST = 6144


def stars(unit: str) -> str:
    """A document of as many patterns with twenty stars as fit, none of which fits in the end."""
    patterns = ["arn:aws:s3:::" + f"*{unit}" * 19 + f"*%{number}?*z" for number in range(10)]
    count = (LONGEST - 100) // (len(patterns[0]) + 3)
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": [patterns[each % 10] for each in range(count)]}
    return json.dumps({"Version": "2012-10-17", "Statement": statement}, separators=(",", ":"))


@pytest.mark.parametrize("unit", ["a", "?a", "ab?c", "a?a?a?b"])
def test_twenty_stars_against_a_long_resource_take_linear_time(unit: str) -> None:
    """5 ms on a machine that does nothing else."""
    text = stars(unit)
    assert LONGEST - 300 < len(text) <= LONGEST
    applied = AppliedPolicies(identity=(Policy("worst", PolicyType.IDENTITY, compile_policy(text)),))
    fits = unit.replace("?", "x")
    seconds = []
    for length in (2000, 8000):
        resource = "arn:aws:s3:::" + (fits * length)[:length] + "z"
        begin = time.process_time()
        assert not evaluate(a_request(resource=resource), applied).allowed
        seconds.append(time.process_time() - begin)
    assert seconds[0] < 0.05
    assert seconds[1] < 0.2
