"""How quickly requests are decided and documents read: measured without a database."""

from collections.abc import Iterator
from itertools import cycle, islice

from iamconsole.benching.clock import per_second
from iamconsole.benching.table import Line
from policies.catalog import action_index
from policies.catalog.managed_policies import AwsManagedPolicy, aws_managed_policies
from policies.evaluation import AppliedPolicies, Policy, PolicyType, Request, compile_policy, evaluate
from policies.language.grammar import problems
from policies.language.kinds import PolicyKind
from policies.language.reader import read

__all__ = ["MANAGED", "SAMPLE_REQUESTS", "applied", "measure", "requests"]

MANAGED = (
    "ReadOnlyAccess",
    "SecurityAudit",
    "AmazonEC2FullAccess",
    "AmazonS3ReadOnlyAccess",
    "AmazonDynamoDBReadOnlyAccess",
    "AmazonRDSReadOnlyAccess",
    "AWSLambda_FullAccess",
    "CloudWatchReadOnlyAccess",
    "IAMUserChangePassword",
)
SAMPLE_REQUESTS, EXPLAINED = 500, 50
LONGEST_CHECKED = 100_000
"""ReadOnlyAccess is longer than what a customer may save, and would be refused before it is looked at."""

_OWN = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "OwnFolder",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": "arn:aws:s3:::homework/${aws:username}/*"
        },
        {
            "Sid": "OnlyFromHere",
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "127.0.0.1"]}}
        }
    ]
}"""
_ACCOUNT = "111122223333"
_CONTEXT = {"aws:username": ("dave",), "aws:SourceIp": ("10.1.2.3",), "aws:SecureTransport": ("true",)}


def measure(seconds: float) -> Iterator[Line]:
    """Measure evaluation and reading, each for about so many seconds."""
    documents = _documents()
    policies = applied(documents)
    asked = requests()
    many = f"{len(policies.identity)} policies"
    plain = per_second(lambda: [evaluate(each, policies) for each in asked], len(asked), seconds=seconds)
    yield Line(f"decisions, {many}", plain, "a second")
    some = asked[:EXPLAINED]
    explained = per_second(
        lambda: [evaluate(each, policies, explain=True) for each in some], len(some), seconds=seconds
    )
    yield Line(f"decisions explained, {many}", explained, "a second")
    yield Line(
        f"all {len(action_index().names):,} actions on *, {many}",
        1000 / per_second(lambda: _catalog(documents), 1, seconds=seconds),
        "ms",
    )
    texts = tuple(text for text in documents.values() if len(text) <= LONGEST_CHECKED)
    whole = f"{len(texts)} documents, {sum(map(len, texts)) / 1000:.0f} KB"
    yield Line(f"reading {whole}", 1000 / per_second(lambda: [read(text) for text in texts], 1, seconds=seconds), "ms")
    checked = per_second(
        lambda: [problems(text, PolicyKind.IDENTITY_MANAGED) for text in texts], 1, seconds=seconds
    )  # fmt: skip
    yield Line(f"checking {whole}", 1000 / checked, "ms")


def applied(documents: dict[str, str]) -> AppliedPolicies:
    """The policies of a principal who carries all of these documents."""
    return AppliedPolicies(
        identity=tuple(
            Policy(name, PolicyType.IDENTITY, compile_policy(document)) for name, document in documents.items()
        )
    )


def requests() -> list[Request]:
    """Requests from all over the catalog, every third about an object of S3."""
    names = action_index().names
    spread = islice(cycle(names[:: len(names) // SAMPLE_REQUESTS]), SAMPLE_REQUESTS)
    return [_request("s3:GetObject" if number % 3 == 0 else action, number) for number, action in enumerate(spread)]


def _request(action: str, number: int) -> Request:
    resource = f"arn:aws:s3:::homework/dave/{number}" if action == "s3:GetObject" else "*"
    return Request(f"arn:aws:iam::{_ACCOUNT}:user/dave", action, resource, _ACCOUNT, _CONTEXT)


def _catalog(documents: dict[str, str]) -> int:
    """Decide every action once, as somebody who asks for the first time; answer how many are allowed."""
    policies = applied(documents)
    principal = f"arn:aws:iam::{_ACCOUNT}:user/dave"
    decided = (
        evaluate(Request(principal, name, "*", _ACCOUNT, _CONTEXT), policies) for name in action_index().names
    )  # fmt: skip
    return sum(decision.allowed for decision in decided)


def _documents() -> dict[str, str]:
    found: dict[str, AwsManagedPolicy] = {policy.name: policy for policy in aws_managed_policies()}
    return {**{name: found[name].document for name in MANAGED}, "Own": _OWN}
