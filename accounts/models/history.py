"""Row history: what every tracked table shares.

Triggers write a copy of each row as it is inserted, changed or deleted, tied to the request id that the gate sets, so
that no path past the ORM escapes it.
"""

from typing import Any

import pghistory


def tracked(*secrets: str) -> Any:
    """Keep the row history of a model.

    `secrets` are fields that never enter the history: password hashes, sealed secrets, and counters that follow other
    tables.
    """
    return pghistory.track(
        pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=list(secrets) or None
    )
