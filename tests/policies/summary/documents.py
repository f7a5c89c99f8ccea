"""Documents to sum up."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from policies.catalog.managed_policies import aws_managed_policies
from policies.language.document import Document
from policies.language.reader import read

DEMO = Path(__file__).parents[3] / "iamconsole" / "demo" / "documents"


def a_document(*statements: dict[str, Any]) -> Document:
    return read(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def of_aws(name: str) -> str:
    return _all_of_aws()[name]


def of_the_demo(name: str) -> str:
    return (DEMO / f"{name}.json").read_text(encoding="utf-8")


@cache
def _all_of_aws() -> dict[str, str]:
    return {policy.name: policy.document for policy in aws_managed_policies()}
