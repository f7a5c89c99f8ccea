"""Reports of what was last accessed, and the policies that grant a service.

AWS takes a while for a report and hands out a job to ask for. Here a report is complete at once; its job is the event
of the call that asked for it, under the id of that request.

Rules: access_policies_last-accessed.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts import arns
from iamconsole.audit.models import Event
from iamconsole.aws import names
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.call import Call
from iamconsole.gate import operation
from policies.analysis.grants import granted_actions
from policies.arns import reported_entity
from policies.catalog import service_bits
from policies.evaluation import Policy
from policies.last_accessed import ServiceLastAccessed, carrier_of, granting, last_accessed_of

__all__ = [
    "Granularity", "PoliciesGrantingServiceAccess", "ServiceLastAccessedDetails",
    "generate_service_last_accessed_details", "get_service_last_accessed_details",
    "list_policies_granting_service_access",
]  # fmt: skip


class Granularity(StrEnum):
    """How far a report goes down. Rules: API_GenerateServiceLastAccessedDetails."""

    SERVICE_LEVEL = "SERVICE_LEVEL"
    ACTION_LEVEL = "ACTION_LEVEL"


@dataclass(frozen=True, slots=True)
class ServiceLastAccessedDetails:
    """A report. Rules: API_GetServiceLastAccessedDetails."""

    job_id: str
    job_type: str
    job_creation_date: datetime
    job_completion_date: datetime
    services_last_accessed: tuple[ServiceLastAccessed, ...]
    job_status: str = "COMPLETED"


@dataclass(frozen=True, slots=True)
class PoliciesGrantingServiceAccess:
    """The policies of an entity that allow something of a service. Rules: API_ListPoliciesGrantingServiceAccess."""

    service_namespace: str
    policies: tuple[Policy, ...]


@operation("iam:GenerateServiceLastAccessedDetails", resource=reported_entity, read_only=True)
def generate_service_last_accessed_details(
    call: Call, *, arn: str, granularity: str = Granularity.SERVICE_LEVEL
) -> str:
    """Ask for the report about a user, group, role or policy; the answer is the id of the job.

    Rules: API_GenerateServiceLastAccessedDetails.
    """
    names.check_member(list(Granularity), granularity, "granularity")
    job = _Job(str(call.request_id), carrier_of(call, arn).arn, granularity, call.time)
    call.memo["last accessed job", job.job_id] = job
    return job.job_id


@operation("iam:GetServiceLastAccessedDetails", resource=arns.any_resource, read_only=True)
def get_service_last_accessed_details(call: Call, *, job_id: str, service: str = "") -> ServiceLastAccessedDetails:
    """Read a report of the account by the id of its job, as things are now; `service` limits it to one namespace.

    Raises NoSuchEntity for a job that never was, another account's included.

    Rules: API_GetServiceLastAccessedDetails.
    """
    job: _Job | None = call.remember(("last accessed job", job_id), lambda: _job(call, job_id))
    if job is None:
        raise NoSuchEntity(f"The job with id {job_id} cannot be found.", field="jobId")
    detailed = job.job_type == Granularity.ACTION_LEVEL
    services = last_accessed_of(call, carrier_of(call, job.arn), actions=detailed, only=service)
    return ServiceLastAccessedDetails(job_id, job.job_type, job.creation_date, job.creation_date, services)


@operation("iam:ListPoliciesGrantingServiceAccess", resource=reported_entity, read_only=True)
def list_policies_granting_service_access(
    call: Call, *, arn: str, service_namespaces: Sequence[str]
) -> tuple[PoliciesGrantingServiceAccess, ...]:
    """Name, for each service, the policies of a user, group or role that allow something of it.

    Rules: API_ListPoliciesGrantingServiceAccess.
    """
    policies = granting(call, carrier_of(call, arn))
    return tuple(
        PoliciesGrantingServiceAccess(
            namespace,
            tuple(each for each in policies if granted_actions(each.compiled) & service_bits(namespace)),
        )
        for namespace in service_namespaces
    )


@dataclass(frozen=True, slots=True)
class _Job:
    """A report that was asked for: about whom, and how far down."""

    job_id: str
    arn: str
    job_type: str
    creation_date: datetime


def _job(call: Call, job_id: str) -> _Job | None:
    """The job of an earlier call: the trail remembers what that call asked for."""
    try:
        request_id = uuid.UUID(job_id)
    except ValueError:
        return None
    asked = Event.objects.filter(account_id=call.account_id, request_id=request_id, error_code="", event_name=_GENERATE)
    event = asked.order_by("-sequence").first()
    if event is None:
        return None
    parameters = event.record["requestParameters"]
    return _Job(job_id, parameters["arn"], parameters["granularity"], event.event_time)


_GENERATE = "GenerateServiceLastAccessedDetails"
