"""A decision as a page shows it: the verdict in a sentence, the steps, and the statements it rests on.

The engine gives the trace; here it only gets words. Rules: reference_policies_evaluation-logic.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import dedent

from policies.evaluation import EvalDecision, MatchedStatement, Policy, PolicyType
from policies.evaluation.records import Decision, Step
from policies.evaluation.statements import ExaminedStatement
from policies.simulation import EvaluationResult

SHOWN_POLICIES = 4
"""Policies shown beside a verdict; a page with all of them explains nothing."""
WHOLE_LINES = 24
"""A document up to this long is shown whole, of a longer one only the statement with what stands around it."""

STEP_NAMES = {
    PolicyType.VPC_ENDPOINT: "VPC endpoint policy",
    PolicyType.RCP: "Resource control policy",
    PolicyType.SCP: "Service control policy",
    PolicyType.RESOURCE: "Resource policy",
    PolicyType.IDENTITY: "Identity policy",
    PolicyType.BOUNDARY: "Permissions boundary",
    PolicyType.SESSION: "Session policy",
}
DECIDED_BY = {"root": "Root user", "none": "Always allowed", **{kind.value: name for kind, name in STEP_NAMES.items()}}
_TRUST_NAME = "Role trust policy"
_TITLES = {
    PolicyType.VPC_ENDPOINT: "the VPC endpoint policy does not allow it",
    PolicyType.RCP: "no resource control policy allows it",
    PolicyType.SCP: "no service control policy allows it",
    PolicyType.RESOURCE: "no resource-based policy allows it",
    PolicyType.IDENTITY: "no identity-based policy allows it",
    PolicyType.BOUNDARY: "the permissions boundary does not allow it",
    PolicyType.SESSION: "no session policy allows it",
}
ANSWERS = {
    EvalDecision.ALLOWED: "Allowed",
    EvalDecision.EXPLICIT_DENY: "Denied (explicit)",
    EvalDecision.IMPLICIT_DENY: "Denied (implicit)",
}


Readable = Callable[[Policy], bool]
"""Whether the reader may see what a policy says; one that may not be read is shown by its name and layer alone."""


@dataclass(frozen=True, slots=True)
class Box:
    """One step of the evaluation: its name, its verdict in words, and how it looks (pass, stop or skip)."""

    name: str
    words: str
    kind: str
    decisive: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A policy beside the verdict: its text from `first_line` on, with the lines that matched or stood in the way.

    One that the reader may not read has no lines.
    """

    policy: Policy
    layer: str
    counts: bool
    note: str
    lines: tuple[str, ...]
    first_line: int
    hit: tuple[int, ...] = ()
    deny: tuple[int, ...] = ()

    @property
    def title(self) -> str:
        """The policy's name and version."""
        version = "" if self.policy.version.startswith("sha256:") else f" {self.policy.version}"
        return f"{self.policy.name}{version}"

    @property
    def text(self) -> str:
        """What is shown of the document."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one request is allowed or denied."""

    result: EvaluationResult
    title: str
    sentence: str
    boxes: tuple[Box, ...]
    shown: tuple[Shown, ...]
    near: tuple[str, ...]
    missing: tuple[str, ...]


def everything(policy: Policy) -> bool:
    """Let every policy be read, as whoever may simulate may."""
    return True


def explain(result: EvaluationResult, readable: Readable = everything) -> Explanation:
    """Put a decision into words and pick the statements to show, of those policies that the reader may read."""
    decision = result.decision
    near = _near(decision, readable)
    every = [policy for layer in PolicyType for policy in policies_of(decision, layer)]
    hidden = not all(map(readable, every))
    return Explanation(
        result=result,
        title=_title(decision),
        sentence=_sentence(result, near, hidden=hidden),
        boxes=_boxes(decision),
        shown=_shown(decision, near, readable),
        near=tuple(f"{_where(miss.statement)}: {miss.sentence}" for miss in near[:SHOWN_POLICIES]),
        missing=_missing(decision, filter(readable, every)) if hidden else decision.missing_context_keys,
    )


