"""The five access levels of actions."""

from enum import StrEnum
from functools import cache

from policies.catalog import source


class AccessLevel(StrEnum):
    """What an action does, in the console's words.

    Rules: access_policies_understand-policy-summary-access-level-summaries.
    """

    LIST = "List"
    READ = "Read"
    TAGGING = "Tagging"
    WRITE = "Write"
    PERMISSIONS_MANAGEMENT = "Permissions management"


def level_of(full_name: str, as_published: str) -> AccessLevel:
    """Give the level of an action: the published one unless we hold a correction.

    The data writes "Tagging, Write" and "Permissions management, Write": the special word comes first.
    """
    return _corrections().get(full_name.lower()) or AccessLevel(as_published.partition(", ")[0])


@cache
def _corrections() -> dict[str, AccessLevel]:
    return {
        action.lower(): AccessLevel(entry["level"])
        for entry in source.own("access_levels.json")["entries"]
        for action in entry["actions"]
    }
