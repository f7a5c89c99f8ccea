"""Condition values: whether they are of the type that the operator and the key want.

Rules: access-analyzer-reference-policy-checks; reference_policies_elements_condition_operators.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from policies.catalog import ConditionKeyType
from policies.evaluation.conditions.addresses import network
from policies.evaluation.conditions.binary import octets
from policies.evaluation.conditions.booleans import boolean
from policies.evaluation.conditions.numbers import number
from policies.language.document import Value
from policies.language.instants import instant
from policies.language.json_text import Json, JsonArray, JsonBoolean, JsonNumber, JsonString
from policies.validation.arn_shapes import is_region
from policies.validation.checks import Check, Finding, Severity
from policies.validation.patterns import first_wildcard, has_wildcard
from policies.validation.structure import condition_nodes
from policies.validation.subject import Subject, Test

__all__ = ["CHECKS", "RULES"]


def _check(code: str, title: str, severity: Severity, text: str, learn_more: str) -> Check:
    return Check(code, title, severity, text, learn_more)


INVALID_CONDITION_DATA_TYPE = _check(
    "INVALID_CONDITION_DATA_TYPE",
    "Invalid condition data type",
    Severity.ERROR,
    "The values of {key} are not all of one type that suits {operator}.",
    "Write all values of a key alike: all strings, all numbers, or all true and false. A string suits every operator.",
)
INVALID_CONDITION_MULTIPLE_BOOLEAN = _check(
    "INVALID_CONDITION_MULTIPLE_BOOLEAN",
    "Invalid condition multiple Boolean",
    Severity.ERROR,
    "{key} has {count} values; a Boolean takes one.",
    "true and false together are always met, so a condition on a Boolean key names one of them.",
)
INVALID_REGION = _check(
    "INVALID_REGION",
    "Invalid Region",
    Severity.ERROR,
    'There is no Region "{value}".',
    "The condition compares codes such as eu-central-1, letter by letter. IAM and other global services count as "
    "us-east-1.",
)
TYPE_MISMATCH = _check(
    "TYPE_MISMATCH",
    "Type mismatch",
    Severity.WARNING,
    "{key} is of type {type}; {operator} does not suit it.",
    "An operator of another family reads the value otherwise than the key means it, and the condition rarely holds.",
)
TYPE_MISMATCH_BOOLEAN = _check(
    "TYPE_MISMATCH_BOOLEAN",
    "Type mismatch Boolean",
    Severity.WARNING,
    '"{value}" is neither true nor false.',
    "Bool and Null compare with true or false; with anything else the condition never holds.",
)
TYPE_MISMATCH_DATE = _check(
    "TYPE_MISMATCH_DATE",
    "Type mismatch date",
    Severity.WARNING,
    '"{value}" is no date; write 2026-01-31T08:00:00Z.',
    "Dates are written as ISO 8601 has them, year first. IAM refuses to save others.",
)
TYPE_MISMATCH_NUMBER = _check(
    "TYPE_MISMATCH_NUMBER",
    "Type mismatch number",
    Severity.WARNING,
    '"{value}" is no number.',
    "A Numeric operator compares whole or decimal numbers; with anything else the condition never holds.",
)
TYPE_MISMATCH_STRING = _check(
    "TYPE_MISMATCH_STRING",
    "Type mismatch string",
    Severity.WARNING,
    '"{value}" is no base64 text.',
    "BinaryEquals compares bytes, which a policy writes in base64.",
)
TYPE_MISMATCH_IP_RANGE = _check(
    "TYPE_MISMATCH_IP_RANGE",
    "Type mismatch IP range",
    Severity.ERROR,
    '"{value}" is no IP address and no range such as 203.0.113.0/24.',
    "IpAddress and NotIpAddress compare with addresses or CIDR ranges of IPv4 or IPv6.",
)
INVALID_DATE_VALUE = _check(
    "INVALID_DATE_VALUE",
    "Invalid date value",
    Severity.WARNING,
    '"{value}" may not be the time that was meant; write it as YYYY-MM-DDThh:mm:ssZ.',
    "Seconds since 1970 and dates without a day are read, but hardly anybody sees which moment they mean.",
)
WILDCARD_WITHOUT_LIKE_OPERATOR = _check(
    "WILDCARD_WITHOUT_LIKE_OPERATOR",
    "Wildcard without like operator",
    Severity.WARNING,
    'Under {operator} the {mark} in "{value}" is an ordinary character.',
    "Only StringLike, StringNotLike and the Arn operators know wildcards. Use one of them, or write ${{*}} where the "
    "character itself is meant.",
)
STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS = _check(
    "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
    "String like operator with ARN condition keys",
    Severity.SECURITY_WARNING,
    "{key} holds an ARN; under {operator} a wildcard runs across its fields. Use {better}.",
    "ArnLike compares an ARN field by field, so that a * stays between two colons. StringLike takes it as one text, "
    "and a * may swallow account and resource together.",
)
CHECKS = (
    INVALID_CONDITION_DATA_TYPE,
    INVALID_CONDITION_MULTIPLE_BOOLEAN,
    INVALID_REGION,
    TYPE_MISMATCH,
    TYPE_MISMATCH_BOOLEAN,
    TYPE_MISMATCH_DATE,
    TYPE_MISMATCH_NUMBER,
    TYPE_MISMATCH_STRING,
    TYPE_MISMATCH_IP_RANGE,
    INVALID_DATE_VALUE,
    WILDCARD_WITHOUT_LIKE_OPERATOR,
    STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS,
)
_FAMILIES = ("String", "Numeric", "Date", "Bool", "Binary", "NotIp", "Ip", "Arn", "Null")
_SUITABLE: Mapping[ConditionKeyType, tuple[str, ...]] = {
    ConditionKeyType.STRING: ("String",),
    ConditionKeyType.ARN: ("Arn", "String"),
    ConditionKeyType.BOOL: ("Bool",),
    ConditionKeyType.NUMERIC: ("Numeric",),
    ConditionKeyType.DATE: ("Date",),
    ConditionKeyType.IP_ADDRESS: ("Ip", "NotIp"),
}
_ALSO_SUITABLE: Mapping[str, tuple[str, ...]] = {
    "aws:epochtime": ("Numeric",),
    "aws:federatedprovider": ("Arn",),
    "ec2:roledelivery": ("String",),
    "aws:multifactorauthage": ("Numeric",),
    "aws:tokenissuetime": ("Date",),
}
_TYPES: Mapping[type[Json], str] = {JsonString: "string", JsonNumber: "number", JsonBoolean: "boolean"}
_READABLE: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("Numeric", "Date"), frozenset({"string", "number"})),
    **dict.fromkeys(("Bool", "Null"), frozenset({"string", "boolean"})),
    **dict.fromkeys(("Ip", "NotIp", "Arn", "Binary"), frozenset({"string"})),
}
"""The JSON types that a family of operators reads; String operators read all."""
_READERS: Mapping[str, tuple[Callable[[str], object], Check]] = {
    "Bool": (boolean, TYPE_MISMATCH_BOOLEAN),
    "Null": (boolean, TYPE_MISMATCH_BOOLEAN),
    "Date": (instant, TYPE_MISMATCH_DATE),
    "Numeric": (number, TYPE_MISMATCH_NUMBER),
    "Binary": (octets, TYPE_MISMATCH_STRING),
    "Ip": (network, TYPE_MISMATCH_IP_RANGE),
    "NotIp": (network, TYPE_MISMATCH_IP_RANGE),
}
_FULL_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ESCAPES = ("${*}", "${?}")
_EQUALS = ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase")
_REGION_KEYS = ("aws:requestedregion", "ec2:region")


def family(base: str) -> str:
    """The family of a base operator: `Numeric` of `NumericLessThan`; empty for an unknown one."""
    return next((name for name in _FAMILIES if base.startswith(name)), "")


def data_types(subject: Subject) -> Iterator[Finding]:
    """The JSON values of a key are of one type, and of one that the operator reads."""
    for test, node in condition_nodes(subject):
        items = node.items if isinstance(node, JsonArray) else (node,)
        types = {_TYPES[type(item)] for item in items if type(item) in _TYPES}
        if len(types) > 1 or not types <= _READABLE.get(family(test.base), types):
            names = {"key": test.condition.key.text, "operator": test.condition.operator.text}
            yield INVALID_CONDITION_DATA_TYPE.at(test.condition.span, test.path, **names)


def booleans(subject: Subject) -> Iterator[Finding]:
    """A Boolean has one value."""
    for test in subject.tests:
        count = len(test.condition.values)
        if count > 1 and (test.base == "Bool" or (test.known and test.known.type is ConditionKeyType.BOOL)):
            key = test.condition.key
            yield INVALID_CONDITION_MULTIPLE_BOOLEAN.at(key.span, test.path, key=key.text, count=str(count))


def regions(subject: Subject) -> Iterator[Finding]:
    """A Region that is compared with exists."""
    for test in subject.tests:
        if test.key not in _REGION_KEYS or not test.base.startswith("String"):
            continue
        for value, path in test.placed():
            if not has_wildcard(value.text) and "${" not in value.text and not is_region(value.text):
                yield INVALID_REGION.at(value.span, path, value=value.text)


def operators(subject: Subject) -> Iterator[Finding]:
    """The operator is of the family that suits the type of the key."""
    for test in subject.tests:
        if test.known is None or test.base in ("", "Null"):
            continue
        named, kind = family(test.base), test.known.type
        names = {"key": test.condition.key.text, "operator": test.condition.operator.text}
        span = test.condition.operator.span
        if named not in _SUITABLE[kind] and named not in _ALSO_SUITABLE.get(test.key, ()):
            yield TYPE_MISMATCH.at(span, test.path, type=kind.value, **names)
        elif kind is ConditionKeyType.ARN and test.base in ("StringLike", "StringNotLike"):
            better = test.condition.operator.text.replace("String", "Arn")
            yield STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS.at(span, test.path, better=better, **names)


def values(subject: Subject) -> Iterator[Finding]:
    """Each value can be read by its operator."""
    for test in subject.tests:
        reader = _READERS.get(family(test.base))
        if reader is None:
            continue
        read, check = reader
        for value, path in test.placed():
            if "${" not in value.text and read(value.text) is None:
                yield check.at(value.span, path, value=value.text)
            elif family(test.base) == "Date" and not _FULL_DATE.match(value.text) and "${" not in value.text:
                yield INVALID_DATE_VALUE.at(value.span, path, value=value.text)


def wildcards(subject: Subject) -> Iterator[Finding]:
    """A wildcard stands where it is one."""
    for test in subject.tests:
        if test.base in _EQUALS:
            for value, path in test.placed():
                yield from _wildcard(test, value, path)


def _wildcard(test: Test, value: Value, path: tuple[str | int, ...]) -> Iterator[Finding]:
    text = value.text
    for escape in _ESCAPES:
        text = text.replace(escape, "")
    at = first_wildcard(text)
    if at >= 0:
        names = {"operator": test.condition.operator.text, "mark": text[at], "value": value.text}
        yield WILDCARD_WITHOUT_LIKE_OPERATOR.at(value.span, path, **names)


RULES = (data_types, booleans, regions, operators, values, wildcards)
