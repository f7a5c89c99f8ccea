"""Pages of the accounts of an organization: create, see what binds one, move, remove."""

import uuid
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts.forms.organization import CreateAccountForm, MoveForm
from accounts.operations.organization_accounts import (
    create_account,
    describe_account,
    move_account,
    remove_account_from_organization,
)
from accounts.operations.organizational_units import list_organizational_units
from accounts.organizations import Node
from accounts.views.organization_pages import (
    Question,
    ask,
    node_address,
    organization_crumbs,
    parents,
    tree_of,
)
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.console import drafts
from iamconsole.console.forms import attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.panels import panel
from iamconsole.console.request import ConsoleRequest
from policies.operations.control_policy_attachments import describe_effective_policy
from policies.views.control_policy_attachments import attached_policies

__all__ = ["create", "created", "detail", "move", "remove"]

KIND = "member-account"
TABS = ("effective", "policies")
_GONE = "The first password of a root user is shown once, and this one was."


@require_safe
def detail(request: ConsoleRequest, account_id: str) -> HttpResponse:
    """Show an account: every control policy that binds it by level, or those attached to the account itself."""
    account = describe_account(request.call, account_id=account_id)
    node = Node(account.organization, member=account)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else TABS[0]
    context = {
        "title": node.name,
        "crumbs": organization_crumbs((node.name, "")),
        "node": node,
        "organization": node.organization,
        "place": account,
        "parent": Node(node.organization, unit=account.unit),
        "tab": tab,
        "levels": panel(describe_effective_policy, request.call, target_id=account_id) if tab == TABS[0] else None,
        "attached": attached_policies(request.call, node) if tab != TABS[0] else None,
    }
    return page(request, "accounts/organization/account.html", context)


@require_http_methods(["GET", "POST"])
def create(request: ConsoleRequest) -> HttpResponse:
    """Open a member account; its root user's password is shown once, on the page after."""
    form = CreateAccountForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with drafts.once(request.call, form.cleaned_data["token"]) as first:
            address = first.address or _created(request, form)
            if address:
                return go_to(request, first.address or first.lead_to(address))
    context = {
        "title": "Create AWS account",
        "crumbs": organization_crumbs(last="Create AWS account"),
        "description": "The new account stands directly below the root of the organization, and can be moved.",
        "form": form,
        "box": "Account",
        "button": "Create AWS account",
        "busy": "Creating account",
        "back": reverse("organization"),
    }
    return page(request, "accounts/organization/form.html", context, status=form.status)


def _created(request: ConsoleRequest, form: CreateAccountForm) -> str:
    opened = attempt(form, create_account, request.call, **form.arguments())
    if opened is None:
        return ""
    account = opened.account
    messages.success(request, f"{account.name} created.")
    data = {"account_id": account.account_id, "name": account.name, "email": account.root_email}
    draft = drafts.start(request.call, KIND, data, secrets={"password": opened.root_password})
    return reverse("organization-account-created", args=[draft.pk])


@never_cache
@require_GET
def created(request: ConsoleRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Show how the root user of a new account signs in, once."""
    try:
        draft = drafts.load(request.call, draft_id, KIND)
    except NoSuchEntity:
        raise NoSuchEntity(_GONE) from None
    secret = drafts.secrets_of(draft).get("password", "")
    drafts.discard(draft)
    context = {
        "title": "Root user sign-in",
        "crumbs": organization_crumbs(
            (draft.data["name"], node_address(draft.data["account_id"])), last="Root user sign-in"
        ),
        "account": draft.data,
        "secret": secret,
        "sign_in_url": request.build_absolute_uri(reverse("signin-root")),
        "back": node_address(draft.data["account_id"]),
    }
    return page(request, "accounts/organization/created.html", context)


@require_http_methods(["GET", "POST"])
def move(request: ConsoleRequest, account_id: str) -> HttpResponse:
    """Move an account to the root or to another unit."""
    account = describe_account(request.call, account_id=account_id)
    node = Node(account.organization, member=account)
    source = Node(node.organization, unit=account.unit)
    choices = parents(tree_of(node.organization, list_organizational_units(request.call)))
    choices = [choice for choice in choices if choice[0] != source.id]
    posted = request.POST if request.method == "POST" else None
    form = MoveForm(posted, choices=choices, initial={"source_parent_id": source.id})
    if form.is_valid():
        attempt(form, move_account, request.call, account_id=account_id, **form.cleaned_data)
        if not form.errors:
            messages.success(request, f"{node.name} moved.")
            return go_to(request, node_address(account_id))
    context = {
        "title": f"Move {node.name}",
        "crumbs": organization_crumbs((node.name, node_address(account_id)), last="Move"),
        "description": f"It stands below {source.name} now.",
        "form": form,
        "box": "Destination",
        "button": "Move AWS account",
        "busy": "Moving account",
        "back": node_address(account_id),
    }
    return page(request, "accounts/organization/form.html", context, status=form.status)


@require_http_methods(["GET", "POST"])
def remove(request: ConsoleRequest, account_id: str) -> HttpResponse:
    """Ask, then let an account stand for itself."""
    account = describe_account(request.call, account_id=account_id)
    question = Question(
        title=f"Remove {account.account.name} from the organization?",
        sentences=(
            (
                "Its control policies bind it no longer from its next request on. Everything in the account stays, its "
                "access role for the management account included."
            ),
        ),
        button="Remove account",
        action=reverse("organization-account-remove", args=[account_id]),
        back=node_address(account_id),
        onward=reverse("organization"),
        done=f"{account.account.name} removed from the organization.",
        crumbs=organization_crumbs((account.account.name, node_address(account_id)), last="Remove"),
        confirm=account.account.name,
        danger=True,
    )
    return ask(request, question, partial(remove_account_from_organization, request.call, account_id=account_id))