def layer_name(decision: Decision, layer: PolicyType) -> str:
    """The name of a layer, as a decision's pages show it."""
    trust = layer is PolicyType.RESOURCE and decision.examination.is_role_assumption
    return _TRUST_NAME if trust else STEP_NAMES[layer]


def policies_of(decision: Decision, layer: PolicyType) -> Iterator[Policy]:
    """The policies of a layer."""
    applied = decision.examination.applied
    if layer in (PolicyType.SCP, PolicyType.RCP):
        levels = applied.scp if layer is PolicyType.SCP else applied.rcp
        yield from (policy for level in levels for policy in level)
    elif layer is PolicyType.RESOURCE:
        yield from (applied.resource,) if applied.resource else ()
    else:
        flat = {
            PolicyType.VPC_ENDPOINT: applied.vpc_endpoint,
            PolicyType.IDENTITY: applied.identity,
            PolicyType.BOUNDARY: applied.boundary,
            PolicyType.SESSION: applied.session,
        }
        yield from flat[layer] or ()


def _missing(decision: Decision, policies: Iterable[Policy]) -> tuple[str, ...]:
    """The keys that these policies' statements about the action ask for and the request lacks."""
    action = decision.examination.action
    statements = (statement for policy in policies for statement in policy.compiled.candidates(action))
    told = {key for statement in statements for key, _ in statement.keys}
    return tuple(name for name in decision.missing_context_keys if name.lower() in told)


def _title(decision: Decision) -> str:
    if decision.allowed:
        return {"root": "Allowed: the root user may do everything", "none": "Allowed: nobody can be denied it"}.get(
            decision.decided_by, "Allowed"
        )
    layer = PolicyType(decision.decided_by)
    name = layer_name(decision, layer)
    if decision.decision is EvalDecision.EXPLICIT_DENY:
        return f"Denied: an explicit deny in the {name.lower()}"
    return "Denied: the role trust policy does not allow it" if name == _TRUST_NAME else f"Denied: {_TITLES[layer]}"


def _sentence(result: EvaluationResult, near: Sequence[ExaminedStatement], *, hidden: bool) -> str:
    decision = result.decision
    if decision.allowed:
        names = _names(matched.policy.name for matched in decision.matched)
        return f"{names} {'allow' if ' and ' in names else 'allows'} {result.eval_action_name}." if names else ""
    if decision.decision is EvalDecision.EXPLICIT_DENY:
        return f"{_names(matched.policy.name for matched in decision.matched)} denies it. A deny beats every allow."
    stopping = (step.layer for step in decision.steps if step.stops and not step.decisive)
    also = [layer_name(decision, layer).lower() for layer in stopping]
    nearest = next(iter(near), None)
    nothing = f"No statement{' that you may read' if hidden else ''} speaks of this action."
    first = f"{_where(nearest.statement)}: {nearest.sentence}" if nearest else nothing
    return f"{first} It would also be stopped by the {_names(also)}." if also else first


def _near(decision: Decision, readable: Readable) -> tuple[ExaminedStatement, ...]:
    """The near misses worth telling: statements about the action, and those of the layer that stopped it.

    A statement about quite another action explains nothing, but what a boundary does let through does.
    """
    return tuple(
        miss
        for miss in decision.near_misses
        if readable(miss.statement.policy)
        and (
            miss.is_about_action
            or (miss.statement.policy_type is PolicyType.BOUNDARY and decision.decided_by == PolicyType.BOUNDARY)
        )
    )


def _names(names: Iterable[str]) -> str:
    *most, last = tuple(dict.fromkeys(names)) or ("",)
    return f"{', '.join(most)} and {last}" if most else last


