"""Attach control policies to the root, a unit or an account, and detach them, from that one's page."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.forms.organization import AttachForm
from accounts.models import PolicyTypes
from accounts.organizations import Node
from accounts.views.organization_pages import Question, addressed_node, ask, node_address, organization_crumbs
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.aws.paging import PageRequest
from iamconsole.call import Call
from iamconsole.console.forms import attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.panels import Panel, panel
from iamconsole.console.request import ConsoleRequest
from policies.models import FULL_ACCESS, ControlPolicy
from policies.operations.control_policies import describe_policy, list_policies
from policies.operations.control_policy_attachments import (
    attach_policy,
    detach_policy,
    list_all_policies_for_target,
    list_policies_for_target,
)

__all__ = ["TYPES", "attach", "attached_policies", "detach", "kind_of", "singular", "type_of"]

TYPES = {"scp": PolicyTypes.SERVICE_CONTROL_POLICY, "rcp": PolicyTypes.RESOURCE_CONTROL_POLICY}
"""The types of control policies by the word that stands for them in addresses."""
_OFFERED = PageRequest(size=1000)


def attached_policies(call: Call, node: Node) -> Panel[tuple[ControlPolicy, ...]]:
    """What is attached to a place itself, whatever its type, or why the reader may not see it."""
    return panel(list_all_policies_for_target, call, target_id=node.id)


@require_http_methods(["GET", "POST"])
def attach(request: ConsoleRequest, kind: str, target_id: str) -> HttpResponse:
    """Choose a policy of a type and attach it to a place."""
    node = addressed_node(request.call, target_id)
    policy_type = type_of(kind)
    there = list_policies_for_target(request.call, target_id=node.id, policy_type=policy_type)
    offered = list_policies(request.call, policy_type=policy_type, page=_OFFERED)
    taken = {policy.policy_id for policy in there}
    choices = [(policy.policy_id, policy.policy_name) for policy in offered if policy.policy_id not in taken]
    form = AttachForm(request.POST if request.method == "POST" else None, choices=choices)
    back = f"{node_address(node.id)}?tab=policies"
    if form.is_valid():
        policy_id = form.cleaned_data["policy_id"]
        attempt(form, attach_policy, request.call, policy_id=policy_id, target_id=node.id)
        if not form.errors:
            messages.success(request, f"{dict(choices)[policy_id]} attached to {node.name}.")
            return go_to(request, back)
    context: dict[str, object] = {
        "title": f"Attach a {singular(policy_type)}",
        "crumbs": organization_crumbs((node.name, node_address(node.id)), last="Attach"),
        "description": f"It binds {_whom(node)} from the next request on.",
        "form": form,
        "box": singular(policy_type).capitalize(),
        "button": "Attach policy",
        "busy": "Attaching policy",
        "back": back,
        "nothing": "" if choices else f"Every {singular(policy_type)} is attached here already: create another one.",
    }
    return page(request, "accounts/organization/form.html", context, status=form.status)


@require_http_methods(["GET", "POST"])
def detach(request: ConsoleRequest, policy_id: str, target_id: str) -> HttpResponse:
    """Ask, then detach a policy from a place."""
    node = addressed_node(request.call, target_id)
    policy = describe_policy(request.call, policy_id=policy_id)
    back = f"{node_address(node.id)}?tab=policies"
    sentences = [f"{policy.policy_name} no longer binds {_whom(node)}, from the next request on."]
    if policy.policy_id == FULL_ACCESS[PolicyTypes.SERVICE_CONTROL_POLICY]:
        sentences.append("What no other policy at this level allows is refused to everyone below, root users included.")
    question = Question(
        title=f"Detach {policy.policy_name} from {node.name}?",
        sentences=sentences,
        button="Detach policy",
        action=reverse("organization-detach", args=[policy_id, target_id]),
        back=back,
        onward=back,
        done=f"{policy.policy_name} detached from {node.name}.",
        crumbs=organization_crumbs((node.name, node_address(node.id)), last="Detach"),
        danger=True,
    )
    return ask(request, question, partial(detach_policy, request.call, policy_id=policy_id, target_id=node.id))


def type_of(kind: str) -> PolicyTypes:
    """The type that a word in an address stands for, or raise NoSuchEntity."""
    if kind not in TYPES:
        raise NoSuchEntity(f"There is no type of control policies called {kind}.")
    return TYPES[kind]


def kind_of(policy: ControlPolicy) -> str:
    """The word for a policy's type in addresses."""
    for kind, policy_type in TYPES.items():
        if policy.type == policy_type:
            return kind
    raise NoSuchEntity(f"There are no policies of the type {policy.type}.")


def singular(policy_type: PolicyTypes) -> str:
    """A type's label for one policy, within a sentence."""
    return str(policy_type.label).lower().removesuffix("policies") + "policy"


def _whom(node: Node) -> str:
    return node.name if node.member is not None else f"all member accounts in {node.name}"
