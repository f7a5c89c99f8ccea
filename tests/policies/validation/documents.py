"""The documents of the cases, and how a case is written.

A case file lists, for each issue code, three documents that it fires on with their repaired twins. A document is a
whole text, a whole JSON document (it has "Statement"), or the members in which one statement differs from the ordinary
one of its kind: "(remove)" takes a member out, "(pad)" makes the whole document so many characters long. The first case
stands alone as an object, the second in a list, the third as the second statement of a list.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.language.kinds import PolicyKind

__all__ = ["Case", "cases"]

_CASES = Path(__file__).parent / "cases"
_READS = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::notes/*"}
_ACCOUNT = {"AWS": "111122223333"}
_KINDS: dict[str, tuple[PolicyKind, str, dict[str, Any]]] = {
    "managed": (PolicyKind.IDENTITY_MANAGED, "", _READS),
    "inline": (PolicyKind.IDENTITY_INLINE, "", _READS),
    "trust": (PolicyKind.TRUST, "", {"Effect": "Allow", "Principal": _ACCOUNT, "Action": "sts:AssumeRole"}),
    "resource": (PolicyKind.RESOURCE, "", {**_READS, "Principal": _ACCOUNT}),
    "bucket": (PolicyKind.RESOURCE, "AWS::S3::Bucket", {**_READS, "Principal": _ACCOUNT}),
    "scp": (PolicyKind.SCP, "", {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}),
    "rcp": (PolicyKind.RCP, "", {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"}),
}
_FIRST = {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::first/*"}


@dataclass(frozen=True)
class Case:
    """One code with a document that it fires on and one that it is silent about."""

    code: str
    number: int
    kind: PolicyKind
    resource_type: str
    fires: str
    silent: str

    def __str__(self) -> str:
        return f"{self.code}-{self.number}"


def cases() -> list[Case]:
    """All cases of all families."""
    found: list[Case] = []
    for path in sorted(_CASES.glob("*.json")):
        for entry in json.loads(path.read_text()):
            kind, resource_type, ordinary = _KINDS[entry["kind"]]
            for number, each in enumerate(entry["cases"], 1):
                texts = (_text(each[side], ordinary, number, kind) for side in ("fires", "silent"))
                found.append(Case(entry["code"], number, kind, resource_type, *texts))
    return found


def _text(written: Any, ordinary: dict[str, Any], number: int, kind: PolicyKind) -> str:
    if isinstance(written, str):
        return written
    if "Statement" in written:
        return json.dumps(written, indent=2)
    length = written.get("(pad)", 0)
    members = {key: value for key, value in {**ordinary, **written}.items() if value != "(remove)" and key != "(pad)"}
    text = _document(members, ordinary, number, kind, "")
    return _document(members, ordinary, number, kind, "x" * (length - len(text))) if length > len(text) else text


def _document(statement: dict[str, Any], ordinary: dict[str, Any], number: int, kind: PolicyKind, filler: str) -> str:
    if filler:
        statement = {"Sid": filler, **statement}
    before: dict[str, Any] = {**_FIRST, "Principal": "*"} if "Principal" in ordinary else {**_FIRST}
    if kind is PolicyKind.TRUST:
        before = {**ordinary, "Effect": "Deny", "Principal": {"AWS": "444455556666"}}
    statements = {1: statement, 2: [statement], 3: [before, statement]}[number]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=None if number == 2 else 2)
