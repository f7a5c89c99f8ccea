"""Row history: what every tracked table shares.

Triggers write a copy of each row as it is inserted, changed or deleted, tied to the request id that the gate sets, so
that no path past the ORM escapes it.
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
