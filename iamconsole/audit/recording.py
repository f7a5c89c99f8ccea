"""Writing events: the record form of CloudTrail.

A change's event is saved in the change's own transaction, a refusal's right after the rollback; a page's successful
reads are kept by its recorder and saved with one INSERT.

Rules: cloudtrail-event-reference-record-contents, cloudtrail-event-reference-user-identity.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from iamconsole.audit.models import Event
from iamconsole.call import REGION, Call

_SHARED_FIELDS = (
    "event_time", "event_name", "event_source", "read_only", "principal_id", "access_key_id", "resource_type",
    "resource_name", "error_code", "request_id",
)  # fmt: skip
EVENT_VERSION = "1.11"
LONGEST_NAME = 2048
_LONGEST_WHO = 128
"""What an identity provider vouches for has names of any length; the record holds them whole."""
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that an event names: its ARN, CloudFormation's word for its type, its name, and a foreign owner."""

    arn: str
    type: str = ""
    name: str = ""
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to a call: its answer's elements, or the error it ended with."""

    response: Mapping[str, Any] | None = None
    error_code: str = ""
    error_message: str = ""
    additional: Mapping[str, Any] = field(default_factory=dict)


def api_event(
    call: Call,
    *,
    action: str,
    read_only: bool,
    parameters: Mapping[str, Any],
    outcome: Outcome,
    resources: tuple[Resource, ...] = (),
    decision: dict[str, Any] | None = None,
    event_id: str = "",
) -> Event:
    """Make the event of one operation; the caller saves it. Row history names it by an id that is known before."""
    service, _, name = action.partition(":")
    record = _record(call, outcome, user_identity(call)) | {
        "eventName": name,
        "eventSource": f"{service}.amazonaws.com",
        "eventType": "AwsApiCall",
        "readOnly": read_only,
        "requestParameters": dict(parameters) or None,
    }
    if region := (decision or {}).get("context", {}).get("aws:RequestedRegion"):
        record["awsRegion"] = region[0]
    if event_id:
        record["eventID"] = event_id
    if resources:
        record["resources"] = [
            {"ARN": resource.arn, "accountId": resource.account_id or call.account_id, "type": resource.type}
            for resource in resources
        ]
    return _event(call, record, resources[0] if resources else Resource(""), decision)


def sign_in_event(call: Call, *, name: str, outcome: Outcome, identity: Mapping[str, Any] | None = None) -> Event:
    """Make an event of the sign-in service (`ConsoleLogin` and its kin); the caller saves it.

    `identity` replaces the caller's where nobody is signed in yet.

    Rules: cloudtrail-event-reference-aws-console-sign-in-events.
    """
    record = _record(call, outcome, dict(identity) if identity is not None else user_identity(call)) | {
        "eventName": name,
        "eventSource": "signin.amazonaws.com",
        "eventType": "AwsConsoleSignIn",
        "readOnly": False,
        "requestParameters": None,
    }
    return _event(call, record, Resource(""), None)


def shared_with(event: Event, account_id: str) -> Event:
    """Make the event that the owner of a resource gets of a call from another account; the caller saves both.

    The owner learns which account and principal came, and nothing of the policies that let it.

    Rules: cloudtrail-event-reference-record-contents (sharedEventID), shared cross-account events.
    """
    shared = event.record.setdefault("sharedEventID", str(uuid.uuid4()))
    identity = event.record["userIdentity"]
    record = {
        **event.record,
        "eventID": str(uuid.uuid4()),
        "sharedEventID": shared,
        "recipientAccountId": account_id,
        "userIdentity": {
            "type": "AWSAccount",
            "principalId": identity.get("principalId", ""),
            "accountId": identity.get("accountId", ""),
        },
    }
    copied = {name: getattr(event, name) for name in _SHARED_FIELDS}
    event_id = uuid.UUID(record["eventID"])
    return Event(**copied, event_id=event_id, account_id=account_id, user_name="", record=record)


def user_identity(call: Call) -> dict[str, Any]:
    """Describe the caller as CloudTrail's userIdentity does."""
    identity: dict[str, Any] = dict(call.principal.identity())
    if call.access_key_id:
        identity["accessKeyId"] = call.access_key_id
    if call.session is not None:
        identity["sessionContext"] = {
            **call.principal.session_context(),
            "attributes": {
                "creationDate": _time(call.session.issued),
                "mfaAuthenticated": "true" if call.session.mfa_authenticated else "false",
            },
        }
    return identity


def _record(call: Call, outcome: Outcome, identity: dict[str, Any]) -> dict[str, Any]:
    """What every record holds: who called, when, through which door, and what came of it."""
    record: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": identity,
        "eventTime": _time(call.time),
        "awsRegion": REGION,
        "sourceIPAddress": call.source_ip,
        "userAgent": call.user_agent,
        "responseElements": dict(outcome.response) if outcome.response else None,
        "requestID": str(call.request_id),
        "eventID": str(uuid.uuid4()),
        "managementEvent": True,
        "recipientAccountId": call.account_id,
        "eventCategory": "Management",
    }
    if outcome.additional:
        record["additionalEventData"] = dict(outcome.additional)
    if outcome.error_code:
        record["errorCode"] = outcome.error_code
    if outcome.error_message:
        record["errorMessage"] = outcome.error_message
    return record


def _event(call: Call, record: dict[str, Any], resource: Resource, decision: dict[str, Any] | None) -> Event:
    """The row of a record, with what events are looked up by."""
    identity = record["userIdentity"]
    return Event(
        event_id=uuid.UUID(record["eventID"]),
        account_id=call.account_id,
        event_time=call.time,
        event_name=record["eventName"],
        event_source=record["eventSource"],
        read_only=record["readOnly"],
        user_name=storable(identity.get("userName") or call.principal.name)[:_LONGEST_WHO],
        principal_id=storable(identity.get("principalId", ""))[:_LONGEST_WHO],
        access_key_id=call.access_key_id,
        resource_type=resource.type,
        resource_name=storable(resource.name or resource.arn)[:LONGEST_NAME],
        error_code=record.get("errorCode", ""),
        request_id=call.request_id,
        record=storable(record),
        decision=storable(decision),
    )


def storable(value: Any) -> Any:
    """Write U+FFFD for what no database text can hold: NUL and halves of a surrogate pair, typed in by somebody."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    if isinstance(value, Mapping):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
