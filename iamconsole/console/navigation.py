"""The side navigation: what stands where. A link whose page is not built yet is left out, never dead."""

from collections.abc import Sequence
from functools import lru_cache

from django.urls import NoReverseMatch, get_script_prefix, reverse

__all__ = ["navigation"]

Link = tuple[str, str, bool]

_GROUPS: Sequence[tuple[str, Sequence[tuple[str, str]]]] = (
    ("", (("Dashboard", "dashboard"),)),
    (
        "Access management",
        (
            ("User groups", "group-list"),
            ("Users", "user-list"),
            ("Roles", "role-list"),
            ("Policies", "policy-list"),
            ("Identity providers", "provider-list"),
            ("Account settings", "account-settings"),
        ),
    ),
    (
        "Access reports",
        (
            ("Access Analyzer", "analyzer"),
            ("Credential report", "credential-report"),
            ("Event history", "event-list"),
            ("Organization policies", "organization"),
        ),
    ),
    (
        "Tools",
        (
            ("Policy simulator", "simulator"),
            ("Access troubleshooter", "access"),
            ("Access graph", "access-graph"),
            ("Lab resources", "resource-list"),
        ),
    ),
    ("Classroom", (("Student accounts", "class"), ("Labs", "lab-list"), ("Instructor board", "instructor-board"))),
)


def navigation(path: str) -> list[tuple[str, list[Link]]]:
    """The groups with their links: label, address, and whether the page at `path` stands under it."""
    prefix = get_script_prefix()
    built = [(group, [(label, _address(name, prefix)) for label, name in links]) for group, links in _GROUPS]
    current = _current(path, [address for _, links in built for _, address in links if address])
    shown = [(group, [(label, to, to == current) for label, to in links if to]) for group, links in built]
    return [(group, links) for group, links in shown if links]


@lru_cache(maxsize=256)
def _address(route: str, prefix: str) -> str:
    """The address of a route under the slot's prefix; empty where there is none yet."""
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""


def _current(path: str, addresses: Sequence[str]) -> str:
    """The longest address that the path stands at or under; the dashboard only at its own."""
    under = [address for address in addresses if path == address or path.startswith(address.rstrip("/") + "/")]
    longest = max(under, key=len, default="")
    return "" if longest == _address("dashboard", get_script_prefix()) and path != longest else longest
