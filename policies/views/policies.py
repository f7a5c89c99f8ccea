"""Pages about managed policies: the list, and one policy with its tabs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from iamconsole.aws.paging import Page, PageRequest
from iamconsole.console.htmx import page
from iamconsole.console.listing import Listing, read_listing
from iamconsole.console.panels import panel
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest
from policies.editor.changes import FIRST, OLDEST, changes
from policies.editor.diff import normalized
from policies.language.problems import PolicySyntaxError
from policies.language.reader import read
from policies.models import ManagedPolicy, PolicyVersion
from policies.operations.managed_policies import SORTS, list_policies
from policies.operations.policy_entities import BOUNDARY, PERMISSIONS, list_entities_for_policy
from policies.operations.policy_entities import SORTS as ENTITY_SORTS
from policies.operations.policy_versions import get_policy_documents, get_policy_version, list_policy_versions
from policies.operations.tags import list_policy_tags
from policies.summary.policy_summary import PolicySummary, summarize
from policies.views.addressed import addressed_policy
from policies.views.entity_history import history_of, history_parts
from policies.views.last_accessed import LAST_ACCESSED_PART, last_accessed_tab
from policies.views.shown_document import show_document

__all__ = ["detail", "index"]

TYPES: Mapping[str, str] = {
    "Customer managed": "customer",
    "AWS managed": "aws",
    "AWS managed - job function": "job-function",
}
ENTITY_TYPES: Mapping[str, str] = {"User": "User", "User group": "Group", "Role": "Role"}
_VIEWS = {"summary": "Summary", "json": "JSON", "normalized": "Normalized"}
_ROWS = 50
"""Services of a summary shown at first."""
_PARTS = {"entities": "policies/_entities.html", "versions": "policies/_versions.html"}


@require_safe
def index(request: ConsoleRequest) -> HttpResponse:
    """List the policies that the account can attach: its own and those of AWS."""
    listing = read_listing(request, sorts=SORTS, default="policy_name", filters={"type": "Type"})
    policies = list_policies(request.call, page=_asked(listing, TYPES))
    context = {
        "title": "Policies",
        "crumbs": crumbs(of="policy"),
        "listing": listing,
        "policies": policies,
        "types": _choices("All types", TYPES),
    }
    return page(request, "policies/list.html", context, part={"list": "policies/_table.html"})


@require_safe
def detail(request: ConsoleRequest, policy_arn: str) -> HttpResponse:
    """Show a policy and one of its tabs; only what the open tab shows is read."""
    policy = addressed_policy(request.call, policy_arn)
    tabs = _tabs(policy)
    tab = request.GET.get("tab", "")
    tab = tab if tab in tabs else "permissions"
    context = {
        "title": policy.policy_name,
        "crumbs": crumbs(policy.arn, of="policy"),
        "policy": policy,
        "tab": tab,
        "tabs": [(label, page_address("policy", policy.arn, name), name == tab) for name, label in tabs.items()],
        **_READ[tab](request, policy),
    }
    part = history_parts(request) if tab == "history" else _parts(tab)
    return page(request, "policies/detail.html", context, part=part)


def _parts(tab: str) -> dict[str, str]:
    return {"list": _PARTS[tab]} if tab in _PARTS else LAST_ACCESSED_PART


def _tabs(policy: ManagedPolicy) -> dict[str, str]:
    attached = policy.attachment_count + policy.permissions_boundary_usage_count
    tabs = {"permissions": "Permissions", "entities": f"Entities attached ({attached:,})"}
    if not policy.is_aws_managed:
        tabs["tags"] = f"Tags ({len(policy.tag_list)})"
    tabs["versions"] = f"Policy versions ({policy.version_count:,})"
    return {**tabs, "last-accessed": "Last accessed", "history": "History"}


def _permissions(request: ConsoleRequest, policy: ManagedPolicy) -> dict[str, Any]:
    version_id = f"v{policy.default_version_number}"
    version = panel(get_policy_version, request.call, policy_arn=policy.arn, version_id=version_id)
    document = version.value.document if version.value else ""
    view = request.GET.get("view", "")
    view = view if view in _VIEWS else "json"
    shown = normalized(document) if view == "normalized" else document
    address = page_address("policy", policy.arn, "permissions")
    return {
        "version": version,
        "shown": show_document(request, shown, f"{address}&view={view}"),
        "views": [(label, f"{address}&view={name}", name == view) for name, label in _VIEWS.items()],
        "summary": _summary(document) if view == "summary" and document else None,
        "most_rows": _ROWS if "all" not in request.GET else None,
        "all_rows": f"{address}&view=summary&all=1",
    }


def _summary(document: str) -> PolicySummary | None:
    try:
        return summarize(read(document))
    except PolicySyntaxError:
        return None


def _entities(request: ConsoleRequest, policy: ManagedPolicy) -> dict[str, Any]:
    bounded = request.GET.get("as") == "boundary"
    listing = read_listing(
        request, sorts=ENTITY_SORTS, default="name", filters={"type": "Type"}, keep=("tab", "as")
    )  # fmt: skip
    address = page_address("policy", policy.arn, "entities")
    entities = panel(
        list_entities_for_policy,
        request.call,
        policy_arn=policy.arn,
        policy_usage_filter=BOUNDARY if bounded else PERMISSIONS,
        page=_asked(listing, ENTITY_TYPES),
    )
    uses = (policy.attachment_count, policy.permissions_boundary_usage_count)
    return {
        "entities": entities,
        "listing": listing,
        "bounded": bounded,
        "types": _choices("All types", ENTITY_TYPES),
        "uses": [
            (f"Permissions policy ({uses[0]:,})", address, not bounded),
            (f"Permissions boundary ({uses[1]:,})", f"{address}&as=boundary", bounded),
        ],
    }


def _tags(request: ConsoleRequest, policy: ManagedPolicy) -> dict[str, Any]:
    return {
        "tags": panel(list_policy_tags, request.call, policy_arn=policy.arn),
        "tags_url": reverse("policy-tags", args=[policy.arn]),
    }


def _versions(request: ConsoleRequest, policy: ManagedPolicy) -> dict[str, Any]:
    listing = read_listing(request, sorts=(), default="")
    versions = panel(list_policy_versions, request.call, policy_arn=policy.arn)
    shown = _page_of(versions.value or (), listing.request)
    return {
        "versions": versions,
        "listing": listing,
        "shown": shown,
        "changes": _changes(request, policy, versions.value or (), shown.items),
    }


def _changes(
    request: ConsoleRequest, policy: ManagedPolicy, every: tuple[PolicyVersion, ...], shown: tuple[PolicyVersion, ...]
) -> dict[int, str]:
    """What each version shown changed against the one before it, by its number; nothing where documents are refused."""
    if not shown:
        return {}
    last = every.index(shown[-1])
    read = [*shown, *every[last + 1 : last + 2]]
    identified = [version.version_id for version in read]
    documents = panel(get_policy_documents, request.call, policy_arn=policy.arn, version_ids=identified)
    if documents.value is None:
        return {}
    said = changes(documents.value)
    if len(read) == len(shown):
        said.insert(0, FIRST if shown[-1].number == 1 else OLDEST)
    return {version.number: words for version, words in zip(shown, reversed(said), strict=False)}


def _last_accessed(request: ConsoleRequest, policy: ManagedPolicy) -> dict[str, Any]:
    return last_accessed_tab(request, policy.arn, of_policy=True)


def _history(request: ConsoleRequest, policy: ManagedPolicy) -> dict[str, Any]:
    return history_of(request, "policy", policy.arn, policy.policy_name)


_READ = {
    "permissions": _permissions,
    "entities": _entities,
    "tags": _tags,
    "versions": _versions,
    "last-accessed": _last_accessed,
    "history": _history,
}


def _page_of(versions: tuple[PolicyVersion, ...], asked: PageRequest) -> Page[PolicyVersion]:
    """Cut a page out of the versions, the newest first; a cursor is the number of the version beside the page."""
    numbers = [str(version.number) for version in versions]
    start = 0
    if asked.after in numbers:
        start = numbers.index(asked.after) + 1
    elif asked.before in numbers:
        start = max(numbers.index(asked.before) - asked.size, 0)
    end = start + asked.size
    return Page(
        versions[start:end],
        after=numbers[end - 1] if end < len(numbers) else None,
        before=numbers[start] if start else None,
        total=len(numbers),
    )


def _asked(listing: Listing, values: Mapping[str, str]) -> PageRequest:
    """The page to list, with the filters' labels as the operation's values; a label that means nothing is left out."""
    known = tuple((name, values[label]) for name, label in listing.request.filters if label in values)
    return replace(listing.request, filters=known)


def _choices(every: str, values: Mapping[str, str]) -> list[tuple[str, str]]:
    return [("type:", every), *((f"type:{label}", label) for label in values)]
