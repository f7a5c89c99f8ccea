"""Where the page of a thing lies, and the breadcrumbs that lead to a page."""

from urllib.parse import urlencode

from django.urls import reverse

from iamconsole.console.request import ConsoleRequest
from iamconsole.console.sessions import FIRST_SLOT
from iamconsole.console.slots import in_slot

__all__ = ["Crumbs", "crumbs", "page_address", "sign_in_address"]

Crumbs = list[tuple[str, str | None]]

_SECTIONS = {
    "user": ("Users", "user-list"),
    "group": ("User groups", "group-list"),
    "role": ("Roles", "role-list"),
    "policy": ("Policies", "policy-list"),
    "provider": ("Identity providers", "provider-list"),
    "resource": ("Lab resources", "resource-list"),
    "analyzer": ("Access Analyzer", "analyzer"),
    "credentials": ("Security credentials", "credentials"),
    "settings": ("Account settings", "account-settings"),
}


def page_address(noun: str, name: str, tab: str = "") -> str:
    """The address of the page of a user, group, role or policy, or of one of its tabs; a policy's name is its ARN."""
    address = reverse(f"{noun}-detail", args=[name])
    return f"{address}?{urlencode({'tab': tab})}" if tab else address


def sign_in_address(request: ConsoleRequest) -> str:
    """The whole address at which the account's users sign in, in whatever browser."""
    address = reverse("signin-account", args=[request.call.account.label])
    return request.build_absolute_uri(in_slot(address, FIRST_SLOT))


def crumbs(*places: str, of: str = "", tab: str = "") -> Crumbs:
    """The way from IAM to a page, whose own place comes last and leads nowhere.

    `of` is the noun whose list the page stands below. The first of several places is then the name of such a thing, and
    leads to its page, to the `tab` that one came from.
    """
    section, route = _SECTIONS[of] if of else ("", "")
    way: Crumbs = [("IAM", reverse("dashboard"))]
    way += [(section, reverse(route))] if of else []
    way += [(place.rpartition("/")[2], page_address(of, place, tab)) for place in places[:-1]]
    way += [(place.rpartition("/")[2], None) for place in places[-1:]]
    return [*way[:-1], (way[-1][0], None)]
