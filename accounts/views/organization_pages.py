"""What the pages of an organization share: their addresses, the way to them, and the questions before a change."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse

from accounts.models import Organization, OrganizationAccount, OrganizationalUnit
from accounts.operations.organization_accounts import describe_account
from accounts.operations.organizational_units import describe_organizational_unit
from accounts.operations.organizations import list_roots
from accounts.organizations import Node
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.aws.identifiers import is_account_id
from iamconsole.call import Call
from iamconsole.console.htmx import go_to, page
from iamconsole.console.places import Crumbs
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.steps import refusal_of

__all__ = [
    "Branch",
    "Question",
    "addressed_node",
    "ask",
    "branches",
    "node_address",
    "organization_crumbs",
    "parents",
    "tree_of",
]

_INDENT = "\u2003"
QUESTION = "accounts/organization/_question.html"


@dataclass(frozen=True, slots=True)
class Branch:
    """A place of the tree as it is drawn, with what stands directly below it."""

    node: Node
    depth: int
    address: str
    units: "list[Branch]" = field(default_factory=list)
    accounts: "list[Branch]" = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Question:
    """A question before a change. `confirm` is what must be typed; `onward` is where the answer leads."""

    title: str
    sentences: Sequence[str]
    button: str
    action: str
    back: str
    onward: str
    done: str
    crumbs: Crumbs
    confirm: str = ""
    danger: bool = False
    hidden: tuple[tuple[str, str], ...] = ()


def node_address(node_id: str) -> str:
    """The address of the page of a root, unit or account."""
    return reverse("organization-account" if is_account_id(node_id) else "organization-unit", args=[node_id])


def organization_crumbs(*places: tuple[str, str], last: str = "") -> Crumbs:
    """The way to a page of the organization: the places with their addresses, then the page itself."""
    way: Crumbs = [("IAM", reverse("dashboard")), ("Organization", reverse("organization"))]
    way += [(name, address) for name, address in places]
    way += [(last, None)] if last else []
    return [*way[:-1], (way[-1][0], None)]


def addressed_node(call: Call, node_id: str) -> Node:
    """The root, the unit or the account at an address, or raise NoSuchEntity."""
    if is_account_id(node_id):
        account = describe_account(call, account_id=node_id)
        return Node(account.organization, member=account)
    if node_id.startswith("r-"):
        root = next((root for root in list_roots(call) if root.id == node_id), None)
        if root is None:
            raise NoSuchEntity(f"There is no root {node_id} in your organization.")
        return root
    unit = describe_organizational_unit(call, organizational_unit_id=node_id)
    return Node(unit.organization, unit=unit)


def ask(request: ConsoleRequest, question: Question, act: Callable[[], object]) -> HttpResponse:
    """Ask, in a dialog or on a page; do it when the answer comes, and lead on or say what refused it."""
    errors: list[str] = []
    if request.method == "POST":
        typed = request.POST.get("confirm", "").strip()
        if question.confirm and typed != question.confirm:
            errors = [f"Enter {question.confirm} to confirm."]
        errors = errors or refusal_of(act)
        if not errors:
            messages.success(request, question.done)
            return go_to(request, question.onward)
    context = {"title": question.title, "crumbs": question.crumbs, "question": question, "errors": errors}
    part = dict.fromkeys(("dialog", "dialog-part"), QUESTION)
    return page(request, "accounts/organization/question.html", context, part=part, status=422 if errors else 200)


def tree_of(
    organization: Organization, units: Sequence[OrganizationalUnit], accounts: Sequence[OrganizationAccount] = ()
) -> Branch:
    """The tree of an organization, units and accounts each by name."""
    root = _branch(Node(organization), 0)
    known = {unit.pk: _branch(Node(organization, unit=unit), len(unit.path)) for unit in units}
    for unit in units:
        above = known.get(unit.parent_id) if unit.parent_id else root
        if above is not None:
            above.units.append(known[unit.pk])
    for account in accounts:
        account.organization = organization
        above = known.get(account.unit_id) if account.unit_id else root
        if above is not None:
            above.accounts.append(_branch(Node(organization, member=account), above.depth + 1))
    return root


def branches(branch: Branch) -> Iterator[Branch]:
    """The branch and all below it, from the top down, units before accounts."""
    yield branch
    for unit in branch.units:
        yield from branches(unit)
    yield from branch.accounts


def parents(tree: Branch) -> list[tuple[str, str]]:
    """The choices of a list of places that accounts can stand in: indented by depth."""
    return [
        (each.node.id, _INDENT * each.depth + each.node.name) for each in branches(tree) if each.node.member is None
    ]


def _branch(node: Node, depth: int) -> Branch:
    return Branch(node, depth, node_address(node.id))
