"""What a History tab tells, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = ["NOTHING", "Change", "Recorded", "Thing", "Via"]

NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Thing:
    """A user, user group, role or managed policy as it was called then.

    `address` is what its page is found by today, `name_now` what it is called there; both are empty where it is gone.
    """

    noun: str
    name: str
    address: str = ""
    name_now: str = ""

    @property
    def renamed(self) -> bool:
        """Whether it is called otherwise today."""
        return self.name_now not in ("", self.name)


@dataclass(frozen=True, slots=True)
class Via:
    """How a managed policy applied at the time of a change: attached, to a group or not, or as boundary."""

    through: str
    group: Thing | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The event of a change: who, when and by which operation."""

    event_id: str
    name: str
    time: datetime
    identity: Mapping[str, Any]

    @property
    def who(self) -> str:
        """The caller by the shortest name that is still clear."""
        if self.identity.get("type") == "Root":
            return "The root user"
        arn, account = str(self.identity.get("arn", "")), str(self.identity.get("accountId", ""))
        named = str(self.identity.get("userName") or arn.rpartition(":")[2].partition("/")[2] or arn)
        return named or (f"Account {account}" if account else "Someone")


@dataclass(frozen=True, slots=True)
class Change:
    """One change of what an entity may do.

    `row` is the row as it was written, or as it was before it was deleted; `was` the row before that, empty where there
    is none. `things` are those that the row names. `indirect` says that it happened to a group or a policy which
    applied to the entity, in the ways of `vias`. `asking` are the policies that ask for a changed tag, `carried` are
    those of the group that a user joined or left.
    """

    key: str
    at: datetime
    kind: str
    label: str
    row: Mapping[str, Any]
    was: Mapping[str, Any]
    things: Mapping[str, Thing]
    indirect: bool = False
    vias: tuple[Via, ...] = ()
    asking: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    recorded: Recorded | None = None

    @property
    def time(self) -> datetime:
        """When it was asked for, else when it was written."""
        return self.recorded.time if self.recorded else self.at
