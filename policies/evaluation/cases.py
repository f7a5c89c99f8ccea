"""Requests with their policies as lines of JSON, and decisions as such lines: the format of `simulate`."""

from dataclasses import dataclass
from functools import lru_cache
from json import dumps

from policies.evaluation.compiled import CompiledPolicy, compile_policy
from policies.evaluation.evaluate import evaluate
from policies.evaluation.partings import Part
from policies.evaluation.records import AppliedPolicies, Decision, MatchedStatement, Policy, PolicyType, Request, Step
from policies.evaluation.statements import ExaminedStatement
from policies.language.document import Position
from policies.language.json_text import (
    Json,
    JsonArray,
    JsonBoolean,
    JsonNull,
    JsonNumber,
    JsonObject,
    JsonString,
    parse_json,
)
from policies.language.reader import read
from policies.language.writer import write

__all__ = ["Case", "CaseError", "answer", "decide_line", "read_case"]


class CaseError(ValueError):
    """A line is no case."""


@dataclass(frozen=True, slots=True)
class Case:
    """One request beside its policies."""

    id: str
    request: Request
    applied: AppliedPolicies


def decide_line(line: str, *, explain: bool = False) -> tuple[str, bool]:
    """The answer to a line, as a line, and whether the line could be read."""
    case_id: object = None
    try:
        json = _parsed(line)
        case_id = _plain(json["id"]) if "id" in json else None
        case = read_case(line, json)
        decision = evaluate(case.request, case.applied, explain=explain)
    except ValueError as error:
        return dumps({"id": case_id, "error": str(error)}), False
    return dumps({"id": case_id, **answer(decision, explain=explain)}), True


def read_case(line: str, json: dict[str, Json] | None = None) -> Case:
    """Read one line, or raise CaseError, or PolicySyntaxError for one of its documents."""
    members = json if json is not None else _parsed(line)
    request = _object(members, "request")
    policies = _object(members, "policies") if "policies" in members else {}
    resource = policies.get("resource")
    applied = AppliedPolicies(
        identity=_policies(line, policies, "identity", PolicyType.IDENTITY) or (),
        boundary=_policies(line, policies, "boundary", PolicyType.BOUNDARY),
        session=_policies(line, policies, "session", PolicyType.SESSION),
        scp=_levels(line, policies, "scp", PolicyType.SCP),
        rcp=_levels(line, policies, "rcp", PolicyType.RCP),
        resource=None if _absent(resource) else _policy(line, resource, PolicyType.RESOURCE, "resource"),
        vpc_endpoint=_policies(line, policies, "vpcEndpoint", PolicyType.VPC_ENDPOINT),
    )
    return Case(str(_plain(members["id"])) if "id" in members else "", _request(request), applied)


def answer(decision: Decision, *, explain: bool = False) -> dict[str, object]:
    """A decision as it is printed."""
    printed: dict[str, object] = {
        "decision": decision.decision.value,
        "decidedBy": decision.decided_by,
        "matchedStatements": [_matched(each) for each in decision.matched],
        "missingContextKeys": list(decision.missing_context_keys),
    }
    if explain:
        printed["steps"] = [_step(step) for step in decision.steps]
        printed["nearMisses"] = [_near_miss(each) for each in decision.near_misses]
    return printed


def _parsed(line: str) -> dict[str, Json]:
    json, duplicates = parse_json(line)
    if duplicates:
        raise CaseError(f'"{duplicates[0].name.value}" stands twice in one object.')
    if not isinstance(json, JsonObject):
        raise CaseError("A case is one JSON object.")
    return _members(json)


def _members(json: JsonObject) -> dict[str, Json]:
    return {member.name.value: member.value for member in json.members}


def _absent(json: Json | None) -> bool:
    return json is None or isinstance(json, JsonNull)


def _object(members: dict[str, Json], name: str) -> dict[str, Json]:
    json = members.get(name)
    if not isinstance(json, JsonObject):
        raise CaseError(f'The case needs "{name}", an object.')
    return _members(json)


