"""How a lab instance or function comes by its role: the service that it runs in takes the role for it.

Rules: id_roles_use_switch-role-ec2; lambda-intro-execution-role; id_roles_terms-and-concepts (service role).
"""

import uuid
from dataclasses import replace

from accounts import queries
from accounts.models import InstanceProfile, Role, TemporaryCredential
from accounts.principals import ServicePrincipal
from accounts.sessions import standing_of
from iamconsole.aws.arn import Arn, split_path
from iamconsole.aws.errors import InvalidInput
from iamconsole.call import Call
from policies import access
from policies.documents import policy_of
from policies.evaluation import PolicyType
from policies.models import LabResource

__all__ = ["call_in_session", "kept_credentials", "lends_to", "role_of", "service_call", "session_name"]


def service_call(call: Call, service: str) -> Call:
    """A call that a service makes for itself on behalf of the caller's account."""
    principal = ServicePrincipal(call.account_id, service)
    return replace(
        call, principal=principal, session=None, access_key_id="", user_agent=service, memo={}, request_id=uuid.uuid4()
    )


def lends_to(call: Call, role: Role, service: str) -> bool:
    """Whether a role's trust policy lets a service take it."""
    trust = policy_of(
        f"Trust policy of {role.name}", role.assume_role_policy_document, PolicyType.RESOURCE, source=role.arn
    )
    return access.judge(service_call(call, service), "sts:AssumeRole", role.arn, {}, policy=trust).allowed


def role_of(call: Call, resource: LabResource) -> Role:
    """The role that a function or an instance runs with, by the name it was given.

    Raises InvalidInput where there is none, or none any more.
    """
    found = Arn.parse(resource.runs_as) if resource.runs_as else None
    name = split_path(found.resource)[1] if found else ""
    rows = queries.roles(call)
    if resource.known_kind.runs_as != "role":
        profiles = InstanceProfile.objects.filter(account_id=call.account_id, instance_profile_name__lower=name.lower())
        rows = rows.filter(pk__in=profiles.values("role"))
    else:
        rows = rows.filter(role_name__lower=name.lower())
    role = rows.first() if name else None
    if role is None:
        raise InvalidInput(
            f"{resource.name} has no role, so there are no credentials on it: its requests are not signed.",
            field="acting",
        )
    return role


def session_name(resource: LabResource) -> str:
    """What the session on a function or an instance is called: its name, of the two characters that a session needs."""
    return resource.name.ljust(2, "_")


def kept_credentials(call: Call, resource: LabResource, role: Role) -> TemporaryCredential | None:
    """The role's credentials that are still good on a function or an instance, the newest; None where new are due."""
    rows = TemporaryCredential.objects.filter(
        account_id=call.account_id, role=role, session_name=session_name(resource), expires__gt=call.time
    )
    service = resource.known_kind.principal
    return rows.filter(assumed_by=service).select_related("account", "role", "user").order_by("-issued").first()


def call_in_session(call: Call, credential: TemporaryCredential) -> Call:
    """A call with temporary credentials instead of the caller's own."""
    standing = standing_of(credential)
    return replace(
        call, principal=standing.principal, session=standing.session, account=standing.account,
        access_key_id=credential.access_key_id, memo={}, request_id=uuid.uuid4(),
    )  # fmt: skip
