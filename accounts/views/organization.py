"""The organization's own page: its tree of units and accounts, its control policies; how it is made and deleted."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Organization, PolicyTypes
from accounts.operations.organization_accounts import list_accounts
from accounts.operations.organizational_units import list_organizational_units
from accounts.operations.organizations import (
    create_organization,
    delete_organization,
    describe_organization,
    leave_organization,
)
from accounts.views.organization_pages import Question, ask, organization_crumbs, tree_of
from iamconsole.aws.errors import AccessDenied, IamError
from iamconsole.aws.organization_errors import AWSOrganizationsNotInUseException
from iamconsole.aws.paging import PageRequest
from iamconsole.console.htmx import go_to, page
from iamconsole.console.listing import read_listing
from iamconsole.console.panels import Panel, panel
from iamconsole.console.request import ConsoleRequest
from policies.operations.control_policies import SORTS, list_policies
from policies.operations.control_policy_attachments import (
    describe_effective_policy,
    disable_policy_type,
    enable_policy_type,
)
from policies.views.control_policy_attachments import TYPES, type_of

__all__ = ["create", "delete", "index", "leave", "switch_policy_type"]

MOST_DRAWN = 200
"""Accounts are drawn in the tree up to this many; beyond that each unit's page lists its own."""


@require_safe
def index(request: ConsoleRequest) -> HttpResponse:
    """Show the organization to its management account, to a member what binds it, and to others how one is made."""
    context: dict[str, Any] = {"title": "Organization", "crumbs": organization_crumbs()}
    try:
        organization = describe_organization(request.call)
    except AWSOrganizationsNotInUseException:
        return page(request, "accounts/organization/none.html", context)
    context["organization"] = organization
    if organization.account_id != request.call.account_id:
        context["levels"] = panel(describe_effective_policy, request.call)
        return page(request, "accounts/organization/member.html", context)
    tab = request.GET.get("tab", "")
    context["tab"] = tab if tab in TYPES else "accounts"
    context |= _policies(request, organization, TYPES[tab]) if tab in TYPES else _tree(request, organization)
    part = {"list": "accounts/organization/_policies.html", "tree": "accounts/organization/_tree.html"}
    return page(request, "accounts/organization/index.html", context, part=part)


def _tree(request: ConsoleRequest, organization: Organization) -> dict[str, Any]:
    units = panel(list_organizational_units, request.call)
    drawn = organization.account_count <= MOST_DRAWN
    accounts: Panel[Any] = panel(list_accounts, request.call, page=PageRequest(size=MOST_DRAWN)) if drawn else Panel()
    listed = accounts.value.items if accounts.value else ()
    return {
        "units": units,
        "accounts": accounts,
        "drawn": drawn,
        "tree": tree_of(organization, units.value or (), listed) if units else None,
    }


def _policies(request: ConsoleRequest, organization: Organization, policy_type: str) -> dict[str, Any]:
    listing = read_listing(request, sorts=SORTS, default="policy_name")
    return {
        "listing": listing,
        "policies": panel(list_policies, request.call, policy_type=policy_type, page=listing.request),
        "policy_type": policy_type,
        "label": PolicyTypes(policy_type).label,
        "enabled": policy_type in organization.policy_types,
    }


@require_POST
def create(request: ConsoleRequest) -> HttpResponse:
    """Make the account the management account of a new organization."""
    try:
        create_organization(request.call)
    except AccessDenied:
        raise
    except IamError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Organization created. This account is its management account.")
    return go_to(request, "organization")


@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest) -> HttpResponse:
    """Ask, then delete the organization; its accounts must be gone."""
    organization = describe_organization(request.call)
    back = reverse("organization")
    question = Question(
        title="Delete the organization?",
        sentences=(
            "Its units and its control policies are deleted with it. You can't undo this.",
            "Member accounts must be removed first; they go on as accounts of their own.",
        ),
        button="Delete organization",
        action=reverse("organization-delete"),
        back=back,
        onward=back,
        done="Organization deleted.",
        crumbs=organization_crumbs(last="Delete"),
        confirm=organization.organization_id,
        danger=True,
    )
    return ask(request, question, partial(delete_organization, request.call))


@require_http_methods(["GET", "POST"])
def leave(request: ConsoleRequest) -> HttpResponse:
    """Ask, then take the account out of the organization."""
    describe_organization(request.call)
    back = reverse("organization")
    question = Question(
        title="Leave the organization?",
        sentences=(
            (
                "The organization's control policies bind this account no longer, and its management account no longer "
                "manages it. Everything in the account stays."
            ),
        ),
        button="Leave organization",
        action=reverse("organization-leave"),
        back=back,
        onward=back,
        done="The account has left its organization.",
        crumbs=organization_crumbs(last="Leave"),
        danger=True,
    )
    return ask(request, question, partial(leave_organization, request.call))


@require_http_methods(["GET", "POST"])
def switch_policy_type(request: ConsoleRequest, tab: str) -> HttpResponse:
    """Ask, then enable a type of control policies, or disable the enabled one."""
    policy_type = type_of(tab)
    organization = describe_organization(request.call)
    label, enabled = policy_type.label, policy_type in organization.policy_types
    verb = "Disable" if enabled else "Enable"
    act = disable_policy_type if enabled else enable_policy_type
    sentences = (
        ("All of them are detached from root, units and accounts, and bind nobody from the next request on.",)
        if enabled
        else ("A policy of AWS that allows everything is attached to root, units and accounts: nothing changes yet.",)
    )
    back = f"{reverse('organization')}?tab={tab}"
    question = Question(
        title=f"{verb} {label.lower()}?",
        sentences=sentences,
        button=verb,
        action=reverse("organization-policy-type", args=[tab]),
        back=back,
        onward=back,
        done=f"{label} {verb.lower()}d.",
        crumbs=organization_crumbs(last=label),
        danger=enabled,
    )
    return ask(
        request, question, partial(act, request.call, root_id=organization.root_id, policy_type=policy_type.value)
    )  # fmt: skip
