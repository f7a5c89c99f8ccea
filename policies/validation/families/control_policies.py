"""Resource control policies and the keys of network endpoints: conditions that need a companion.

Rules: access-analyzer-reference-policy-checks; orgs_manage_policies_rcps.
"""

from collections.abc import Iterator

from policies.evaluation.conditions.booleans import boolean
from policies.language.document import Effect, Statement
from policies.language.kinds import PolicyKind
from policies.validation.checks import Check, Finding, Severity, quoted
from policies.validation.patterns import has_wildcard
from policies.validation.subject import Subject, Test

__all__ = ["CHECKS", "RULES"]

_WHY = (
    "A resource control policy binds services too. One that tests who asks must spare them, and one that tests on "
    "whose behalf they ask must speak of them only, or the other sort of request is denied by accident."
)
MISSING_PRINCIPAL_KEY = Check(
    "RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY",
    "RCP missing related principal condition key",
    Severity.WARNING,
    '{key} also stops AWS services; add "BoolIfExists": {{"aws:PrincipalIsAWSService": "false"}}.',
    _WHY,
)
MISSING_SERVICE_KEY = Check(
    "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY",
    "RCP missing related service principal condition key",
    Severity.WARNING,
    '{key} also stops callers that are no services; add "BoolIfExists": {{"aws:PrincipalIsAWSService": "true"}}.',
    _WHY,
)
MISSING_NULL_CHECK = Check(
    "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK",
    "RCP missing service condition key null check",
    Severity.WARNING,
    '{key} is not in every request of a service; add "Null": {{"aws:SourceAccount": "false"}}.',
    "Some requests of services are made on nobody's behalf and carry no source key; without the check they are denied.",
)
SUPPORTED_SERVICES = Check(
    "USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES",
    "Use condition key only with supported services",
    Severity.WARNING,
    "{key} is known only to some services, not to {services}; name in Action those that know it.",
    "The keys about the owner of a VPC endpoint came in 2025 for some services only. To others they are missing, and a "
    "negated operator then denies every request.",
)
CHECKS = (MISSING_PRINCIPAL_KEY, MISSING_SERVICE_KEY, MISSING_NULL_CHECK, SUPPORTED_SERVICES)
_OF_PRINCIPAL = ("aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn")
_OF_SOURCE = ("aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceaccount", "aws:sourcearn")
_ENDPOINT_OWNER = ("aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths")
_KNOW_ENDPOINT_OWNER = frozenset(
    {
        *("apprunner", "application-autoscaling", "appmesh", "athena", "cloudformation", "cloudwatch", "comprehend"),
        *(
            "discovery",
            "dynamodb",
            "ebs",
            "ecr",
            "events",
            "firehose",
            "kinesis",
            "kms",
            "lambda",
            "logs",
            "neptune-db",
        ),
        *(
            "osis",
            "polly",
            "rbin",
            "rekognition",
            "s3",
            "scheduler",
            "secretsmanager",
            "servicediscovery",
            "sns",
            "sqs",
        ),
        *("ssm", "ssm-contacts", "sts", "textract", "transcribe", "translate", "medical-imaging"),
    }
)
"""Prefixes of services whose requests carry the keys about the owner of an endpoint; the guide's list grows."""


def companions(subject: Subject) -> Iterator[Finding]:
    """A resource control policy tells services from others."""
    if subject.kind is not PolicyKind.RCP:
        return
    for statement in subject.statements:
        if statement.effect is not Effect.DENY:
            continue
        tests = subject.tests_of(statement)
        for test in tests:
            if test.base == "Null":
                continue
            key = test.condition.key
            if test.key in _OF_PRINCIPAL or test.key.startswith("aws:principaltag/"):
                if not _asks_for_service(tests, wanted=False):
                    yield MISSING_PRINCIPAL_KEY.at(key.span, test.path, key=key.text)
            elif test.key in _OF_SOURCE:
                if not _asks_for_service(tests, wanted=True):
                    yield MISSING_SERVICE_KEY.at(key.span, test.path, key=key.text)
                if not any(each.base == "Null" and each.key in _OF_SOURCE for each in tests):
                    yield MISSING_NULL_CHECK.at(key.span, test.path, key=key.text)


def _asks_for_service(tests: tuple[Test, ...], *, wanted: bool) -> bool:
    return any(
        test.key == "aws:principalisawsservice"
        and test.base == "Bool"
        and {boolean(text) for text in test.texts} == {wanted}
        for test in tests
    )


def endpoint_owners(subject: Subject) -> Iterator[Finding]:
    """The keys about an endpoint's owner stand with services that know them."""
    for test in subject.tests:
        if test.key not in _ENDPOINT_OWNER or test.base == "Null":
            continue
        others = _without_key(test.statement)
        if others:
            key = test.condition.key
            yield SUPPORTED_SERVICES.at(key.span, test.path, key=key.text, services=quoted(others))


def _without_key(statement: Statement) -> list[str]:
    if statement.action is None:
        return ["all others"]
    prefixes = dict.fromkeys(text.lower().partition(":")[0] for text in statement.action.texts)
    return ["all others" if has_wildcard(each) else each for each in prefixes if each not in _KNOW_ENDPOINT_OWNER]


RULES = (companions, endpoint_owners)
