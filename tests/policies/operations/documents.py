"""Policy documents, and rows made through the operations, for these tests."""

from __future__ import annotations

import json
from typing import Any

from iamconsole.audit.models import Event
from iamconsole.call import Call
from policies.operations.managed_policies import create_policy

ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"


def document(*statements: dict[str, Any], version: str = "2012-10-17") -> str:
    return json.dumps({"Version": version, "Statement": list(statements)})


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> str:
    return document({"Effect": "Allow", "Action": action, "Resource": resource, **more})


def deny(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> str:
    return document({"Effect": "Deny", "Action": action, "Resource": resource, **more})


EVERYTHING = allow("*")
READ_ONLY = allow(["iam:Get*", "iam:List*", "iam:Simulate*"])
LIST_BUCKET = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid":   "ListBucketObjects",
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": "arn:aws:s3:::my-bucket"
        }
    ]
}
"""


def a_policy(call: Call, policy_name: str = "Tools", policy_document: str = LIST_BUCKET, **more: Any) -> str:
    """The ARN of a managed policy made for the test."""
    return create_policy(call, policy_name=policy_name, policy_document=policy_document, **more).arn


def last_event(call: Call) -> Event:
    event = Event.objects.filter(account_id=call.account_id).order_by("-sequence").first()
    assert event is not None
    return event
