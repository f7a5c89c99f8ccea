"""What a History tab says of somebody, for these tests."""

from __future__ import annotations

from iamconsole.aws.paging import PageRequest
from iamconsole.call import Call
from policies.history import Change, Thing, causes, sentence
from policies.operations.history import lookup_changes
from tests.policies.operations.documents import LIST_BUCKET

OTHER = LIST_BUCKET.replace("my-bucket", "your-bucket")


def changes(call: Call, noun: str, name: str) -> list[Change]:
    return list(lookup_changes(call, resource_type=noun, resource_name=name, page=PageRequest(size=100)))


def said(change: Change, noun: str, name: str) -> str:
    subject = Thing(noun, name.rpartition("/")[2])
    parts = (sentence(change, subject), *causes(change, subject))
    return " ".join("".join(each if isinstance(each, str) else each.name for each in part) + "." for part in parts)


def history(call: Call, noun: str, name: str) -> list[str]:
    """What the tab says, oldest first and without who says it."""
    told = [said(change, noun, name) for change in changes(call, noun, name)]
    assert all(each.startswith("alice ") for each in told), told
    return [each.removeprefix("alice ") for each in told][::-1]
