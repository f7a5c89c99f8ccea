"""Services: their prefixes and names."""

from dataclasses import dataclass
from functools import cache

from policies.catalog import source


@dataclass(frozen=True, slots=True)
class Service:
    """A service as policies know it, by the prefix of its actions.

    Rules: reference_policies_actions-resources-contextkeys.
    """

    prefix: str
    name: str
    category: str
    supports_resource_control_policies: bool


def services() -> tuple[Service, ...]:
    """Give all services, sorted by prefix."""
    return tuple(_services().values())


def service(prefix: str) -> Service | None:
    """Find a service by the prefix of its actions, whatever its case."""
    return _services().get(prefix.lower())


def is_service(prefix: str) -> bool:
    """Tell whether the catalog knows a service of that prefix."""
    return prefix.lower() in _services()


@cache
def _services() -> dict[str, Service]:
    names = source.published("serviceNames")
    titles = source.published("categoryNames")
    categories = source.published("serviceCategories")
    limited = frozenset(source.published("rcpSupportedServices"))
    return {
        prefix: Service(
            prefix=prefix,
            name=names[prefix],
            category=titles.get(categories.get(prefix, ""), ""),
            supports_resource_control_policies=prefix in limited,
        )
        for prefix in sorted(source.published("services"))
    }