def _boxes(decision: Decision) -> tuple[Box, ...]:
    """The deny scan, the layers in order, and the answer."""
    if not decision.steps:
        return ()
    denied = decision.decision is EvalDecision.EXPLICIT_DENY
    scan = Box("Explicit deny", "A Deny matches" if denied else "No Deny matches", "stop" if denied else "pass", denied)
    reached = not denied
    boxes = [scan]
    for step in decision.steps:
        if step.layer is PolicyType.VPC_ENDPOINT and step.verdict == "notApplicable":
            continue
        boxes.append(_box(layer_name(decision, step.layer), step, reached=reached, denied=denied))
        reached = reached and not (step.decisive and not decision.allowed)
    answer = ANSWERS[decision.decision]
    return (*boxes, Box("Decision", answer, "pass" if decision.allowed else "stop", decisive=False))


def _box(name: str, step: Step, *, reached: bool, denied: bool) -> Box:
    if step.verdict == "notApplicable":
        return Box(name, "None applies", "skip", decisive=False)
    words = {"allowed": "Allows", "explicitDeny": "Denies", "implicitDeny": "No Allow matches"}[step.verdict]
    if not reached and not (denied and step.decisive):
        also = "would stop it too" if step.stops else "would let it pass"
        return Box(name, f"Not reached; {also}", "skip", decisive=False)
    kind = "stop" if step.stops else "pass" if step.verdict == "allowed" else "skip"
    return Box(name, words, kind, decisive=step.decisive)


def _shown(decision: Decision, near: Sequence[ExaminedStatement], readable: Readable) -> tuple[Shown, ...]:
    """The statements that counted; where nothing allowed it, those of passing layers and the nearest misses."""
    passed = decision.matched or tuple(statement for step in decision.steps for statement in step.matched)
    counting = [
        _match(decision, statement) if readable(statement.policy) else _closed(decision, statement.policy)
        for statement in passed[:SHOWN_POLICIES]
    ]
    if decision.decision is not EvalDecision.IMPLICIT_DENY:
        return tuple(counting)
    misses = [_miss(decision, miss) for miss in near[: SHOWN_POLICIES - min(len(counting), 2)]]
    return (*counting[:2], *misses)


def _closed(decision: Decision, policy: Policy) -> Shown:
    note = "A statement of this policy matches. You may not read the policy."
    return Shown(policy, layer_name(decision, policy.policy_type), counts=True, note=note, lines=(), first_line=1)


def _match(decision: Decision, statement: MatchedStatement) -> Shown:
    lines, first = _excerpt(statement)
    hit = tuple(range(statement.span.start.line - first + 1, statement.span.end.line - first + 2))
    denies = statement.policy.compiled.statements[statement.index].denies
    return Shown(
        policy=statement.policy,
        layer=layer_name(decision, statement.policy_type),
        counts=True,
        note=f"{_where(statement)} {'denies' if denies else 'allows'} it",
        lines=lines,
        first_line=first,
        hit=() if denies else hit,
        deny=hit if denies else (),
    )


def _miss(decision: Decision, miss: ExaminedStatement) -> Shown:
    lines, first = _excerpt(miss.statement)
    wrong: list[int] = []
    for part in miss.partings:
        wrong += range(part.span.start.line - first + 1, part.span.end.line - first + 2)
    return Shown(
        policy=miss.statement.policy,
        layer=layer_name(decision, miss.statement.policy_type),
        counts=False,
        note=miss.sentence,
        lines=lines,
        first_line=first,
        deny=tuple(wrong),
    )


def _excerpt(statement: MatchedStatement) -> tuple[tuple[str, ...], int]:
    """The document's lines and the number of the first; of a long document only the statement's own."""
    lines: Sequence[str] = statement.policy.compiled.text.splitlines()
    if len(lines) <= WHOLE_LINES:
        return tuple(lines), 1
    first, last = statement.span.start.line, statement.span.end.line
    return tuple(dedent("\n".join(lines[first - 1 : last])).splitlines()), first


def _where(statement: MatchedStatement) -> str:
    """Name a statement: by its Sid, else by its place."""
    return f"Statement {statement.sid or statement.index + 1} of {statement.policy.name}"
