"""Access keys as lists show them: without secrets, read in the same query as their user."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from accounts.models import AccessKey, AccessKeyStatus, User

__all__ = ["AccessKeyMetadata", "key_array", "keys_of"]

_COLUMNS = (
    "access_key_id", "status", "create_date", "last_used_date", "last_used_service", "last_used_region",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccessKeyMetadata:
    """What ListAccessKeys tells of a key, and when it was last used. Rules: API_AccessKeyMetadata."""

    access_key_id: str
    status: str
    create_date: datetime
    last_used_date: datetime | None = None
    last_used_service: str = ""
    last_used_region: str = ""

    @classmethod
    def of(cls, key: AccessKey) -> Self:
        """Leave the secret out of a row."""
        return cls(**{column: getattr(key, column) for column in _COLUMNS})

    @property
    def is_active(self) -> bool:
        """Whether the key may sign requests."""
        return self.status == AccessKeyStatus.ACTIVE

    @property
    def short_id(self) -> str:
        """The id as narrow columns show it: its prefix and its last four characters."""
        return f"{self.access_key_id[:4]}…{self.access_key_id[-4:]}"


def key_array() -> ArraySubquery:
    """Read a user's access keys in the same query as the user, oldest first, as a list for `keys_of`."""
    rows = AccessKey.objects.filter(user=OuterRef("pk")).order_by("create_date", "pk")
    return ArraySubquery(rows.values(json=JSONObject(**{column: column for column in _COLUMNS})))


def keys_of(user: User) -> tuple[AccessKeyMetadata, ...]:
    """The access keys of a user that was read with its `key_list`, oldest first."""
    return tuple(_read(row) for row in user.key_list)


def _read(row: Mapping[str, Any]) -> AccessKeyMetadata:
    used = row["last_used_date"]
    return AccessKeyMetadata(
        **{
            **row,
            "create_date": datetime.fromisoformat(row["create_date"]),
            "last_used_date": datetime.fromisoformat(used) if used else None,
        }
    )
