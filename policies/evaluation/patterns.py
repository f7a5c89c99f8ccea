"""What Action and Resource elements cover.

Rules: reference_policies_elements_action; reference_policies_elements_resource.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from policies.language.variables import Template, expand, parse_template, split_arn
from policies.language.wildcards import ANY, ONE, Matcher, compile_pattern, marked

if TYPE_CHECKING:
    from policies.evaluation.examination import Examination

__all__ = ["ResourceTest", "action_matcher", "is_everything", "resource_test"]

ResourceTest = Callable[["Examination"], bool]

_PARTS = 6


def is_everything(text: str) -> bool:
    """Whether a pattern is nothing but stars."""
    return bool(text) and not text.strip("*")


def action_matcher(pattern: str) -> Matcher:
    """A test of lower-case action names: service and name are matched apart."""
    if is_everything(pattern):
        return lambda _action: True
    service, colon, name = pattern.lower().partition(":")
    if not colon:
        return lambda _action: False
    if "*" not in service and "?" not in service:
        return compile_pattern(marked(f"{service}:{name}"))
    covers_service, covers_name = compile_pattern(marked(service)), compile_pattern(marked(name))

    def match(action: str) -> bool:
        prefix, _, rest = action.partition(":")
        return covers_service(prefix) and covers_name(rest)

    return match


def resource_test(text: str, *, variables: bool) -> ResourceTest | None:
    """A test of the requested resource by one entry, or None for an entry that covers nothing."""
    if is_everything(text):
        return lambda _examination: True
    parts = split_arn(text, variables=variables)
    last = parse_template(parts[5], variables=variables, wildcards=True) if len(parts) == _PARTS else (ANY,)
    # Variables stand only behind the fifth colon; an entry with one before it covers nothing.
    if last is None or (variables and any("${" in part for part in parts[:5])):
        return None
    front = [marked(part) for part in parts[:5]]
    if len(front) == _PARTS - 1 and not any(ANY in part or ONE in part for part in front):
        return _behind(":".join(front) + ":", last)
    return _by_parts(front, last)


def _behind(prefix: str, last: Template) -> ResourceTest:
    """The first five parts are plain text: the whole can be compared as one."""
    whole: Template = (prefix + last[0], *last[1:]) if isinstance(last[0], str) else (prefix, *last)
    if len(whole) == 1 and isinstance(whole[0], str):
        match = compile_pattern(whole[0])
        return lambda examination: match(examination.resource)

    def test(examination: "Examination") -> bool:
        if not examination.resource.startswith(prefix):
            return False
        pattern = expand(whole, examination.variable)
        return pattern is not None and compile_pattern(pattern)(examination.resource)

    return test


def _by_parts(front: list[str], last: Template) -> ResourceTest:
    matchers = tuple(compile_pattern(part) for part in front)
    only = last[0]
    covers_last = compile_pattern(only) if len(last) == 1 and isinstance(only, str) else None

    def test(examination: "Examination") -> bool:
        parts = examination.resource_parts
        if parts is None or not all(match(part) for match, part in zip(matchers, parts, strict=False)):
            return False
        if covers_last is not None:
            return covers_last(parts[5])
        pattern = expand(last, examination.variable)
        return pattern is not None and compile_pattern(pattern)(parts[5])

    return test
