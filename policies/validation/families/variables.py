"""Policy variables: their form, and where they may stand.

Rules: reference_policies_variables; access-analyzer-reference-policy-checks.
"""

import re
from collections.abc import Iterator

from policies.catalog import condition_key
from policies.language.document import Value
from policies.language.problems import Path
from policies.language.variables import referenced_keys
from policies.validation.checks import Check, Finding, Severity
from policies.validation.patterns import first_wildcard, has_wildcard
from policies.validation.subject import Subject, Test

__all__ = ["CHECKS", "RULES", "places"]


def _error(code: str, title: str, text: str, learn_more: str) -> Check:
    return Check(code, title, Severity.ERROR, text, learn_more)


_FORM = "A variable is written ${key} or ${key, 'default'}: closed by a brace, the default in single quotes."
MISSING_BRACE_IN_VARIABLE = _error(
    "MISSING_BRACE_IN_VARIABLE",
    "Missing brace in variable",
    'In "{value}" a variable has no closing brace.',
    _FORM,
)
MISSING_QUOTE_IN_VARIABLE = _error(
    "MISSING_QUOTE_IN_VARIABLE",
    "Missing quote in variable",
    'In "{value}" the default of a variable is not in single quotes.',
    _FORM,
)
UNSUPPORTED_SPACE_IN_VARIABLE = _error(
    "UNSUPPORTED_SPACE_IN_VARIABLE",
    "Unsupported space in variable",
    'In "{value}" a variable holds a space in the wrong place.',
    "Spaces may stand only in the default, between its quotes, and one behind the comma before it.",
)
EMPTY_VARIABLE = _error(
    "EMPTY_VARIABLE",
    "Empty variable",
    'In "{value}" a variable names no key.',
    "Between the braces stands the key whose value is put in, such as aws:username.",
)
VARIABLE_UNSUPPORTED_IN_ELEMENT = _error(
    "VARIABLE_UNSUPPORTED_IN_ELEMENT",
    "Variable unsupported in element",
    "{element} takes no variables.",
    "Variables may stand in the last field of a Resource, and in the values of String and Arn conditions.",
)
VARIABLE_UNSUPPORTED_IN_VERSION = _error(
    "VARIABLE_UNSUPPORTED_IN_VERSION",
    "Variable unsupported in version",
    'Without "Version": "2012-10-17" the variable in "{value}" is plain text.',
    "Variables came with version 2012-10-17 of the language; in a policy of 2008-10-17 or of none they are text.",
)
INVALID_VARIABLE_FOR_OPERATOR = _error(
    "INVALID_VARIABLE_FOR_OPERATOR",
    "Invalid variable for operator",
    "{operator} takes no variables.",
    "Only the String and the Arn operators put the value of a variable in.",
)
_TOO_WIDE = (
    "Such a key says whose account, organization or network it is. A value that is not written out lets in what "
    "happens to look alike. Some keys take no pattern at all; the others need six letters before it, and aws:userid "
    "only one whole side of its colon."
)
VARIABLE_USAGE_TOO_PERMISSIVE = _error(
    "VARIABLE_USAGE_TOO_PERMISSIVE",
    "Variable usage too permissive",
    'The variable in "{value}" makes the condition on {key} too wide.',
    _TOO_WIDE,
)
WILDCARD_USAGE_TOO_PERMISSIVE = _error(
    "WILDCARD_USAGE_TOO_PERMISSIVE",
    "Wildcard usage too permissive",
    'The wildcard in "{value}" makes the condition on {key} too wide.',
    _TOO_WIDE,
)
CHECKS = (
    MISSING_BRACE_IN_VARIABLE,
    MISSING_QUOTE_IN_VARIABLE,
    UNSUPPORTED_SPACE_IN_VARIABLE,
    EMPTY_VARIABLE,
    VARIABLE_UNSUPPORTED_IN_ELEMENT,
    VARIABLE_UNSUPPORTED_IN_VERSION,
    INVALID_VARIABLE_FOR_OPERATOR,
    VARIABLE_USAGE_TOO_PERMISSIVE,
    WILDCARD_USAGE_TOO_PERMISSIVE,
)
_GOOD = re.compile(r"\$\{(?:[*?$]|[^\s,'{}$*?]+(?:, '[^']*')?)\}")
_VARIABLE = re.compile(r"\$\{[^{}]*\}")
_WELL_CHOSEN = (
    *("aws:principalarn", "aws:sourcearn", "aws:sourcevpcarn"),
    *("aws:principalorgpaths", "aws:resourceorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"),
)
"""Keys whose pattern must begin with enough letters."""
_ENOUGH = 6
_USER_ID = "aws:userid"


def places(subject: Subject) -> Iterator[tuple[Value, Path]]:
    """The values in which variables may stand."""
    for entry in subject.resources:
        yield entry.value, entry.path
    for test in subject.tests:
        if test.operator is None or test.operator.takes_variables:
            yield from test.placed()


