"""What does not fit together in a policy: actions, resources and conditions that have nothing to do with each other.

Rules: access_policies_understand-policy-summary (warnings of each column);
access_policies_understand-service-summary.
"""

from collections.abc import Iterable, Iterator

from policies.catalog import action
from policies.summary.applicable_keys import actions_knowing
from policies.summary.sayings import Entry, Saying

__all__ = [
    "ACTION_WITHOUT_ANYTHING",
    "ACTION_WITHOUT_CONDITION",
    "ACTION_WITHOUT_RESOURCE",
    "NEEDS_WILDCARD",
    "NO_ACTIONS",
    "NO_RESOURCES",
    "action_warning",
    "condition_warnings",
    "fits_conditions",
    "resource_warnings",
]

NO_ACTIONS = "No actions are defined."
NO_RESOURCES = "No resources are defined."
ACTIONS_WITHOUT_RESOURCE = "One or more actions do not have an applicable resource."
RESOURCES_WITHOUT_ACTION = "One or more resources do not have an applicable action."
ACTIONS_WITHOUT_CONDITION = "One or more actions do not have an applicable condition."
CONDITIONS_WITHOUT_ACTION = "One or more conditions do not have an applicable action."
NEEDS_WILDCARD = (
    "This action does not support resource-level permissions. This requires a wildcard (*) for the resource."
)
ACTION_WITHOUT_RESOURCE = "This action does not have an applicable resource."
ACTION_WITHOUT_CONDITION = "This action does not have an applicable condition."
ACTION_WITHOUT_ANYTHING = "This action does not have an applicable resource and condition."


def resource_warnings(said: Iterable[Saying], service: str, every: int) -> Iterator[str]:
    """The warnings of a service's Resource column; `every` are all of its actions."""
    sayings = tuple(saying for saying in said if saying.actions & every)
    orphans = [saying.without_resource & every for saying in sayings]
    if all(alone == saying.actions & every for alone, saying in zip(orphans, sayings, strict=True)):
        yield NO_RESOURCES
        return
    if any(orphans):
        yield ACTIONS_WITHOUT_RESOURCE
    own = [entry for saying in sayings for entry in saying.entries if _is_of(entry, service)]
    if any(not any(entry.actions & saying.actions for saying in sayings if entry in saying.entries) for entry in own):
        yield RESOURCES_WITHOUT_ACTION


def condition_warnings(said: Iterable[Saying], service: str, every: int) -> Iterator[str]:
    """The warnings of a service's Request condition column."""
    without_condition = without_action = False
    for saying in said:
        actions = saying.actions & every
        for tested in saying.statement.conditions if actions else ():
            knowing = actions_knowing(tested.key.text, service) & actions
            without_condition |= knowing != actions
            without_action |= not knowing
    if without_condition:
        yield ACTIONS_WITHOUT_CONDITION
    if without_action:
        yield CONDITIONS_WITHOUT_ACTION


def action_warning(said: Iterable[Saying], full_name: str, bit: int, service: str) -> str:
    """The warning of one action: there is no statement whose resource and conditions both fit it."""
    sayings = tuple(saying for saying in said if saying.actions & bit)
    with_resource = [saying for saying in sayings if saying.entries_for(bit)]
    with_condition = [saying for saying in sayings if fits_conditions(saying, bit, service)]
    if any(saying in with_condition for saying in with_resource):
        return ""
    if not with_resource and not with_condition:
        return ACTION_WITHOUT_ANYTHING
    if with_resource:
        return ACTION_WITHOUT_CONDITION
    known = action(full_name)
    limited = known is None or known.has_resource_level_permissions
    return ACTION_WITHOUT_RESOURCE if limited else NEEDS_WILDCARD


def fits_conditions(saying: Saying, bit: int, service: str) -> bool:
    """Whether a request for the action may carry every key that the statement tests."""
    return all(actions_knowing(tested.key.text, service) & bit for tested in saying.statement.conditions)


def _is_of(entry: Entry, service: str) -> bool:
    return any(text.split(":", 3)[2:3] == [service] for text in entry.texts) and not entry.excluded
