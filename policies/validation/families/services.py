"""Condition keys of single services that are easily used wrongly: S3, DynamoDB, KMS, VPC.

Rules: access-analyzer-reference-policy-checks; the Service Authorization Reference.
"""

import re
from collections.abc import Iterator

from policies.catalog import ConditionKeyType
from policies.evaluation.conditions.numbers import number
from policies.language.document import Effect
from policies.language.operators import Qualifier
from policies.validation.checks import Check, Finding, Severity
from policies.validation.patterns import has_wildcard
from policies.validation.subject import Subject, Test

__all__ = ["CHECKS", "RULES"]

INVALID_VPC_FORMAT = Check(
    "INVALID_VPC_FORMAT",
    "Invalid vpc format",
    Severity.ERROR,
    '"{value}" is no VPC; its id is vpc- and 8 or 17 letters and digits.',
    "aws:SourceVpc is compared with the ids of VPCs.",
)
INVALID_VPCE_FORMAT = Check(
    "INVALID_VPCE_FORMAT",
    "Invalid vpce format",
    Severity.ERROR,
    '"{value}" is no VPC endpoint; its id is vpce- and 8 or 17 letters and digits.',
    "aws:SourceVpce is compared with the ids of VPC endpoints.",
)
INVALID_KMS_KEY_VALUE = Check(
    "INVALID_KMS_KEY_VALUE",
    "Invalid kms key value",
    Severity.ERROR,
    '"{value}" is not the ARN of a KMS key, which {key} is compared with.',
    "Services resolve an alias or an id first; the request carries arn:aws:kms:region:account:key/id.",
)
S3_PREFIX_IN_NEGATIVE_CONTEXT = Check(
    "S3_PREFIX_IN_NEGATIVE_CONTEXT",
    "S3 prefix in negative context",
    Severity.SECURITY_WARNING,
    "Keeping callers from listing {value} by s3:prefix does not work: they may ask with a shorter prefix.",
    "Whoever lists the bucket without a prefix sees every name. Allow the prefixes that may be listed instead.",
)
DYNAMODB_ATTRIBUTES_WITHOUT_SELECT = Check(
    "DYNAMODB_ATTRIBUTES_WITHOUT_SELECT",
    "DynamoDB attributes without select",
    Severity.SECURITY_WARNING,
    "dynamodb:Attributes alone does not limit what is read; test dynamodb:Select for SPECIFIC_ATTRIBUTES too.",
    "A request that names no attributes gets all of them. dynamodb:Select, or dynamodb:ReturnValues when items are "
    "written, closes this way.",
)
REDUNDANT_CONDITION_VALUE_NUM = Check(
    "REDUNDANT_CONDITION_VALUE_NUM",
    "Redundant condition value num",
    Severity.SUGGESTION,
    "Of the bounds of {key} only {value} counts.",
    "Several values of one key are alternatives, so that the loosest bound decides.",
)
CHECKS = (
    INVALID_VPC_FORMAT,
    INVALID_VPCE_FORMAT,
    INVALID_KMS_KEY_VALUE,
    S3_PREFIX_IN_NEGATIVE_CONTEXT,
    DYNAMODB_ATTRIBUTES_WITHOUT_SELECT,
    REDUNDANT_CONDITION_VALUE_NUM,
)
_IDS = {
    "aws:sourcevpc": (re.compile(r"vpc-(?:[0-9a-z]{8}|[0-9a-z]{17})"), INVALID_VPC_FORMAT),
    "aws:sourcevpce": (re.compile(r"vpce-(?:[0-9a-z]{8}|[0-9a-z]{17})"), INVALID_VPCE_FORMAT),
}
_KMS_KEY = re.compile(r"arn:[^:]*:kms:[^:]*:[^:]*:key/.+")
_KMS_KEYS = ("s3:x-amz-server-side-encryption-aws-kms-key-id",)
_LOOSEST = {"NumericLessThan": max, "NumericGreaterThan": min}
_SELECTORS = ("dynamodb:select", "dynamodb:returnvalues")


def identifiers(subject: Subject) -> Iterator[Finding]:
    """VPCs and endpoints are named by their ids."""
    for test in subject.tests:
        form, check = _IDS.get(test.key, (None, None))
        if form is None or check is None or not test.base.startswith("String"):
            continue
        for value, path in test.placed():
            if not form.fullmatch(value.text) and not has_wildcard(value.text) and "${" not in value.text:
                yield check.at(value.span, path, value=value.text)


def kms_keys(subject: Subject) -> Iterator[Finding]:
    """A KMS key is named by its ARN."""
    for test in subject.tests:
        if test.base in ("", "Null") or not _holds_kms_key(test):
            continue
        for value, path in test.placed():
            if value.text and not _may_be_key(value.text):
                yield INVALID_KMS_KEY_VALUE.at(value.span, path, value=value.text, key=test.condition.key.text)


def _holds_kms_key(test: Test) -> bool:
    if test.key in _KMS_KEYS:
        return True
    name = test.key.partition(":")[2].replace("-", "")
    return test.known is not None and test.known.type is ConditionKeyType.ARN and "kmskey" in name


def _may_be_key(text: str) -> bool:
    return (
        bool(_KMS_KEY.fullmatch(text))
        or "${" in text
        or text.startswith("*")
        or (text.startswith("arn:") and "*" in text)
    )


def prefixes(subject: Subject) -> Iterator[Finding]:
    """Listing is allowed by prefix, not denied."""
    for test in subject.tests:
        if test.key != "s3:prefix" or not test.base.startswith("String"):
            continue
        if test.negated is (test.statement.effect is Effect.ALLOW):
            value = test.texts[0] if test.texts else ""
            yield S3_PREFIX_IN_NEGATIVE_CONTEXT.at(test.condition.span, test.path, value=value)


def attributes(subject: Subject) -> Iterator[Finding]:
    """Attributes are limited where all are selected otherwise."""
    for test in subject.tests:
        if test.key != "dynamodb:attributes" or test.base == "Null" or test.statement.effect is not Effect.ALLOW:
            continue
        if not any(other.key in _SELECTORS for other in subject.tests_of(test.statement)):
            yield DYNAMODB_ATTRIBUTES_WITHOUT_SELECT.at(test.condition.key.span, test.path)


def bounds(subject: Subject) -> Iterator[Finding]:
    """A bound is one number."""
    for test in subject.tests:
        loosest = _LOOSEST.get(test.base.removesuffix("Equals"))
        numbers = [read for text in test.texts if (read := number(text)) is not None]
        qualifier = test.operator.qualifier if test.operator else None
        if loosest is not None and len(numbers) > 1 and qualifier is not Qualifier.FOR_ALL_VALUES:
            names = {"key": test.condition.key.text, "value": str(loosest(numbers))}
            yield REDUNDANT_CONDITION_VALUE_NUM.at(test.condition.span, test.path, **names)


RULES = (identifiers, kms_keys, prefixes, attributes, bounds)
