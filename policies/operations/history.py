"""Read the History tabs.

Who changed what, when, and the documents that were given are what CloudTrail's records hold, parameters included: so
the tabs ask for the action that reads those. What they are about is read by an operation of its own before
(GetUser, GetGroup, GetRole, GetPolicy), whose refusal refuses the page.
"""

from collections.abc import Callable, Mapping

from accounts import arns
from accounts.models import Group, Role, User
from accounts.queries import find_group, find_role, find_user
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from iamconsole.gate import operation
from policies.history import Change, read_change, read_history
from policies.models import ManagedPolicy
from policies.queries import find_policy

__all__ = ["lookup_change", "lookup_changes"]

_FOUND: Mapping[str, Callable[[Call, str], User | Group | Role | ManagedPolicy]] = {
    "user": find_user,
    "group": find_group,
    "role": find_role,
    "policy": find_policy,
}


@operation("cloudtrail:LookupEvents", resource=arns.any_resource, read_only=True, batch=True)
def lookup_changes(
    call: Call, *, resource_type: str, resource_name: str, page: PageRequest = PageRequest()
) -> Page[Change]:
    """List the changes of what a user, group, role or policy may do, newest first, one page at a time.

    Rules: cloudtrail API_LookupEvents; cloudtrail-event-reference-record-contents (requestParameters).
    """
    entity = _FOUND[resource_type](call, resource_name)
    return read_history(call, resource_type, entity.pk, page)


@operation("cloudtrail:LookupEvents", resource=arns.any_resource, read_only=True, batch=True)
def lookup_change(call: Call, *, resource_type: str, resource_name: str, key: str) -> Change:
    """Read one change of those, with the documents before and after, or raise NoSuchEntity.

    Rules: cloudtrail API_LookupEvents.
    """
    entity = _FOUND[resource_type](call, resource_name)
    change = read_change(call, resource_type, entity.pk, key)
    if change is None:
        raise NoSuchEntity("There is no such change.")
    return change
