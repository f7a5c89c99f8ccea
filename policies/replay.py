"""Put a recorded decision before the engine once more: with the policies of then, and with those of now.

Rules: reference_policies_evaluation-logic; troubleshoot_access-denied.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from accounts import queries
from accounts.arns import Target, group_target, role_target, user_target
from accounts.models import Role, User
from accounts.principals import (
    FederatedUser,
    Principal,
    RoleSession,
    Root,
    ServicePrincipal,
    Tags,
    UserPrincipal,
    WebIdentity,
    principal_tags,
)
from iamconsole.aws.arn import Arn, split_path
from iamconsole.aws.errors import ValidationError
from iamconsole.call import Call
from policies.applied import BUILT_IN, COMPILED, Applied, applied_to, applied_to_root
from policies.documents import policy_of
from policies.evaluation import AppliedPolicies, CompiledPolicy, Policy, PolicyType, Request, compile_policy
from policies.kept_documents import kept_documents
from policies.lab_kinds import locate
from policies.lab_resources import request_target
from policies.recorded import NamedPolicy, Recording

__all__ = ["Compiled", "applied_then", "compiled_then", "principal_then", "request_now", "simulated_arn"]

Compiled = Mapping[str, CompiledPolicy]
_TAG_KEYS = ("aws:ResourceTag/", "iam:ResourceTag/")
_PLACE_KEYS: tuple[str, ...] = ("aws:PrincipalOrg", "aws:ResourceOrg")
_IAM_TARGETS = {"user": user_target, "group": group_target, "role": role_target}


def compiled_then(recording: Recording) -> dict[str, CompiledPolicy]:
    """The documents of a recording by their hashes, as far as anything keeps them."""
    known = {**BUILT_IN, **COMPILED.known(each.digest for each in recording.policies)}
    texts = kept_documents(each for each in recording.policies if each.digest not in known)
    texts |= {policy.digest: policy.text for policy in recording.policies if policy.text}
    return {**known, **{digest: compile_policy(text) for digest, text in texts.items()}}


def applied_then(recording: Recording, compiled: Compiled) -> AppliedPolicies:
    """The very policies that applied then; all of them must be among the compiled."""
    found = [(each, _policy(each, compiled)) for each in recording.policies]

    def of(kind: PolicyType) -> tuple[Policy, ...]:
        return tuple(policy for named, policy in found if named.type is kind)

    def levels(kind: PolicyType) -> tuple[tuple[Policy, ...], ...]:
        numbers = range(recording.levels.get(kind, 0))
        mine = [(named.level, policy) for named, policy in found if named.type is kind]
        return tuple(tuple(policy for level, policy in mine if level == number) for number in numbers)

    return AppliedPolicies(
        identity=of(PolicyType.IDENTITY),
        boundary=of(PolicyType.BOUNDARY) or None,
        session=of(PolicyType.SESSION) or None,
        scp=levels(PolicyType.SCP),
        rcp=levels(PolicyType.RCP),
        resource=next(iter(of(PolicyType.RESOURCE)), None),
        vpc_endpoint=of(PolicyType.VPC_ENDPOINT) or None,
    )


def _policy(named: NamedPolicy, compiled: Compiled) -> Policy:
    return Policy(named.name, named.type, compiled[named.digest], named.source, named.version, named.via)


def principal_then(identity: Mapping[str, Any], account_id: str) -> Principal | None:
    """The principal that an event's userIdentity describes; None where it says too little."""
    issuer = identity.get("sessionContext", {}).get("sessionIssuer", {})
    unique_id, arn = identity.get("principalId", ""), identity.get("arn", "")
    match identity.get("type"):
        case "Root":
            return Root(account_id)
        case "IAMUser":
            path, name = _path_and_name(arn)
            return UserPrincipal(account_id, unique_id, name, path)
        case "AssumedRole":
            path, name = _path_and_name(issuer.get("arn", ""))
            return RoleSession(account_id, unique_id.partition(":")[0], name, unique_id.partition(":")[2], path)
        case "FederatedUser":
            path, name = _path_and_name(issuer.get("arn", ""))
            user_id = issuer.get("principalId", "") if issuer.get("type") == "IAMUser" else ""
            return FederatedUser(account_id, user_id, name, unique_id.partition(":")[2], path)
        case "WebIdentityUser":
            return WebIdentity(account_id, identity.get("identityProvider", ""), "", identity.get("userName", ""))
        case "AWSService":
            return ServicePrincipal(account_id, identity.get("invokedBy", ""))
        case _:
            return None


