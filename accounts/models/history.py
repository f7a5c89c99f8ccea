"""Row history: what every tracked table shares.

Triggers write a copy of each row as it is inserted, changed or deleted, tied to the request id that the gate sets, so
that no path past the ORM escapes it. Each copy has the time of the clock, not that of its transaction: so the order of
changes is told within one, too.
"""

from collections.abc import Sequence
from typing import Any

import pghistory
from django.db import models


def tracked(*secrets: str, indexes: Sequence[models.Index] = ()) -> Any:
    """Keep the row history of a model.

    `secrets` are fields that never enter the history: password hashes, sealed secrets, and counters that follow other
    tables. `indexes` are those of the history, by which old rows are looked up.
    """
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(secrets) or None,
        meta={"indexes": list(indexes)} if indexes else None,
    )


def past(noun: str, *fields: str) -> list[models.Index]:
    """The indexes by which History tabs find in a history what happened to whom its fields name."""
    return [
        models.Index(
            fields=["account", field, "pgh_created_at", "pgh_id"],
            condition=models.Q((f"{field}__isnull", False)),
            name=f"{noun}_past_by_{field}",
        )
        for field in fields
    ]