def form(subject: Subject) -> Iterator[Finding]:
    """Every variable is whole, and the version knows variables."""
    if "${" not in subject.text:
        return
    for value, path in places(subject):
        if "${" not in value.text:
            continue
        if not subject.document.has_variables:
            if _VARIABLE.search(value.text):
                yield VARIABLE_UNSUPPORTED_IN_VERSION.at(value.span, path, value=value.text)
            continue
        check = _fault(value.text)
        if check is not None:
            yield check.at(value.span, path, value=value.text)


def _fault(text: str) -> Check | None:
    at = text.find("${")
    while at >= 0:
        match = _GOOD.match(text, at)
        if match is None:
            return _of(text[at + 2 :])
        at = text.find("${", match.end())
    return None


def _of(rest: str) -> Check:
    inside, brace, _ = rest.partition("}")
    if not brace or "${" in inside:
        return MISSING_BRACE_IN_VARIABLE
    if not inside.strip():
        return EMPTY_VARIABLE
    key, comma, default = inside.partition(",")
    if not comma:
        return UNSUPPORTED_SPACE_IN_VARIABLE if any(map(str.isspace, key)) else MISSING_QUOTE_IN_VARIABLE
    bare = default.strip()
    if len(bare) < 2 or not (bare.startswith("'") and bare.endswith("'")):
        return MISSING_QUOTE_IN_VARIABLE
    return UNSUPPORTED_SPACE_IN_VARIABLE


def elements(subject: Subject) -> Iterator[Finding]:
    """No variable stands where none is put in."""
    if "${" not in subject.text:
        return
    for value, path, element in _elsewhere(subject):
        if "${" in value.text:
            yield VARIABLE_UNSUPPORTED_IN_ELEMENT.at(value.span, path, element=element)
    for entry in subject.resources:
        colons = entry.text[: max(entry.text.find("${"), 0)].count(":")
        if "${" in entry.text and entry.text.startswith("arn:") and colons < 5 and subject.document.has_variables:
            element = "An ARN before its last field"
            yield VARIABLE_UNSUPPORTED_IN_ELEMENT.at(entry.value.span, entry.path, element=element)


def _elsewhere(subject: Subject) -> Iterator[tuple[Value, Path, str]]:
    for entry in subject.actions:
        yield entry.value, entry.path, entry.element.name
    for statement in subject.statements:
        path: Path = ("Statement", statement.index)
        if statement.sid is not None:
            yield statement.sid, (*path, "Sid"), "Sid"
        element = statement.principal or statement.not_principal
        for each in element.entries if element else ():
            yield each.value, (*path, element.name if element else "", each.type.value), "A principal"
        for condition in statement.conditions:
            where = (*path, "Condition", condition.operator.text, condition.key.text)
            yield condition.key, where, "A condition key"


def operators(subject: Subject) -> Iterator[Finding]:
    """Under the other operators there is no variable."""
    for test in subject.tests:
        if test.operator is None or test.operator.takes_variables:
            continue
        for value, path in test.placed():
            if _VARIABLE.search(value.text):
                operator = test.condition.operator.text
                yield INVALID_VARIABLE_FOR_OPERATOR.at(value.span, path, operator=operator)


def usage(subject: Subject) -> Iterator[Finding]:
    """Where a key says who it is, the value is written out."""
    for test in subject.tests:
        sensitive = test.known is not None and test.known.sensitive
        if not (sensitive or test.key in _WELL_CHOSEN or test.key == _USER_ID) or test.base == "Null":
            continue
        for value, path in test.placed():
            check = _too_wide(test, value.text, sensitive=sensitive, variables=subject.document.has_variables)
            if check is not None:
                yield check.at(value.span, path, value=value.text, key=test.condition.key.text)


def _too_wide(test: Test, text: str, *, sensitive: bool, variables: bool) -> Check | None:
    if variables and _is_one_sensitive_variable(text):
        return None
    literal = test.base.startswith("StringEquals") or test.base.startswith("StringNotEquals")
    at_variable = text.find("${") if variables else -1
    bare = _VARIABLE.sub("", text) if variables else text
    at_wildcard = -1 if literal and not sensitive else first_wildcard(bare)
    if at_variable >= 0 and not _narrow(test, text, at_variable, sensitive=sensitive):
        return VARIABLE_USAGE_TOO_PERMISSIVE
    if at_wildcard >= 0 and not _narrow(test, bare, at_wildcard, sensitive=sensitive):
        return WILDCARD_USAGE_TOO_PERMISSIVE
    return None


def _is_one_sensitive_variable(text: str) -> bool:
    """Whether a value is the caller's own account, organization or the like, as in `${aws:PrincipalAccount}`."""
    keys = referenced_keys(text)
    if len(keys) != 1 or text != f"${{{keys[0]}}}":
        return False
    known = condition_key(keys[0])
    return known is not None and known.sensitive


def _narrow(test: Test, text: str, at: int, *, sensitive: bool) -> bool:
    if sensitive:
        return False
    if test.key == _USER_ID:
        return _beside_colon(_VARIABLE.sub("*", text))
    return at >= _ENOUGH


def _beside_colon(text: str) -> bool:
    first, colon, last = text.partition(":")
    if not colon:
        return first_wildcard(first) >= _ENOUGH
    return (not has_wildcard(first) and bool(first)) or (first == "*" and not has_wildcard(last))


RULES = (form, elements, operators, usage)
