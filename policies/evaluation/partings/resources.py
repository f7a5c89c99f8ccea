"""Where Resource or NotResource part from the resource asked for."""

from collections.abc import Callable

from policies.evaluation.compiled import CompiledStatement
from policies.evaluation.examination import Examination
from policies.evaluation.partings.part import Part, listed
from policies.language.variables import expand, parse_template, referenced_keys, split_arn
from policies.language.wildcards import matches, unmarked

__all__ = ["resource_parting"]

_ESCAPES = ("${*}", "${?}", "${$}")
_FIELDS = ("prefix", "partition", "service", "Region", "account", "resource")


def resource_parting(statement: CompiledStatement, examination: Examination, *, variables: bool) -> Part:
    """The requested resource beside the statement's list."""
    element = statement.statement.resource or statement.statement.not_resource
    asked = examination.resource
    if element is None:
        sentence = "The statement has no Resource, so it covers nothing."
        return Part(
            "resource", "Resource", matched=False, asked=(asked,), wanted=(), span=statement.span, sentence=sentence
        )
    matched = statement.covers_resource(examination)
    sentence = ""
    if not matched and statement.not_resource:
        sentence = f"NotResource leaves {asked} out of what the statement covers."
    elif not matched:
        sentence = _sentence(element.texts, examination, variables=variables)
    return Part("resource", element.name, matched, (asked,), element.texts, element.span, sentence)


def _sentence(wanted: tuple[str, ...], examination: Examination, *, variables: bool) -> str:
    asked = examination.resource
    if not wanted:
        return "The statement's Resource is an empty list, so it covers nothing."
    if asked == "*":
        return (
            f'{examination.request.action} here names no single resource, so only Resource "*" covers it; '
            f"the statement lists {listed(wanted)}."
        )
    nearest = max(wanted, key=lambda text: _common(text, asked))
    if "${" in nearest and (sentence := _about_variables(nearest, examination, variables=variables)):
        return sentence
    for explanation in _EXPLANATIONS:
        for text in sorted(wanted, key=lambda text: text != nearest):
            if sentence := explanation(text, asked):
                return sentence
    return f"The statement covers {listed(wanted)}, the request is for {asked}."


def _common(wanted: str, asked: str) -> int:
    """How many first characters are the same."""
    pairs = zip(wanted, asked, strict=False)
    return next((index for index, (one, other) in enumerate(pairs) if one != other), min(len(wanted), len(asked)))


def _about_variables(wanted: str, examination: Examination, *, variables: bool) -> str:
    if not variables:
        return f'In {wanted} the ${{...}} is plain text: variables need "Version": "2012-10-17" in the policy.'
    template = parse_template(wanted, variables=True, wildcards=True)
    if template is None:
        return f"{wanted} holds a ${{ that begins no policy variable, so this entry covers nothing."
    if any("${" in part for part in split_arn(wanted, variables=True)[:5]):
        return f"{wanted} has a variable before the fifth colon, where none is allowed, so this entry covers nothing."
    missing = [key for key in referenced_keys(wanted) if examination.variable(key.lower()) is None]
    value = expand(template, examination.variable)
    if value is None:
        return f"{listed(missing, 'and')} has no value in this request, so {wanted} covers nothing."
    covered = f"{unmarked(value)} ({wanted} for this request)" if referenced_keys(wanted) else wanted
    hint = next((f" {escape} is the plain character {escape[2]}." for escape in _ESCAPES if escape in wanted), "")
    return f"The statement covers {covered}, the request is for {examination.resource}.{hint}"


def _bucket(wanted: str, asked: str) -> str:
    bucket, _, key = asked.partition("/")
    if _is_s3(asked) and key and matches(wanted, bucket) and not wanted.endswith("*"):
        return (
            f"The statement covers the bucket {wanted}, the request is for an object in it, {asked}; "
            f"objects are covered by {wanted}/*."
        )
    return ""


def _objects(wanted: str, asked: str) -> str:
    bucket, _, _ = wanted.partition("/")
    if _is_s3(asked) and "/" not in asked and "/" in wanted and matches(bucket, asked):
        return (
            f"The statement covers the objects in the bucket, {wanted}; the request is for the bucket itself, {asked}."
        )
    return ""


def _is_s3(arn: str) -> bool:
    return arn.split(":", 5)[2:5] == ["s3", "", ""]


def _letter_case(wanted: str, asked: str) -> str:
    if matches(wanted.lower(), asked.lower()):
        return f"The statement covers {wanted}, the request is for {asked}: in an ARN upper and lower case count."
    return ""


def _path(wanted: str, asked: str) -> str:
    of, to = wanted.split(":", 5), asked.split(":", 5)
    if len(of) < 6 or len(to) < 6 or to[2] != "iam":
        return ""
    form, _, name = of[5].partition("/")
    asked_form, _, asked_name = to[5].partition("/")
    same = form == asked_form and name.rsplit("/", 1)[-1] == asked_name.rsplit("/", 1)[-1]
    if same and name.rpartition("/")[0] != asked_name.rpartition("/")[0]:
        return f"The statement covers {wanted}, the request is for {asked}: the path belongs to an IAM ARN."
    return ""


def _one_field(wanted: str, asked: str) -> str:
    of, to = wanted.split(":", 5), asked.split(":", 5)
    if len(of) < 6 or len(to) < 6:
        return ""
    parting = [index for index, pair in enumerate(zip(of, to, strict=True)) if not matches(*pair)]
    if len(parting) == 1 and parting[0] < 5:
        index = parting[0]
        name, has, needs = _FIELDS[index], of[index] or "(none)", to[index] or "(none)"
        return f"The statement covers {name} {has}, the request is for {name} {needs}: {asked}."
    return ""


_EXPLANATIONS: tuple[Callable[[str, str], str], ...] = (_bucket, _objects, _letter_case, _path, _one_field)
