"""Pages about lab resources: list, create, detail, delete. Their policies: `policies.views.lab_policies`."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.tag_rows import TagRows
from accounts.tagging import sorted_tags
from iamconsole.aws import quotas
from iamconsole.aws.arn import Arn, split_path
from iamconsole.console.drafts import once
from iamconsole.console.forms import attempt
from iamconsole.console.highlight import json_lines
from iamconsole.console.htmx import go_to, page
from iamconsole.console.listing import read_listing
from iamconsole.console.panels import Panel, panel
from iamconsole.console.places import page_address
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.steps import refusal_of
from policies.forms.lab_resources import CreateResourceForm
from policies.lab_kinds import KINDS, LabKind, kind_of
from policies.models import LabResource
from policies.operations.lab_resources import CREATE, DELETE, GET_POLICY, LIST, SORTS, kind_at, read_resource
from policies.views.lab_crumbs import resource_crumbs
from policies.views.lab_roles import lenders
from policies.views.lab_tries import try_context

__all__ = ["create", "delete", "detail", "index"]


@require_safe
def index(request: ConsoleRequest) -> HttpResponse:
    """List the account's resources of one kind; each kind has its service's own permission to list."""
    kind = _kind(request)
    listing = read_listing(request, sorts=SORTS, default="name", keep=("kind",))
    resources = panel(LIST[kind.key], request.call, page=listing.request)
    context = {
        "title": "Lab resources",
        "crumbs": resource_crumbs(),
        "kind": kind,
        "kinds": _choices("resource-list", kind),
        "listing": listing,
        "resources": resources,
        "create": _address("resource-create", kind),
    }
    return page(request, "policies/resources/list.html", context, part={"list": "policies/resources/_table.html"})


@require_http_methods(["GET", "POST"])
def create(request: ConsoleRequest) -> HttpResponse:
    """Create a resource of the kind that the address names; who may create it, its service's action says."""
    kind = _kind(request)
    begun = partial(CreateResourceForm, kind=kind, account_id=request.call.account_id)
    tags = TagRows.read(request.POST)
    form = begun(request.POST if request.method == "POST" and not tags.stepped else None)
    if tags.stepped:
        form = begun(initial=request.POST.dict())
    elif form.is_bound and form.is_valid() and tags.check():
        with once(request.call, form.cleaned_data["token"]) as first:
            address = first.address or _created(request, kind, form, tags)
            if address:
                return go_to(request, first.address or first.lead_to(address))
    action = _address("resource-create", kind)
    context = {
        "title": f"Create {kind.label.lower()}",
        "crumbs": resource_crumbs(f"Create {kind.label.lower()}"),
        "kind": kind,
        "kinds": _choices("resource-create", kind),
        "form": form,
        "rows": tags,
        "limit": quotas.TAGS_PER_RESOURCE.value,
        "action": action,
        "back": _address("resource-list", kind),
        "choices": lenders(request.call, kind),
    }
    status = form.status if form.errors else tags.status
    return page(
        request, "policies/resources/create.html", context, part={"tags": "accounts/_tag_rows.html"}, status=status
    )


@require_safe
def detail(request: ConsoleRequest, resource_arn: str) -> HttpResponse:
    """Show a resource and one of its tabs; whoever may not read it can still try what it may do with it."""
    kind = kind_at(resource_arn)
    read = panel(read_resource, request.call, resource_arn=resource_arn)
    tabs = _tabs(kind)
    tab = request.GET.get("tab", "")
    tab = tab if tab in dict(tabs) else tabs[0][0]
    title = read.value.title if read.value else resource_arn
    context = {
        "title": title,
        "crumbs": resource_crumbs(title),
        "kind": kind,
        "resource_arn": resource_arn,
        "read": read,
        "tab": tab,
        "tabs": [(label, page_address("resource", resource_arn, key), key == tab) for key, label in tabs],
        "runs_as": _runs_as(read.value),
        **_TABS[tab](request, kind, resource_arn, read),
    }
    return page(request, "policies/resources/detail.html", context)


