"""Says a change in one sentence: who did what, and through what it came to count for somebody.

A sentence is in parts, texts and things, so that a page can link what still exists.
"""

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from policies.history.records import Change, Thing, Via

__all__ = ["Part", "causes", "owner", "sentence"]

Part = str | Thing
NOBODY = "Someone, past the console,"

_CLAUSES: Mapping[str, str] = {
    "user insert": "created user {self}",
    "user user_name": "renamed user {was.user_name} to {row.user_name}",
    "user path": "moved {self} from path {was.path} to {row.path}",
    "group insert": "created user group {self}",
    "group group_name": "renamed user group {was.group_name} to {row.group_name}",
    "group path": "moved {self} from path {was.path} to {row.path}",
    "role insert": "created role {self}",
    "role assume_role_policy_document": "changed the trust policy of {self}",
    "role description": "changed the description of {self}",
    "role max_session_duration": "changed the maximum session duration of {self} from {was.max_session_duration} to "
    "{row.max_session_duration} seconds",
    "role path": "moved {self} from path {was.path} to {row.path}",
    "membership insert": "added user {user} to user group {group}",
    "membership delete": "removed user {user} from user group {group}",
    "attachment insert": "attached policy {policy} to {owner}",
    "attachment delete": "detached policy {policy} from {owner}",
    "boundary insert": "set policy {policy} as the permissions boundary of {owner}",
    "boundary policy_id": "replaced policy {policy_was} as the permissions boundary of {owner} by policy {policy}",
    "boundary delete": "removed the permissions boundary, policy {policy}, from {owner}",
    "inline insert": "added inline policy {row.policy_name} to {owner}",
    "inline document": "changed inline policy {row.policy_name} of {owner}",
    "inline update": "saved inline policy {row.policy_name} of {owner} again, unchanged",
    "inline delete": "deleted inline policy {row.policy_name} from {owner}",
    "version first": "created policy {policy}",
    "version default": "created version {row.number} of policy {policy} and put it in force in place of version "
    "{was.number}",
    "version insert": "created version {row.number} of policy {policy}, which is not in force",
    "version is_default": "put version {row.number} of policy {policy} in force in place of version {was.number}",
    "version update": "put version {row.number} of policy {policy} in force",
    "version delete": "deleted version {row.number} of policy {policy}, which was not in force",
    "tag insert": "tagged {owner} with {row.key} = {row.value}",
    "tag update": "changed tag {row.key} of {owner} from {was.value} to {row.value}",
    "tag delete": "removed tag {row.key} = {row.value} from {owner}",
    "login insert": "gave {self} a console password",
    "login update": "changed the console password of {self}, or when it must be changed",
    "login delete": "took the console password from {self}",
    "key insert": "created access key {row.access_key_id} for {self}",
    "key status": "set access key {row.access_key_id} of {self} to {row.status}",
    "key delete": "deleted access key {row.access_key_id} of {self}",
    "device come": "assigned MFA device {row.virtual_mfa_device_name} to {self}",
    "device gone": "removed MFA device {row.virtual_mfa_device_name} from {self}",
}
"""What was done, by the kind of a row and what happened to it: inserted, deleted, or the column that changed."""

_NOUNS = {"user": "user", "group": "user group", "role": "role", "policy": "policy"}
_COLUMNS = {
    "user": ("user_name", "path"),
    "group": ("group_name", "path"),
    "role": ("assume_role_policy_document", "description", "max_session_duration", "path"),
    "boundary": ("policy_id",),
    "inline": ("document",),
    "key": ("status",),
}
_VIAS = {
    "attachment": "The policy was attached to {self}",
    "group": "The policy was attached to user group {group}, and {self} was a member",
    "boundary": "The policy was the permissions boundary of {self}",
}
_MEMBER = "{self} was a member of the user group"


def sentence(change: Change, subject: Thing) -> tuple[Part, ...]:
    """Say who did what, in parts; `subject` is whose history is told."""
    who = change.recorded.who if change.recorded else NOBODY
    parts: list[Part] = [f"{who} "]
    for number, act in enumerate(_acts(change)):
        parts += [" and "] if number else []
        parts += _filled(_CLAUSES[act], change, subject)
    return tuple(parts)


def causes(change: Change, subject: Thing) -> tuple[tuple[Part, ...], ...]:
    """Say through what a change of a group or a policy counts for the subject, one sentence for each way."""
    if change.indirect and change.vias:
        ordered = sorted(change.vias, key=lambda via: (via.through, via.group.name if via.group else ""))
        return tuple(tuple(_filled(_VIAS[_way(via)], change, subject, via)) for via in ordered)
    return (tuple(_filled(_MEMBER, change, subject)),) if change.indirect else ()


def owner(change: Change) -> Thing | None:
    """The user, group or role that a change happened to."""
    return next((change.things[noun] for noun in ("user", "group", "role") if noun in change.things), None)


def _way(via: Via) -> str:
    return "group" if via.group else via.through


def _acts(change: Change) -> list[str]:
    """The clauses that tell a change."""
    if change.kind == "version":
        return [f"version {_version_act(change)}"]
    if change.kind == "device":
        gone = change.label == "delete" or not change.row["user_id"] or change.was.get("user_id")
        return [f"device {'gone' if gone else 'come'}"]
    kind = "tag" if change.kind.endswith(" tag") else change.kind
    if change.label == "update":
        columns = [name for name in _COLUMNS.get(kind, ()) if change.was.get(name) != change.row[name]]
        return [f"{kind} {name}" for name in columns] or [f"{kind} update"]
    return [f"{kind} {change.label}"]


def _version_act(change: Change) -> str:
    if change.label == "insert" and change.row["number"] == 1:
        return "first"
    if not change.was:
        return change.label
    return {"insert": "default" if change.row["is_default"] else "insert", "update": "is_default"}.get(
        change.label, change.label
    )


def _filled(clause: str, change: Change, subject: Thing, via: Via | None = None) -> Iterator[Part]:
    for text, field, _, _ in Formatter().parse(clause):
        if text:
            yield text
        if field:
            yield from _field(field, change, subject, via)


def _field(field: str, change: Change, subject: Thing, via: Via | None) -> Iterator[Part]:
    source, _, name = field.partition(".")
    if name:
        yield _plain(change.row if source == "row" else change.was, name)
    elif field == "self":
        yield subject
    elif field == "owner":
        held = owner(change) or change.things.get("policy") or subject
        yield f"{_NOUNS[held.noun]} "
        yield held
    elif via and via.group and field == "group":
        yield via.group
    else:
        yield change.things.get(field) or "one that is no longer known"


def _plain(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return str(value) if value not in (None, "") else '""'
