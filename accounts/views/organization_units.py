"""Pages of the root and of organizational units: what stands in them, what is attached; create, rename, delete."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.organization import CreateUnitForm, RenameUnitForm
from accounts.operations.organization_accounts import SORTS, list_accounts_for_parent
from accounts.operations.organizational_units import (
    create_organizational_unit,
    delete_organizational_unit,
    describe_organizational_unit,
    list_organizational_units_for_parent,
    update_organizational_unit,
)
from accounts.views.organization_pages import Question, addressed_node, ask, node_address, organization_crumbs
from iamconsole.console.drafts import once
from iamconsole.console.forms import attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.listing import read_listing
from iamconsole.console.panels import panel
from iamconsole.console.request import ConsoleRequest
from policies.views.control_policy_attachments import attached_policies

__all__ = ["create", "delete", "detail", "edit"]

TABS = ("accounts", "policies")


@require_safe
def detail(request: ConsoleRequest, unit_id: str) -> HttpResponse:
    """Show the root or a unit: the units and accounts in it, or the control policies attached to it."""
    node = addressed_node(request.call, unit_id)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else TABS[0]
    listing = read_listing(request, sorts=SORTS, default="name")
    context: dict[str, Any] = {
        "title": node.name,
        "crumbs": organization_crumbs((node.name, "")),
        "node": node,
        "organization": node.organization,
        "tab": tab,
        "listing": listing,
    }
    if tab == "accounts":
        context["units"] = panel(list_organizational_units_for_parent, request.call, parent_id=node.id)
        context["accounts"] = panel(list_accounts_for_parent, request.call, parent_id=node.id, page=listing.request)
    else:
        context["attached"] = attached_policies(request.call, node)
    part = {"list": "accounts/organization/_accounts.html"} if tab == "accounts" else None
    return page(request, "accounts/organization/unit.html", context, part=part)


@require_http_methods(["GET", "POST"])
def create(request: ConsoleRequest, parent_id: str) -> HttpResponse:
    """Create a unit below the root or a unit."""
    parent = addressed_node(request.call, parent_id)
    form = CreateUnitForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with once(request.call, form.cleaned_data["token"]) as first:
            made = first.address or _created(request, form, parent_id)
            if made:
                return go_to(request, first.address or first.lead_to(made))
    context = {
        "title": "Create organizational unit",
        "crumbs": organization_crumbs((parent.name, node_address(parent.id)), last="Create organizational unit"),
        "description": f"The new unit stands below {parent.name}. Policies attached to it bind all accounts in it.",
        "form": form,
        "box": "Organizational unit",
        "button": "Create organizational unit",
        "busy": "Creating unit",
        "back": node_address(parent.id),
    }
    return page(request, "accounts/organization/form.html", context, status=form.status)


def _created(request: ConsoleRequest, form: CreateUnitForm, parent_id: str) -> str:
    unit = attempt(form, create_organizational_unit, request.call, parent_id=parent_id, name=form.cleaned_data["name"])
    if unit is None:
        return ""
    messages.success(request, f"{unit.unit_name} created.")
    return node_address(unit.unit_id)


@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, unit_id: str) -> HttpResponse:
    """Rename a unit."""
    unit = describe_organizational_unit(request.call, organizational_unit_id=unit_id)
    form = RenameUnitForm(request.POST if request.method == "POST" else None, initial={"name": unit.unit_name})
    if form.is_valid():
        name = form.cleaned_data["name"]
        attempt(form, update_organizational_unit, request.call, organizational_unit_id=unit_id, name=name)
        if not form.errors:
            messages.success(request, f"{unit.unit_name} is now called {name}.")
            return go_to(request, node_address(unit_id))
    context = {
        "title": f"Rename {unit.unit_name}",
        "crumbs": organization_crumbs((unit.unit_name, node_address(unit_id)), last="Rename"),
        "description": "",
        "form": form,
        "box": "Organizational unit",
        "button": "Save changes",
        "busy": "Saving changes",
        "back": node_address(unit_id),
    }
    return page(request, "accounts/organization/form.html", context, status=form.status)


@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, unit_id: str) -> HttpResponse:
    """Ask, then delete an empty unit."""
    unit = describe_organizational_unit(request.call, organizational_unit_id=unit_id)
    question = Question(
        title=f"Delete {unit.unit_name}?",
        sentences=("The unit must be empty. Policies that are attached to it are detached; they themselves stay.",),
        button="Delete organizational unit",
        action=reverse("organization-unit-delete", args=[unit_id]),
        back=node_address(unit_id),
        onward=reverse("organization"),
        done=f"{unit.unit_name} deleted.",
        crumbs=organization_crumbs((unit.unit_name, node_address(unit_id)), last="Delete"),
        danger=True,
    )
    return ask(request, question, partial(delete_organizational_unit, request.call, organizational_unit_id=unit_id))
