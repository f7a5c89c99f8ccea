"""Where a condition parts from the context of the request."""

from collections.abc import Callable

from policies.evaluation.conditions import ConditionTest
from policies.evaluation.conditions.addresses import address, network
from policies.evaluation.conditions.binary import octets
from policies.evaluation.conditions.booleans import boolean
from policies.evaluation.conditions.numbers import number
from policies.evaluation.examination import Examination
from policies.evaluation.partings.part import Part, listed
from policies.language.document import Condition
from policies.language.instants import instant
from policies.language.operators import OperatorName, Qualifier, operator_name
from policies.language.variables import expand, parse_template

__all__ = ["condition_parting"]

_KINDS: dict[str, tuple[str, Callable[[str], object], Callable[[str], object]]] = {
    "Numeric": ("a number", number, number),
    "Date": ("a date", instant, instant),
    "Bool": ("true or false", boolean, boolean),
    "Binary": ("base64 text", octets, octets),
    "IpAddress": ("an IP address", address, network),
    "NotIpAddress": ("an IP address", address, network),
}
_DEMANDS = {
    "StringEquals": "{key} = {wanted}",
    "StringEqualsIgnoreCase": "{key} = {wanted}",
    "StringLike": "{key} like {wanted}",
    "StringNotEquals": "{key} other than {wanted}",
    "StringNotEqualsIgnoreCase": "{key} other than {wanted}",
    "StringNotLike": "{key} unlike {wanted}",
    "NumericEquals": "{key} = {wanted}",
    "NumericNotEquals": "{key} other than {wanted}",
    "NumericLessThan": "{key} below {wanted}",
    "NumericLessThanEquals": "{key} of {wanted} at most",
    "NumericGreaterThan": "{key} above {wanted}",
    "NumericGreaterThanEquals": "{key} of {wanted} at least",
    "DateEquals": "{key} = {wanted}",
    "DateNotEquals": "{key} other than {wanted}",
    "DateLessThan": "{key} before {wanted}",
    "DateLessThanEquals": "{key} not after {wanted}",
    "DateGreaterThan": "{key} after {wanted}",
    "DateGreaterThanEquals": "{key} not before {wanted}",
    "Bool": "{key} = {wanted}",
    "BinaryEquals": "{key} = {wanted}",
    "IpAddress": "{key} within {wanted}",
    "NotIpAddress": "{key} outside {wanted}",
    "ArnEquals": "{key} = {wanted}",
    "ArnLike": "{key} like {wanted}",
    "ArnNotEquals": "{key} other than {wanted}",
    "ArnNotLike": "{key} unlike {wanted}",
}


def condition_parting(condition: Condition, test: ConditionTest, examination: Examination, *, variables: bool) -> Part:
    """One key under one operator beside the request's values."""
    matched = test(examination)
    asked = examination.values(condition.key.text.lower())
    wanted = tuple(value.text for value in condition.values)
    operator = operator_name(condition.operator.text)
    sentence = ""
    if not matched and operator is not None:
        meant = _meant(wanted, examination) if variables and operator.takes_variables else wanted
        sentence = _sentence(condition, operator, asked, meant)
    name = f"{condition.operator.text} {condition.key.text}"
    return Part("condition", name, matched, asked, wanted, condition.span, sentence)


def _meant(wanted: tuple[str, ...], examination: Examination) -> tuple[str, ...]:
    """The policy's values with their variables put in."""
    texts = []
    for text in wanted:
        template = parse_template(text, variables=True, wildcards=False) if "${" in text else None
        value = expand(template, examination.variable) if template else None
        texts.append(f"{value} ({text})" if value is not None else f"{text} (no value)" if "${" in text else text)
    return tuple(texts)


def _sentence(condition: Condition, operator: OperatorName, asked: tuple[str, ...], wanted: tuple[str, ...]) -> str:
    key, name = condition.key.text, condition.operator.text
    if operator.base == "Null":
        return _null(key, wanted, asked)
    if not wanted:
        return f"{name} lists no value for {key}, so the condition is never met."
    demand = _DEMANDS[operator.base].format(key=key, wanted=listed(wanted))
    if not asked:
        return f"The statement demands {demand}, but the request does not carry {key}."
    if len(asked) > 1 and operator.qualifier is None:
        return (
            f"The request carries {len(asked)} values of {key}, and {name} compares only one; "
            f"ForAnyValue:{name} or ForAllValues:{name} compare several."
        )
    if sentence := _unreadable(operator, key, asked, condition):
        return sentence
    if operator.qualifier is not None:
        which = "every value of" if operator.qualifier is Qualifier.FOR_ALL_VALUES else "at least one value of"
        demand = _DEMANDS[operator.base].format(key=f"{which} {key}", wanted=listed(wanted))
    return f"The statement demands {demand}, the request says {listed(asked, 'and')}.{_hint(operator, asked, wanted)}"


def _null(key: str, wanted: tuple[str, ...], asked: tuple[str, ...]) -> str:
    if asked:
        return f"The statement demands that {key} is missing, the request carries it: {listed(asked, 'and')}."
    if "false" in (text.lower() for text in wanted):
        return f"The statement demands that the request carries {key}, and it does not."
    return f"Null takes true or false for {key}."


def _unreadable(operator: OperatorName, key: str, asked: tuple[str, ...], condition: Condition) -> str:
    kind = next((kind for prefix, kind in _KINDS.items() if operator.base.startswith(prefix)), None)
    if kind is None:
        return ""
    noun, read_asked, read_wanted = kind
    for text in asked:
        if read_asked(text) is None:
            return f"The request's {key} is {text}, which is not {noun}, so {condition.operator.text} is not met."
    for value in condition.values:
        if read_wanted(value.text) is None:
            return f"The statement's {value.text} for {key} is not {noun}, so {condition.operator.text} is not met."
    return ""


def _hint(operator: OperatorName, asked: tuple[str, ...], wanted: tuple[str, ...]) -> str:
    if operator.base == "StringEquals":
        if any("*" in text or "?" in text for text in wanted):
            return " StringEquals takes * and ? as they stand; StringLike knows wildcards."
        if any(one != other and one.lower() == other.lower() for one in wanted for other in asked):
            return " StringEquals tells upper and lower case apart."
    if operator.base in ("ArnLike", "ArnEquals") and any(text.count(":") < 5 for text in wanted):
        return " An ARN pattern needs its six parts."
    return ""