@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, resource_arn: str) -> HttpResponse:
    """Ask for the resource's name, then delete it."""
    kind = kind_at(resource_arn)
    resource = read_resource(request.call, resource_arn=resource_arn)
    errors: list[str] = []
    if request.method == "POST":
        typed = request.POST.get("confirm", "").strip()
        errors = [f"Enter {resource.name}."] if typed != resource.name else []
        errors = errors or refusal_of(partial(DELETE[kind.key], request.call, resource_arn=resource_arn))
        if not errors:
            messages.success(request, f"{kind.label} {resource.title} deleted.")
            return go_to(request, _address("resource-list", kind))
    context = {
        "title": f"Delete {resource.title}",
        "crumbs": resource_crumbs(resource.title, "Delete", resource_arn=resource_arn),
        "kind": kind,
        "resource": resource,
        "errors": errors,
    }
    part = dict.fromkeys(("dialog", "dialog-part"), "policies/resources/_delete.html")
    return page(request, "policies/resources/delete.html", context, part=part, status=422 if errors else 200)


def _kind(request: ConsoleRequest) -> LabKind:
    return kind_of(request.GET.get("kind", "")) or KINDS[0]


def _address(route: str, kind: LabKind) -> str:
    return f"{reverse(route)}?{urlencode({'kind': kind.key})}"


def _choices(route: str, chosen: LabKind) -> list[tuple[str, str, bool]]:
    return [(kind.plural, _address(route, kind), kind is chosen) for kind in KINDS]


def _created(request: ConsoleRequest, kind: LabKind, form: CreateResourceForm, tags: TagRows) -> str:
    """Create it and answer its address; empty where it was refused. An instance's name is its tag Name."""
    given, pairs = form.arguments(), tags.pairs
    if kind.name is None and (name := given.pop("name", "")):
        pairs = (("Name", name), *(pair for pair in pairs if pair[0].lower() != "name"))
    made = attempt(form, CREATE[kind.key], request.call, **{k: v for k, v in given.items() if v}, tags=pairs)
    if made is None:
        return ""
    messages.success(request, f"{kind.label} {given.get('name') or made.title} created.")
    return page_address("resource", made.arn)


def _tabs(kind: LabKind) -> tuple[tuple[str, str], ...]:
    policy = (("policy", "Resource policy"),) if kind.has_policy else ()
    return (("try", "Try"), *policy, ("tags", "Tags"))


def _try_tab(request: ConsoleRequest, kind: LabKind, resource_arn: str, read: Panel[LabResource]) -> dict[str, Any]:
    return try_context(request, resource_arn=resource_arn)


def _policy_tab(request: ConsoleRequest, kind: LabKind, resource_arn: str, read: Panel[LabResource]) -> dict[str, Any]:
    got = panel(GET_POLICY[kind.key], request.call, resource_arn=resource_arn)
    return {"policy": got, "policy_lines": json_lines(got.value) if got.value else []}


def _tags_tab(request: ConsoleRequest, kind: LabKind, resource_arn: str, read: Panel[LabResource]) -> dict[str, Any]:
    found = Panel(value=sorted_tags(read.value)) if read.value else Panel(refusal=read.refusal)
    return {"tags": found, "tags_url": reverse("resource-tags", args=[resource_arn])}


_TABS: dict[str, Callable[[ConsoleRequest, LabKind, str, Panel[LabResource]], dict[str, Any]]] = {
    "try": _try_tab,
    "policy": _policy_tab,
    "tags": _tags_tab,
}


def _runs_as(resource: LabResource | None) -> tuple[str, str]:
    """What gives a resource its role: how it is shown, and where it leads."""
    if resource is None or not resource.runs_as:
        return "", ""
    name = split_path(Arn.parse(resource.runs_as).resource)[1]
    return resource.runs_as, reverse("role-detail", args=[name]) if resource.known_kind.runs_as == "role" else ""
