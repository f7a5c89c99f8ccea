"""Tries: any action on any resource, authorized and recorded like every request, though nothing is done.

Whoever tries "as" a function or an instance must be able to get at it: lambda:InvokeFunction runs the function's code,
ssm:StartSession opens a shell on the instance. From there on the role's credentials count, and nothing else.

Rules: id_roles_use_switch-role-ec2_instance-profiles; reference_policies_evaluation-logic.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

from accounts.arns import Target
from accounts.operations.sts import assume_role
from iamconsole.aws.errors import AccessDenied, InvalidInput
from iamconsole.call import Call
from iamconsole.gate import attempt
from policies import lab_resources
from policies.access import Judgement
from policies.catalog import AccessLevel, Action, action
from policies.doubts import doubt
from policies.lab_kinds import Located, changing_actions, locate
from policies.lab_sessions import call_in_session, kept_credentials, role_of, service_call, session_name
from policies.models import LabResource

__all__ = ["Tried", "try_action"]

_READING = frozenset({AccessLevel.LIST, AccessLevel.READ})
_REAL_SERVICES = frozenset({"access-analyzer", "cloudtrail", "iam", "organizations", "sts"})
"""Services that this console has pages of: what they change is changed there, and nowhere in pretence."""
_PREFIX_KEY = {"s3:ListBucket": "s3:prefix", "s3:ListBucketVersions": "s3:prefix"}
_SOURCE_KEY = {"instance": "ec2:SourceInstanceARN", "function": "lambda:SourceFunctionArn"}


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a try: who asked for what, and the decision; `refusal` where it was refused.

    `event_id` is of the event that recorded it. `missing` says that the request was allowed, but names nothing: AWS
    would answer that the resource does not exist.
    """

    principal_arn: str
    action: str
    resource: str
    event_id: str
    judgement: Judgement
    refusal: AccessDenied | None = None
    missing: bool = False

    @property
    def allowed(self) -> bool:
        """Whether the request went through."""
        return self.refusal is None


def try_action(call: Call, *, action_name: str, resource_arn: str, part: str = "", acting: str = "") -> Tried:
    """Ask for an action on a resource, as the caller or as the lab instance or function with the ARN `acting`.

    `part` names what lies inside the resource, such as an object's key. A refusal of the request itself is the answer;
    AccessDenied is raised where the caller may not act as `acting`, or its service may not take the role.

    Raises InvalidInput for what is no request: an unknown action, an action that has a page of its own, a resource that
    the action is not for.
    """
    known = _known(action_name)
    located = locate(resource_arn)
    asked = _asked(known, located, resource_arn, part)
    keys: dict[str, tuple[str, ...]] = {}
    if acting:
        call, resource = _session_on(call, acting)
        keys[_SOURCE_KEY[resource.kind]] = (resource.arn,)
    target, found = lab_resources.request_target(call, located, asked)
    if known.full_name in _PREFIX_KEY:
        keys[_PREFIX_KEY[known.full_name]] = (part or (located.part if located else ""),)
    tried = partial(Tried, call.principal.arn, known.full_name, asked)
    try:
        passed = attempt(
            call, known.full_name, (_with_keys(target, keys),), read_only=known.access_level in _READING,
            parameters={"resource_arn": asked},
        )  # fmt: skip
    except AccessDenied as refusal:
        return tried(refusal.authorization_id, cast("Judgement", refusal.decision), refusal=refusal)
    missing = located is not None and found is None and asked != "*"
    return tried(passed.event_id, passed.judgement, missing=missing)


def _known(action_name: str) -> Action:
    """The action of this name, where a request for it can be tried."""
    known = action(action_name.strip())
    if known is None:
        raise InvalidInput(f"AWS has no action {action_name}.", field="action")
    if known.full_name == "iam:PassRole":
        raise InvalidInput(
            "iam:PassRole is no request: it is checked where another one hands over a role, as for a new function.",
            field="action",
        )
    changes_something_here = known.service in _REAL_SERVICES and known.access_level not in _READING
    if changes_something_here or known.full_name.lower() in changing_actions():
        raise InvalidInput(
            f"{known.full_name} is done for real in this console, on its own page. Ask the policy simulator about it.",
            field="action",
        )
    return known


def _asked(known: Action, located: Located | None, resource_arn: str, part: str) -> str:
    """The ARN that the request is authorized on."""
    if not known.has_resource_level_permissions:
        return "*"
    if located is not None and located.kind.service == known.service:
        asked = located.kind.asked(located.arn, part or located.part, known)
        if asked is None and located.kind.part is not None:
            raise InvalidInput(
                f"{known.full_name} is about something inside the {located.kind.label.lower()}: enter the "
                f"{located.kind.part.label.lower()}.",
                field="part",
            )
    else:
        asked = resource_arn.strip()
    if not asked or asked == "*" or doubt(known.full_name, asked):
        raise InvalidInput(f"Enter the ARN of a resource that {known.full_name} is for.", field="resource")
    return asked


def _session_on(call: Call, acting: str) -> tuple[Call, LabResource]:
    """Get at a function or an instance of the account, and go on with the credentials that it holds."""
    located = locate(acting)
    if located is None or not located.kind.runs_as:
        raise InvalidInput("Only an instance or a function has a role to act with.", field="acting")
    (target,) = lab_resources.named_resource(call, {"resource_arn": acting})
    attempt(call, located.kind.reach, (target,), read_only=False, parameters={"resource_arn": acting})
    resource = lab_resources.find_resource(call, acting)
    role = role_of(call, resource)
    credential = kept_credentials(call, resource, role)
    if credential is None:
        service = service_call(call, located.kind.principal)
        credential = assume_role(service, role_arn=role.arn, role_session_name=session_name(resource)).credential
    return call_in_session(call, credential), resource


def _with_keys(target: Target, keys: dict[str, Any]) -> Target:
    return replace(target, keys={**target.keys, **keys})
