"""Taking a role: which resource is asked for, in which context, and what a session hands on along a chain.

Rules: API_AssumeRole; id_session-tags; id_roles_terms-and-concepts (role chaining).
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from accounts import queries
from accounts.arns import Parameters, Target
from accounts.codes import take_code
from accounts.models import Role
from accounts.principals import RoleSession
from iamconsole.aws import arn
from iamconsole.aws.errors import AccessDenied, ValidationError
from iamconsole.call import REGION, Call
from policies.documents import policy_of
from policies.evaluation import PolicyType

__all__ = ["TOO_LONG", "assumed_role", "carried_along", "found_role", "role_used", "source_identity_of", "wrong_code"]

TOO_LONG = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
_WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code."


def assumed_role(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The role that is to be assumed, of any account, with its trust policy; an MFA code given counts for this call."""
    keys = {
        **_given(parameters, "external_id", "sts:ExternalId"),
        **_given(parameters, "role_session_name", "sts:RoleSessionName"),
        **_mfa_keys(call, parameters),
    }
    source_identity = source_identity_of(call, parameters)
    if source_identity:
        keys["sts:SourceIdentity"] = (source_identity,)
    transitive = parameters.get("transitive_tag_keys")
    if transitive:
        keys["sts:TransitiveTagKeys"] = tuple(transitive)
    role_arn = parameters["role_arn"]
    owner = _owner_of_role(role_arn)
    role = queries.find_role_of_any_account(call, role_arn)
    if role is None:
        name = arn.split_path(role_arn)[1]
        return (Target(role_arn, "AWS::IAM::Role", name, keys=keys, account_id=_foreign(call, owner)),)
    return (_role_target(call, role, keys),)


def _role_target(call: Call, role: Any, keys: Mapping[str, tuple[str, ...]]) -> Target:
    return Target(
        role.arn,
        "AWS::IAM::Role",
        role.name,
        tuple((tag["key"], tag["value"]) for tag in role.tag_list),
        keys,
        account_id=_foreign(call, role.account_id),
        policy=policy_of(
            f"Trust policy of {role.name}", role.assume_role_policy_document, PolicyType.RESOURCE, role.arn
        ),
    )


def _owner_of_role(role_arn: str) -> str:
    """Name the account in a role's ARN; raises ValidationError for what is no ARN of a role."""
    try:
        parsed = arn.Arn.parse(role_arn)
    except ValidationError:
        parsed = None
    if parsed is None or parsed.service != "iam" or not parsed.resource.startswith("role/"):
        raise ValidationError(f"{role_arn} is invalid", field="roleArn")
    return parsed.account


def _foreign(call: Call, account_id: str) -> str:
    return "" if account_id == call.account_id else account_id


def _given(parameters: Parameters, name: str, key: str) -> dict[str, tuple[str, ...]]:
    return {key: (str(parameters[name]),)} if parameters.get(name) else {}


def _mfa_keys(call: Call, parameters: Parameters) -> dict[str, tuple[str, ...]]:
    serial_number, code = parameters.get("serial_number"), parameters.get("token_code")
    if not serial_number and not code:
        return {}
    given = ("MFA code", serial_number, code)
    if not call.remember(given, lambda: take_code(call, serial_number or "", code or "")):
        raise wrong_code(call, "sts:AssumeRole", parameters["role_arn"])
    return {"aws:MultiFactorAuthPresent": ("true",), "aws:MultiFactorAuthAge": ("0",)}


def wrong_code(call: Call, action: str, resource: str) -> AccessDenied:
    """Refuse a call whose MFA code is wrong or used."""
    return AccessDenied(
        _WRONG_CODE, action=action, resource=resource, principal_arn=call.principal.arn, reason="the MFA code is wrong"
    )


def source_identity_of(call: Call, parameters: Parameters) -> str:
    """The source identity of the new session: once set it stays, all along a chain of roles."""
    carried = call.principal.source_identity if isinstance(call.principal, RoleSession) else ""
    return carried or parameters.get("source_identity") or ""


def carried_along(call: Call, parameters: Parameters) -> Iterable[tuple[str, Target]]:
    """What a role session hands on by itself must be allowed too: its transitive tags and its source identity."""
    principal = call.principal
    if not isinstance(principal, RoleSession):
        return
    carried = [tag for tag in principal.tags if tag[0] in principal.transitive_tag_keys]
    (target,) = assumed_role(call, parameters)
    if carried and not parameters.get("tags"):
        yield "sts:TagSession", target
    if principal.source_identity and not parameters.get("source_identity"):
        yield "sts:SetSourceIdentity", target


def found_role(call: Call, role_arn: str) -> Role:
    """The role that the gate has just let the caller take."""
    role = queries.find_role_of_any_account(call, role_arn)
    assert role is not None  # noqa: S101 - a role that does not exist has no trust policy that lets anybody this far
    return role


def role_used(role: Role, call: Call) -> None:
    """Note when a role was last taken; a minute is exact enough, and spares the row a write."""
    if role.last_used_date is None or call.time - role.last_used_date >= timedelta(minutes=1):
        Role.objects.filter(pk=role.pk).update(last_used_date=call.time, last_used_region=REGION)
