"""The page that manages the tags of a user, role or policy: one page for all nouns.

Saving works out what changed and calls the tag and untag operations for just that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from accounts.forms.tag_rows import TagRows
from accounts.operations import tags as operations
from iamconsole.aws import quotas
from iamconsole.aws.errors import AccessDenied, IamError
from iamconsole.console.htmx import go_to, page
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest
from policies.operations import lab_resources
from policies.operations import tags as policy_operations

__all__ = ["manage", "routes"]

Tags = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Noun:
    """One kind of resource that carries tags: the parameter that names it, and its operations."""

    plural: str
    parameter: str
    list: Callable[..., Tags]
    tag: Callable[..., None]
    untag: Callable[..., None]


_NOUNS: Mapping[str, _Noun] = {
    "user": _Noun(
        "Users", "user_name", operations.list_user_tags, operations.tag_user, operations.untag_user
    ),
    "role": _Noun(
        "Roles", "role_name", operations.list_role_tags, operations.tag_role, operations.untag_role
    ),
    "policy": _Noun(
        "Policies", "policy_arn", policy_operations.list_policy_tags, policy_operations.tag_policy,
        policy_operations.untag_policy,
    ),
    "resource": _Noun(
        "Resources", "resource_arn", lab_resources.list_resource_tags, lab_resources.tag_resource,
        lab_resources.untag_resource,
    ),
}  # fmt: skip


def routes() -> list[URLPattern]:
    """The address of this page under `/iam/` for each noun."""
    return [
        path(f"{known.plural.lower()}/tags/<path:name>", manage, {"noun": noun}, name=f"{noun}-tags")
        for noun, known in _NOUNS.items()
    ]


@require_http_methods(["GET", "POST"])
def manage(request: ConsoleRequest, noun: str, name: str) -> HttpResponse:
    """Edit the tags of one resource; Add and Remove change the form, Save changes the tags."""
    known = _NOUNS[noun]
    named = {known.parameter: name}
    current = known.list(request.call, **named)
    rows, refusal = TagRows(current), None
    if request.method == "POST":
        rows = TagRows.read(request.POST)
        if not rows.stepped and rows.check():
            try:
                _save(request, known, named, current, rows.pairs)
            except AccessDenied as error:
                refusal = error
            except IamError as error:
                rows.loose.append(error.message)
            else:
                messages.success(request, f"Tags of {_short(name)} saved.")
                return go_to(request, page_address(noun, name, "tags"))
    context = {
        "title": "Manage tags",
        "crumbs": crumbs(name, "Tags", of=noun, tab="tags"),
        "resource": _short(name),
        "rows": rows,
        "refusal": refusal,
        "action": reverse(f"{noun}-tags", args=[name]),
        "back": page_address(noun, name, "tags"),
        "limit": quotas.TAGS_PER_RESOURCE.value,
    }
    status = 403 if refusal else rows.status
    return page(request, "accounts/tags.html", context, part={"tags": "accounts/_tag_rows.html"}, status=status)


def _save(request: ConsoleRequest, known: _Noun, named: Mapping[str, str], current: Tags, wanted: Tags) -> None:
    """Untag first: it makes room for what is new."""
    removed, changed = _difference(current, wanted)
    if removed:
        known.untag(request.call, **named, tag_keys=removed)
    if changed:
        known.tag(request.call, **named, tags=changed)


def _difference(current: Tags, rows: Tags) -> tuple[tuple[str, ...], Tags]:
    """The keys that went, and the tags that are new or different; a key in another case is different, not gone."""
    kept = {key.lower() for key, _ in rows}
    removed = tuple(key for key, _ in current if key.lower() not in kept)
    return removed, tuple(row for row in rows if row not in current)


def _short(name: str) -> str:
    return name.rpartition("/")[2]