def _request(members: dict[str, Json]) -> Request:
    context = members.get("context")
    if not _absent(context) and not isinstance(context, JsonObject):
        raise CaseError('"context" must be an object of lists.')
    values = _members(context) if isinstance(context, JsonObject) else {}
    return Request(
        principal=_text(members, "principal"),
        action=_text(members, "action"),
        resource=_text(members, "resource", "*"),
        resource_account=_text(members, "resourceAccount", ""),
        context={name: _texts(name, json) for name, json in values.items()},
        federating_user=_text(members, "federatingUser", ""),
    )


def _text(members: dict[str, Json], name: str, default: str | None = None) -> str:
    json = members.get(name)
    if isinstance(json, JsonString):
        return json.value
    if _absent(json) and default is not None:
        return default
    raise CaseError(f'The request needs "{name}", a string.')


def _texts(name: str, json: Json) -> tuple[str, ...]:
    items = json.items if isinstance(json, JsonArray) else (json,)
    texts = tuple(text for item in items if (text := _scalar(item)) is not None)
    if len(texts) < len(items):
        raise CaseError(f'The values of context key "{name}" must be strings.')
    return texts


def _scalar(json: Json) -> str | None:
    match json:
        case JsonString(value=text) | JsonNumber(text=text):
            return text
        case JsonBoolean(value=truth):
            return "true" if truth else "false"
    return None


def _plain(json: Json) -> object:
    return json.value if isinstance(json, JsonBoolean) else _scalar(json)


def _levels(line: str, policies: dict[str, Json], name: str, kind: PolicyType) -> tuple[tuple[Policy, ...], ...]:
    json = policies.get(name)
    if _absent(json):
        return ()
    if not isinstance(json, JsonArray):
        raise CaseError(f'"{name}" must be a list of levels.')
    return tuple(_listed(line, level, name, kind) for level in json.items)


def _policies(line: str, policies: dict[str, Json], name: str, kind: PolicyType) -> tuple[Policy, ...] | None:
    json = policies.get(name)
    return None if json is None or isinstance(json, JsonNull) else _listed(line, json, name, kind)


def _listed(line: str, json: Json, name: str, kind: PolicyType) -> tuple[Policy, ...]:
    if not isinstance(json, JsonArray):
        raise CaseError(f'"{name}" must be a list of policies.')
    return tuple(_policy(line, item, kind, f"{name}-{index}") for index, item in enumerate(json.items))


def _policy(line: str, json: Json | None, kind: PolicyType, name: str) -> Policy:
    if not isinstance(json, JsonObject):
        raise CaseError(f'"{kind}" must hold policies: objects with "name" and "document".')
    members = _members(json)
    document = members.get("document", json)
    named = members.get("name")
    if isinstance(named, JsonString) and document is not json:
        name = named.value
    if isinstance(document, JsonString):
        compiled = compile_text(document.value)
    else:
        compiled = compile_object(line[document.start : document.end])
    return Policy(name, kind, compiled)


@lru_cache(512)
def compile_text(text: str) -> CompiledPolicy:
    """Compile a document; its places are those in the text."""
    return compile_policy(text)


@lru_cache(512)
def compile_object(text: str) -> CompiledPolicy:
    """Compile a document that is part of a case; its places are those in the canonical print."""
    return compile_policy(write(read(text)))


def _place(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}


def _matched(each: MatchedStatement) -> dict[str, object]:
    return {
        "policy": each.policy.name,
        "policyType": each.policy_type.value,
        "sid": each.sid,
        "index": each.index,
        "start": _place(each.span.start),
        "end": _place(each.span.end),
    }


def _step(step: Step) -> dict[str, object]:
    return {
        "layer": step.layer.value,
        "verdict": step.verdict,
        "decisive": step.decisive,
        "stops": step.stops,
        "reason": step.reason,
        "matchedStatements": [_matched(each) for each in step.matched],
    }


def _near_miss(each: ExaminedStatement) -> dict[str, object]:
    return {
        **_matched(each.statement),
        "effect": each.effect.value,
        "sentence": each.sentence,
        "parts": [_part(part) for part in each.parts],
    }


def _part(part: Part) -> dict[str, object]:
    return {
        "element": part.element,
        "name": part.name,
        "matched": part.matched,
        "asked": list(part.asked),
        "wanted": list(part.wanted),
        "sentence": part.sentence,
        "start": _place(part.span.start),
        "end": _place(part.span.end),
    }
