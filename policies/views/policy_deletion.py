"""Delete a managed policy with what hangs on it: several operations one after the other, as AWS's console does."""

from collections.abc import Iterable, Iterator
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from iamconsole.aws.errors import DeleteConflict
from iamconsole.aws.paging import PageRequest
from iamconsole.call import Call
from iamconsole.console.htmx import go_to, page
from iamconsole.console.panels import panel
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.steps import Step, cascade, refusal_of
from policies.models import ManagedPolicy, PolicyVersion
from policies.operations.managed_policies import delete_policy
from policies.operations.policy_entities import BOUNDARY, PERMISSIONS, list_entities_for_policy
from policies.operations.policy_versions import delete_policy_version, list_policy_versions
from policies.views.addressed import addressed_policy
from policies.views.entity_permissions import KINDS

__all__ = ["delete", "delete_with_everything"]

_NAMED = 20
"""Entities are named in the question up to this many."""
_AT_ONCE = PageRequest(size=100)


@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, policy_arn: str = "") -> HttpResponse:
    """Ask for the policy's name, then detach the policy everywhere, delete its older versions, and delete it."""
    policy_arn = policy_arn or request.GET.get("name", "")
    if not policy_arn:
        return go_to(request, "policy-list")
    policy = addressed_policy(request.call, policy_arn)
    errors: list[str] = []
    if request.method == "POST":
        typed = request.POST.get("confirm", "").strip()
        errors = [f"Enter {policy.policy_name} to confirm."] if typed != policy.policy_name else []
        if policy.is_aws_managed:
            delete_policy(request.call, policy_arn=policy.arn)  # refused, and recorded as refused
        errors = errors or refusal_of(partial(delete_with_everything, request.call, policy))
        if not errors:
            messages.success(request, f"{policy.policy_name} deleted.")
            return go_to(request, "policy-list")
    carriers = partial(list_entities_for_policy, request.call, policy_arn=policy.arn, page=PageRequest(size=_NAMED))
    context = {
        "title": "Delete policy",
        "crumbs": crumbs(policy.arn, "Delete", of="policy"),
        "policy": policy,
        "action": reverse("policy-delete", args=[policy.arn]),
        "back": page_address("policy", policy.arn),
        "attached": panel(carriers, policy_usage_filter=PERMISSIONS),
        "bounded": panel(carriers, policy_usage_filter=BOUNDARY),
        "versions": panel(list_policy_versions, request.call, policy_arn=policy.arn),
        "errors": errors,
        "question": "policies/_delete.html",
    }
    parts = dict.fromkeys(("dialog", "dialog-part"), "policies/_delete.html")
    return page(request, "policies/question.html", context, part=parts, status=422 if errors else 200)


def delete_with_everything(call: Call, policy: ManagedPolicy) -> None:
    """Delete a policy after what hangs on it; raises what refused the first step, or Unfinished for a later one.

    The policy stays while anything could not be taken away; what was taken away stays away. A permissions boundary is
    never taken away: without it the user or role could do more.
    """
    if policy.permissions_boundary_usage_count:
        raise DeleteConflict(
            "The policy is a permissions boundary. Set another boundary on the users and roles it bounds first."
        )
    cascade(_deletion(call, policy, list_policy_versions(call, policy_arn=policy.arn)))


def _deletion(call: Call, policy: ManagedPolicy, versions: Iterable[PolicyVersion]) -> Iterator[Step]:
    carriers = partial(
        list_entities_for_policy, call, policy_arn=policy.arn, policy_usage_filter=PERMISSIONS, page=_AT_ONCE
    )
    while entities := carriers().items:
        for row in entities:
            kind = KINDS[row.type.lower()]
            detach = partial(kind.detach, call, **kind.named(row.entity.name), policy_arn=policy.arn)
            yield f"detach it from {row.entity.name}", detach
    for version in versions:
        if not version.is_default:
            named = {"policy_arn": policy.arn, "version_id": version.version_id}
            yield f"delete version {version.number}", partial(delete_policy_version, call, **named)
    yield "delete the policy", partial(delete_policy, call, policy_arn=policy.arn)
