"""Search: users, groups, roles and policies by name, and a user by an access key ID."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.operations.access_keys import get_access_key_last_used
from accounts.operations.groups import list_groups
from accounts.operations.roles import list_roles
from accounts.operations.users import list_users
from iamconsole.aws.errors import IamError
from iamconsole.aws.paging import PageRequest
from iamconsole.console.htmx import page
from iamconsole.console.panels import Panel, panel
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest
from policies.operations.managed_policies import list_policies

SHOWN = 10
_LONGEST = 128
_KEY_PREFIX = "AKIA"


@dataclass(frozen=True, slots=True)
class Section:
    """What was found of one noun, or why it cannot be looked for."""

    label: str
    found: Panel[Any]
    links: tuple[tuple[str, str], ...]
    more: str


@require_safe
def search(request: ConsoleRequest) -> HttpResponse:
    """Show the first matches of each noun, with the way to all of them."""
    query = request.GET.get("q", "").strip()[:_LONGEST]
    context = {
        "title": "Search",
        "crumbs": crumbs("Search"),
        "query": query,
        "sections": _sections(request, query) if query else (),
    }
    return page(request, "console/search.html", context)


def _sections(request: ConsoleRequest, query: str) -> tuple[Section, ...]:
    asked = PageRequest(size=SHOWN, query=query)
    nouns = (
        ("Users", list_users, "user", "name"),
        ("User groups", list_groups, "group", "name"),
        ("Roles", list_roles, "role", "name"),
        ("Policies", list_policies, "policy", "arn"),
    )
    sections = [_section(request, label, read, noun, key, asked) for label, read, noun, key in nouns]
    return (*_owner_of_key(request, query), *sections)


def _section(request: ConsoleRequest, label: str, read: Any, noun: str, key: str, asked: PageRequest) -> Section:
    found = panel(read, request.call, page=asked)
    links = tuple((each.name, page_address(noun, getattr(each, key))) for each in found.value or ())
    more = f"{reverse(f'{noun}-list')}?q={asked.query}" if found and found.value and found.value.after else ""
    return Section(label, found, links, more)


def _owner_of_key(request: ConsoleRequest, query: str) -> tuple[Section, ...]:
    if not query.startswith(_KEY_PREFIX):
        return ()
    try:
        key = get_access_key_last_used(request.call, access_key_id=query)
    except IamError:
        return ()
    if key.user is None:
        return ()
    name = key.user.user_name
    links = ((f"{name} - {key.access_key_id}", page_address("user", name)),)
    return (Section("Access keys", Panel(value=links), links, ""),)
