"""The gate: authorize a call, run it in a transaction, record it. Nothing else writes domain rows.

Every operation that AWS calls by name is one function decorated with `@operation`. The gate asks the account's own
policies (the console is subject to the policies it edits), runs a change and its event in one transaction, and records
a refusal in a transaction of its own right after the rollback. One operation never calls another: it would be
authorized and recorded twice.
"""

import inspect
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, is_dataclass
from functools import wraps
from itertools import product
from typing import Any, Concatenate, ParamSpec, TypeVar

import pghistory
from django.db import transaction

from accounts.arns import Parameters, Resolver, Target
from iamconsole.audit.models import Event
from iamconsole.audit.recording import Outcome, api_event, shared_with
from iamconsole.aws.errors import AccessDenied, IamError, ServiceFailure
from iamconsole.call import Call
from policies import access
from policies.authorization_message import encode

P = ParamSpec("P")
R = TypeVar("R")
Answer = Callable[[Any], Mapping[str, Any]]
Further = Callable[[Call, Parameters], Iterable[tuple[str, Target]]]

_inside: ContextVar[str] = ContextVar("operation", default="")


@dataclass(frozen=True, slots=True)
class Operation:
    """What the gate knows of one operation.

    `hidden` are parameters that no event may hold; `keys` maps a parameter to the condition key that carries it;
    `also` maps a parameter to a further action that whoever gives it must be allowed (tags at creation need TagUser);
    `further` gives more that must be allowed, each an action on a resource of its own (iam:PassRole on the role that is
    handed over); `answer` gives the response elements of a change's event.
    `event_name` is the name in the trail of what AWS has no operation for.
    """

    action: str
    resource: Resolver
    read_only: bool = False
    hidden: frozenset[str] = frozenset()
    keys: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)
    answer: Answer | None = None
    further: Further | None = None
    event_name: str = ""

    @property
    def recorded_action(self) -> str:
        """The action by which the trail tells of the call."""
        service, _, name = self.action.partition(":")
        return f"{service}:{self.event_name or name}"

    @property
    def name(self) -> str:
        """The operation's name as AWS writes it."""
        return self.action.partition(":")[2]

    def actions(self, parameters: Parameters) -> tuple[str, ...]:
        """What the caller must be allowed to do, the operation itself first."""
        return (self.action, *(action for name, action in self.also.items() if parameters.get(name)))

    def asked(self, call: Call, targets: tuple[Target, ...], parameters: Parameters) -> Iterable[tuple[str, Target]]:
        """Every action that must be allowed, with its resource; what is asked for last may depend on what is there."""
        for target, action in product(targets, self.actions(parameters)):
            yield action, target
        if self.further:
            yield from self.further(call, parameters)

    def context(self, parameters: Parameters) -> dict[str, tuple[str, ...]]:
        """The condition keys that follow from what is asked for."""
        keys = {key: (str(parameters[name]),) for name, key in self.keys.items() if parameters.get(name)}
        return {**_request_tags(parameters), **keys}


OPERATIONS: dict[str, Operation] = {}
"""Every operation by its action, as the doors look it up."""
FUNCTIONS: dict[str, Callable[..., Any]] = {}
"""The function of each operation by its action, gate included."""


def operation(
    action: str,
    *,
    resource: Resolver,
    read_only: bool = False,
    hidden: frozenset[str] = frozenset(),
    keys: Mapping[str, str] | None = None,
    also: Mapping[str, str] | None = None,
    answer: Answer | None = None,
    further: Further | None = None,
    batch: bool = False,
    event_name: str = "",
) -> Callable[[Callable[Concatenate[Call, P], R]], Callable[Concatenate[Call, P], R]]:
    """Make a function the operation of this name; a second function of a name is a fault.

    `batch` marks one that does a named operation for several things at once, or in a way of the console's alone: it
    passes the gate in the same way, but is not what a door finds under the name.

    The function takes the call and keyword-only parameters, and raises IamError to refuse. Raises AccessDenied, with
    the decision on it, where the caller's policies do not allow it.
    """
    known = Operation(action, resource, read_only, hidden, keys or {}, also or {}, answer, further, event_name)

    def decorate(function: Callable[Concatenate[Call, P], R]) -> Callable[Concatenate[Call, P], R]:
        signature = inspect.signature(function)

        @wraps(function)
        def through_the_gate(call: Call, /, *args: P.args, **kwargs: P.kwargs) -> R:
            bound = signature.bind(call, *args, **kwargs)
            bound.apply_defaults()
            parameters = {name: value for name, value in bound.arguments.items() if name != "call"}
            return _pass(_Passage(known, call, parameters), lambda: function(call, *args, **kwargs))

        if not batch:
            if action in OPERATIONS:
                raise RuntimeError(f"{action} is an operation already: one action, one function")
            OPERATIONS[action], FUNCTIONS[action] = known, through_the_gate
        return through_the_gate

    return decorate


@dataclass(frozen=True, slots=True)
class Passed:
    """An attempt that was allowed: the decision, and the id of the event that recorded it."""

    judgement: access.Judgement
    event_id: str


