"""The list pages of the console with the columns they sort by, and the detail pages of what they list."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import reverse

from accounts.operations import groups, users
from iamconsole.aws import arn
from iamconsole.benching.crowd import Crowd, name
from policies.operations import analyzers, lab_resources, managed_policies

__all__ = ["DETAILS", "LISTS", "DetailPage", "ListPage"]


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list page by the name of its address, and the keys of its sortable columns."""

    url_name: str
    sorts: tuple[str, ...]

    def addresses(self) -> Iterator[str]:
        """The list as it opens, then by each column, up and down."""
        path = reverse(self.url_name)
        yield path
        for sort in self.sorts:
            yield f"{path}?sort={sort}"
            yield f"{path}?sort={sort}&dir=desc"


@dataclass(frozen=True, slots=True)
class DetailPage:
    """A detail page by the name of its address, what it shows and its tabs; it shows the first of the crowd."""

    url_name: str
    noun: str
    tabs: tuple[str, ...]

    def addresses(self, crowd: Crowd) -> Iterator[str]:
        """The page by each of its tabs."""
        first, account_id = name(self.noun, 0), crowd.account.account_id
        arns = {
            "policy": arn.policy_arn(account_id, "/", first),
            "resource": f"arn:aws:s3:::{account_id}-{name('bucket', 0)}",
        }
        path = reverse(self.url_name, args=[arns.get(self.noun, first)])
        return (f"{path}?tab={tab}" for tab in self.tabs)


def _keys(sorts: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(sorts)


LISTS = (
    ListPage("user-list", _keys(users.SORTS)),
    ListPage("group-list", _keys(groups.SORTS)),
    ListPage("role-list", ("role_name", "last_activity")),
    ListPage("policy-list", _keys(managed_policies.SORTS)),
    ListPage("event-list", ("time",)),
    ListPage("analyzer", _keys(analyzers.SORTS)),
    ListPage("resource-list", _keys(lab_resources.SORTS)),
)
DETAILS = (
    DetailPage("user-detail", "user", ("permissions", "groups", "tags", "credentials", "history", "last-accessed")),
    DetailPage("group-detail", "group", ("users", "permissions", "history", "last-accessed")),
    DetailPage("role-detail", "role", ("permissions", "trust", "tags", "history", "last-accessed")),
    DetailPage("resource-detail", "resource", ("try", "policy", "tags")),
    DetailPage("policy-detail", "policy", ("permissions", "entities", "versions", "tags", "history", "last-accessed")),
)