def simulated_arn(principal: Principal) -> str:
    """The ARN by which the policy simulator knows a principal; empty for one that it does not."""
    match principal:
        case RoleSession():
            return principal.role_arn
        case UserPrincipal() | Root():
            return principal.arn
        case _:
            return ""


def _is_there(principal: Principal, gathered: Applied) -> bool:
    """Whether the user or role of a principal still exists, and not another of its name; what has policies does."""
    if gathered.policies.identity or gathered.policies.boundary or gathered.tags:
        return True
    match principal:
        case RoleSession():
            return Role.objects.filter(account_id=principal.account_id, role_id=principal.role_id).exists()
        case UserPrincipal() | FederatedUser() if principal.user_id:
            return User.objects.filter(account_id=principal.account_id, user_id=principal.user_id).exists()
        case _:
            return True


@dataclass(frozen=True, slots=True)
class RequestNow:
    """The request of then, with the policies and the tags of now."""

    request: Request
    applied: AppliedPolicies

    @property
    def managed(self) -> tuple[Policy, ...]:
        """The policies that have an ARN and apply now."""
        return tuple(each for each in (*self.applied.identity, *(self.applied.boundary or ())) if each.source)


def request_now(call: Call, recording: Recording, compiled: Compiled, principal: Principal) -> RequestNow | None:
    """The recorded request with today's policies of the same principal and resource; None where the principal is gone.

    The context stays as it was, but for what people change when they mend access: tags and the place in an
    organization. A session keeps the policies that it was made with.
    """
    gathered = applied_to(principal)
    if not _is_there(principal, gathered):
        return None
    request = recording.request
    target = _target(call, request)
    own = request.resource_account in ("", principal.account_id)
    there = gathered if own else applied_to_root(request.resource_account)
    carried = (each for each in recording.policies if each.type is PolicyType.SESSION and each.digest in compiled)
    policies = replace(
        gathered.policies,
        session=tuple(_policy(each, compiled) for each in carried) or None,
        resource=target.policy if target else None,
        rcp=there.policies.rcp,
    )
    fresh = {
        **(gathered.place.keys("Principal") if gathered.place else {}),
        **(there.place.keys("Resource") if there.place else {}),
    }
    tags = gathered.tags if isinstance(principal, UserPrincipal) else None
    return RequestNow(replace(request, context=_context(request, fresh, tags, target)), policies)


def _context(
    request: Request, places: Mapping[str, tuple[str, ...]], tags: Tags | None, target: Target | None
) -> dict[str, tuple[str, ...]]:
    """The context of then, with the places, the user's tags and the resource's tags of now."""
    dropped, fresh = _PLACE_KEYS, dict(places)
    if tags is not None:
        dropped, fresh = (*dropped, "aws:PrincipalTag/"), fresh | dict(principal_tags(tags))
    if target is not None:
        tagged = (*_TAG_KEYS, f"{request.action.partition(':')[0]}:ResourceTag/")
        dropped = (*dropped, *tagged)
        fresh |= {key: values for key, values in target.context().items() if key.startswith(tagged)}
    return {key: values for key, values in request.context.items() if not key.startswith(dropped)} | fresh


def _target(call: Call, request: Request) -> Target | None:
    """The resource as it is now, with its own policy where it has one; None where nothing is known of it."""
    try:
        parsed = Arn.parse(request.resource)
    except ValidationError:
        return None
    if parsed.service != "iam":
        located = locate(request.resource)
        return request_target(call, located, request.resource)[0] if located else None
    noun, _, _ = parsed.resource.partition("/")
    if noun == "role" and request.action.lower().startswith("sts:"):
        return _assumed(call, request.resource)
    find = _IAM_TARGETS.get(noun)
    return find(call, split_path(parsed.resource)[1]) if find and parsed.account == call.account_id else None


def _assumed(call: Call, role_arn: str) -> Target | None:
    role = queries.find_role_of_any_account(call, role_arn)
    if role is None:
        return None
    name = f"Trust policy of {role.role_name}"
    policy = policy_of(name, role.assume_role_policy_document, PolicyType.RESOURCE, role.arn)
    tags = tuple((tag["key"], tag["value"]) for tag in getattr(role, "tag_list", ()))
    return Target(role.arn, "AWS::IAM::Role", role.role_name, tags, account_id=role.account_id, policy=policy)


def _path_and_name(arn: str) -> tuple[str, str]:
    try:
        return split_path(Arn.parse(arn).resource)
    except ValidationError:
        return "/", ""