def attempt(
    call: Call, action: str, targets: tuple[Target, ...], *, read_only: bool, parameters: Parameters | None = None
) -> Passed:
    """Let an action pass the gate that is no function of ours: it is authorized and recorded, and does nothing.

    Raises AccessDenied as every operation does.
    """
    passage = _Passage(Operation(action, lambda _call, _parameters: targets, read_only), call, parameters or {})
    _pass(passage, lambda: None)
    assert passage.decision is not None  # noqa: S101 - what was asked about every target
    return Passed(passage.decision, passage.event_id)


def _pass(passage: "_Passage", run: Callable[[], R]) -> R:
    known, call = passage.known, passage.call
    if _inside.get():
        raise RuntimeError(f"{known.action} was called from inside {_inside.get()}: one operation never calls another")
    token = _inside.set(known.action)
    try:
        return passage.read(run) if known.read_only else passage.change(run)
    except IamError as error:
        passage.refused(error)
        raise
    except Exception:
        passage.refused(ServiceFailure("The request failed because of an internal error."))
        raise
    finally:
        _inside.reset(token)
        if not known.read_only:
            call.forget()


class _Passage:
    """One call on its way through the gate."""

    def __init__(self, known: Operation, call: Call, parameters: Parameters) -> None:
        self.known, self.call, self.parameters = known, call, parameters
        self.targets: tuple[Target, ...] = ()
        self.decision: access.Judgement | None = None
        self.event_id = str(uuid.uuid4())

    def read(self, run: Callable[[], R]) -> R:
        self._authorize()
        result = run()
        for event in self._events(Outcome()):
            self.call.recorder.add(event)
        return result

    def change(self, run: Callable[[], R]) -> R:
        written_by = {"request_id": str(self.call.request_id), "event_id": self.event_id, "action": self.known.action}
        with transaction.atomic(), pghistory.context(**written_by):
            self._authorize()
            result = run()
            elements = self.known.answer(result) if self.known.answer else None
            for event in self._events(Outcome(response=elements)):
                event.save(force_insert=True)
        return result

    def refused(self, error: IamError) -> None:
        event = self._event(Outcome(error_code=error.code, error_message=error.message))
        event.save(force_insert=True)
        if isinstance(error, AccessDenied):
            error.authorization_id = str(event.event_id)

    def _authorize(self) -> None:
        if self.call.session is not None:
            self.call.session.check_reach(self.known.action)
        self.targets = self.known.resource(self.call, self.parameters)
        for action, target in self.known.asked(self.call, self.targets, self.parameters):
            keys = {**target.context(), **self.known.context(self.parameters)}
            judgement = access.judge(self.call, action, target.arn, keys, owner=target.account_id, policy=target.policy)
            if self.decision is None or not judgement.allowed:
                self.decision = judgement
            if not judgement.allowed:
                raise self._denied(judgement)

    def _denied(self, judgement: access.Judgement) -> AccessDenied:
        error = AccessDenied(
            judgement.sentence(self.call.principal.arn) + self._encoded(judgement),
            action=judgement.request.action,
            resource=judgement.request.resource,
            principal_arn=self.call.principal.arn,
            reason=judgement.reason(),
        )
        error.decision = judgement
        return error

    def _encoded(self, judgement: access.Judgement) -> str:
        """What EC2 adds to its refusals, for sts:DecodeAuthorizationMessage."""
        if not judgement.request.action.startswith("ec2:"):
            return ""
        call = self.call
        message = encode(judgement.request, judgement.decision, call.account_id, call.principal.principal_id)
        return f". Encoded authorization failure message: {message}"

    def _events(self, outcome: Outcome) -> list[Event]:
        """The call's event, and a copy for each other account that owns a resource of it or is concerned."""
        event = self._event(outcome)
        others = {account for target in self.targets for account in (target.account_id, target.concerns)}
        return [event, *(shared_with(event, owner) for owner in sorted(others - {"", self.call.account_id}))]

    def _event(self, outcome: Outcome) -> Event:
        return api_event(
            self.call,
            action=self.known.recorded_action,
            read_only=self.known.read_only,
            parameters=_recorded(self.parameters, self.known.hidden),
            outcome=outcome,
            resources=tuple(target.as_resource() for target in self.targets if target.arn != "*"),
            decision=self.decision.record() if self.decision else None,
            event_id=self.event_id,
        )


def _request_tags(parameters: Parameters) -> dict[str, tuple[str, ...]]:
    tags = parameters.get("tags") or ()
    keys = tuple(key for key, _ in tags) or tuple(parameters.get("tag_keys") or ())
    context: dict[str, tuple[str, ...]] = {f"aws:RequestTag/{key}": (value,) for key, value in tags}
    if keys:
        context["aws:TagKeys"] = keys
    return context


def _recorded(parameters: Parameters, hidden: frozenset[str]) -> dict[str, Any]:
    """Write parameters as an event holds them: lowerCamelCase, without secrets and what was not given."""
    return {
        camel_case(name): _tags(value) if name == "tags" else _plain(value)
        for name, value in parameters.items()
        if value not in (None, (), []) and name not in hidden and name != "page"
    }


def camel_case(name: str) -> str:
    """Write a parameter's name as AWS's requests do: `policy_arn` is `policyArn`, `mfa` inside a name is `MFA`."""
    head, *rest = name.split("_")
    return head + "".join("MFA" if word == "mfa" else word.title() for word in rest)


def _tags(tags: Any) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags]


def _plain(value: Any) -> Any:
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {camel_case(each.name): _plain(getattr(value, each.name)) for each in fields(value)}
    return str(value)
