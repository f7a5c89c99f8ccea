"""The policy simulator: ask what a principal may do, and see why.

The address holds the whole request, so a result can be shared; nothing is changed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.arns import group_target, role_target, user_target
from accounts.operations.groups import list_groups
from accounts.operations.roles import list_roles
from accounts.operations.users import list_users
from iamconsole.aws.arn import AWS_MANAGED, Arn
from iamconsole.aws.errors import AccessDenied, IamError
from iamconsole.aws.organizations import organizations_arn
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from iamconsole.console.highlight import json_lines
from iamconsole.console.htmx import focus, page, wants_part
from iamconsole.console.panels import panel
from iamconsole.console.places import crumbs
from iamconsole.console.request import ConsoleRequest
from policies.access import may
from policies.doubts import doubt
from policies.evaluation import Policy, PolicyType
from policies.explanation import DECIDED_BY, Explanation, explain
from policies.operations.simulation import get_context_keys_for_principal_policy, simulate_principal_policy
from policies.simulation import ContextEntry, EvaluationResult

CONTEXT = "c."
"""The prefix of the parameters that hold a context key's values."""
_CONTROL = (PolicyType.SCP, PolicyType.RCP)
_OF_AWS = organizations_arn(AWS_MANAGED, "policy", "")
_SUGGESTED = PageRequest(size=50)
_TARGETS = {"user": user_target, "group": group_target, "role": role_target}
# Keys that the engine fills in from the principal; asking for them would only confuse.
_FILLED = ("aws:principal", "aws:userid", "aws:username")


@dataclass(frozen=True, slots=True)
class Question:
    """What the form asks, as it was typed."""

    principal: str = ""
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    context: tuple[tuple[str, str], ...] = ()
    chosen: int = 0

    @property
    def is_asked(self) -> bool:
        """Whether there is enough to run a simulation."""
        return bool(self.principal and self.actions)

    def entries(self) -> tuple[ContextEntry, ...]:
        """The context keys as the operation takes them; values are separated by commas."""
        return tuple(
            ContextEntry(key, tuple(value.strip() for value in text.split(",")), "stringList")
            for key, text in self.context
        )

    def href(self, chosen: int) -> str:
        """The address of this question with one result explained."""
        asked = [("principal", self.principal)]
        asked += [("action", action) for action in self.actions]
        asked += [("resource", resource) for resource in self.resources]
        asked += [(CONTEXT + key, text) for key, text in self.context]
        return f"{reverse('simulator')}?{urlencode([*asked, ('explain', str(chosen))])}"


@require_GET
def simulator(request: ConsoleRequest) -> HttpResponse:
    """Show the form, and the results of what the address asks."""
    question = read_question(request.GET)
    context: dict[str, Any] = {
        "title": "Policy simulator",
        "crumbs": crumbs("Policy simulator"),
        "question": question,
        "principals": _principals(request.call),
        "decided_by": DECIDED_BY,
        "lines_of": json_lines,
        **_answer(request.call, question),
    }
    response = page(
        request,
        "policies/simulator/simulator.html",
        context,
        part={"answer": "policies/simulator/_answer.html"},
        status=422 if context["error"] else 200,
    )
    return focus(response, "#explain-title") if wants_part(request) and context["explanation"] else response


def read_question(asked: QueryDict) -> Question:
    """Read the address; actions and resources may stand on lines of one parameter or in several."""
    chosen = asked.get("explain", "")
    return Question(
        principal=asked.get("principal", "").strip(),
        actions=_words(asked.getlist("action")),
        resources=_words(asked.getlist("resource")),
        context=_given(asked),
        chosen=int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 5 else 0,
    )


def _given(asked: QueryDict) -> tuple[tuple[str, str], ...]:
    """The context keys with a value: one parameter each, and the one further key that the form lets add."""
    pairs = [(name.removeprefix(CONTEXT), text) for name, text in asked.items() if name.startswith(CONTEXT)]
    pairs.append((asked.get("key", ""), asked.get("value", "")))
    stripped = [(key.strip(), str(text).strip()) for key, text in pairs]
    return tuple((key, text) for key, text in stripped if key and text)


def _words(texts: list[str]) -> tuple[str, ...]:
    """Split at lines, commas and blanks; what stands twice counts once."""
    words = [word for text in texts for word in text.replace(",", " ").split()]
    return tuple(dict.fromkeys(words))


def _answer(call: Call, question: Question) -> dict[str, Any]:
    """Run the simulation and explain the chosen result; what is refused or wrong is told instead."""
    answer: dict[str, Any] = {"results": (), "explanation": None, "error": None, "refusal": None, "doubts": ()}
    answer["keys"] = question.context
    if not question.is_asked:
        return answer
    try:
        source = _source(call, question.principal)
        results = simulate_principal_policy(
            call,
            policy_source_arn=source,
            action_names=question.actions,
            resource_arns=question.resources or ("*",),
            context_entries=question.entries(),
        )
    except AccessDenied as refusal:
        return {**answer, "refusal": refusal}
    except IamError as error:
        return {**answer, "error": error}
    answer["results"] = results
    answer["keys"] = _context_keys(call, question, source, results)
    answer["explanation"] = _explanation(call, question, results)
    answer["doubts"] = [doubt(result.eval_action_name, result.eval_resource_name) for result in results]
    return answer


def _explanation(call: Call, question: Question, results: tuple[EvaluationResult, ...]) -> Explanation:
    def readable(policy: Policy) -> bool:
        """A control policy of the organization is another account's: its text is for who may describe it."""
        is_own = policy.policy_type not in _CONTROL or policy.source.startswith(_OF_AWS)
        return is_own or may(call, "organizations:DescribePolicy", policy.source)

    return explain(results[min(question.chosen, len(results) - 1)], readable)


def _context_keys(
    call: Call, question: Question, source: str, results: tuple[EvaluationResult, ...]
) -> tuple[tuple[str, str], ...]:
    """The context keys to offer, those still missing first, each with its value."""
    given = {key.lower(): (key, text) for key, text in question.context}
    missing = dict.fromkeys(key for result in results for key in result.missing_context_values)
    known = panel(get_context_keys_for_principal_policy, call, policy_source_arn=source).value or ()
    offered = [key for key in (*missing, *known) if not key.lower().startswith(_FILLED)]
    rows = {key.lower(): given.pop(key.lower(), (key, "")) for key in offered}
    return (*rows.values(), *given.values())


def _source(call: Call, principal: str) -> str:
    """The ARN of a principal: `alice` and `user/alice` stand for the user, a session for its role, an ARN for it."""
    if principal.startswith("arn:"):
        parsed = Arn.parse(principal)
        if parsed.service == "sts" and parsed.resource.startswith("assumed-role/"):
            return role_target(call, parsed.resource.split("/")[1]).arn
        return principal
    noun, slash, name = principal.partition("/")
    if not slash:
        return user_target(call, principal).arn
    return _TARGETS[noun](call, name.rpartition("/")[2]).arn if noun in _TARGETS and name else principal


def _principals(call: Call) -> list[tuple[str, str]]:
    """The first principals of each kind, to choose from; a kind that the reader may not list is left out."""
    lists: tuple[tuple[str, Callable[..., Page[Any]]], ...] = (
        ("User", list_users),
        ("Role", list_roles),
        ("User group", list_groups),
    )
    return [
        (entity.arn, f"{label}: {entity.name}")
        for label, read in lists
        for entity in panel(read, call, page=_SUGGESTED).value or ()
    ]
