"""Where Action or NotAction part from the action asked for."""

from difflib import SequenceMatcher

from policies.evaluation.compiled import CompiledStatement
from policies.evaluation.examination import Examination
from policies.evaluation.partings.part import Part, listed

__all__ = ["action_parting"]

_A_SLIP = 0.85
_LONGEST_NAME = 80


def action_parting(statement: CompiledStatement, examination: Examination) -> Part:
    """The action beside the statement's list."""
    element = statement.statement.action or statement.statement.not_action
    if element is None:
        return Part("action", "Action", matched=False, asked=(), wanted=(), span=statement.span)
    matched = statement.covers_action(examination.action)
    asked = examination.request.action
    sentence = "" if matched else _sentence(element.texts, asked, excludes=statement.not_action)
    return Part("action", element.name, matched, (asked,), element.texts, element.span, sentence)


def _sentence(wanted: tuple[str, ...], asked: str, *, excludes: bool) -> str:
    if excludes:
        return f"NotAction leaves {asked} out of what the statement covers."
    service = asked.lower().partition(":")[0]
    same_service = [text for text in wanted if text.lower().partition(":")[0] == service]
    for text in same_service:
        if _is_slip(text.lower(), asked.lower()):
            return f"The statement names {text}, the request asks for {asked}: the names differ by a few letters."
    if not same_service:
        return f"The statement covers {listed(wanted, 'and')}, the request is for another service: {asked}."
    return f"The statement covers {listed(same_service, 'and')}, the request asks for {asked}."


def _is_slip(wanted: str, asked: str) -> bool:
    if "*" in wanted or "?" in wanted or len(wanted) > _LONGEST_NAME or len(asked) > _LONGEST_NAME:
        return False
    # A noun in the plural or a letter too many is a slip; GetObject and PutObject are two actions.
    prefix = wanted.partition(":")[2][:3] == asked.partition(":")[2][:3]
    return prefix and SequenceMatcher(None, wanted, asked).ratio() >= _A_SLIP and abs(len(wanted) - len(asked)) <= 2
