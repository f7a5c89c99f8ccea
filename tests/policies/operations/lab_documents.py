"""Policy documents for lab resources, and lab resources made through the operations, for these tests."""

from __future__ import annotations

from accounts.models import Account
from policies.models import LabResource
from policies.operations.lab_resources import (
    CREATE,
)
from tests.factories import a_call

LAMBDA_TRUST = """{"Version": "2012-10-17", "Statement":
    [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"""


def allowing(*actions: str, resource: str = "*", condition: str = "") -> str:
    named = ", ".join(f'"{action}"' for action in actions)
    more = f', "Condition": {condition}' if condition else ""
    return f"""{{"Version": "2012-10-17", "Statement":
        {{"Effect": "Allow", "Action": [{named}], "Resource": "{resource}"{more}}}}}"""


def policy_for(principal: str, action: str, resource: str, effect: str = "Allow") -> str:
    return f"""{{"Version": "2012-10-17", "Statement": [
        {{"Effect": "{effect}", "Principal": {principal}, "Action": "{action}", "Resource": "{resource}"}}]}}"""


def a_resource(account: Account, kind: str, **fields: object) -> LabResource:
    made: LabResource = CREATE[kind](a_call(account), **fields)
    return made
