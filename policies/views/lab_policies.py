"""The resource policy of a lab resource: edit it in the code editor, or take it away."""

import hashlib
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from iamconsole.aws.errors import NoSuchEntity
from iamconsole.console.csp import editor_page
from iamconsole.console.forms import attempt
from iamconsole.console.highlight import json_lines
from iamconsole.console.htmx import go_to, page
from iamconsole.console.places import page_address
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.steps import refusal_of
from policies.forms.lab_resources import ResourcePolicyForm
from policies.lab_kinds import KEY, LabKind
from policies.language.kinds import PolicyKind
from policies.operations.lab_resources import DELETE_POLICY, GET_POLICY, PUT_POLICY, kind_at
from policies.views.lab_crumbs import resource_crumbs
from policies.views.policy_checks import check_asked, checks_context, editor_findings

__all__ = ["delete", "edit"]

_BEGINNING = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Statement1",
            "Effect": "Allow",
            "Principal": {
                "AWS": "arn:aws:iam::<account>:root"
            },
            "Action": "<action>",
            "Resource": "<resource>"
        }
    ]
}"""


@editor_page
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, resource_arn: str) -> HttpResponse:
    """Write the resource policy; where somebody else did so meanwhile, show both."""
    kind = _kind(resource_arn)
    current = GET_POLICY[kind.key](request.call, resource_arn=resource_arn)
    form = ResourcePolicyForm(initial={"policy": current or _beginning(request, kind, resource_arn)})
    stale, found = False, None
    if request.method == "POST":
        form = ResourcePolicyForm(request.POST)
        valid = form.is_valid()
        text = request.POST.get("policy", "").replace("\r\n", "\n")
        checked = check_asked(request, text, PolicyKind.RESOURCE)
        found = checked.findings if checked else editor_findings(text, PolicyKind.RESOURCE)
        if checked:
            form, valid = ResourcePolicyForm(initial={**request.POST.dict(), "policy": checked.text}), False
        stale = bool(request.POST.get("basis")) and request.POST["basis"] != _mark(current)
        if valid and not stale and _put(request, form, kind, resource_arn):
            messages.success(request, "Resource policy saved.")
            return go_to(request, page_address("resource", resource_arn, "policy"))
    context = {
        "title": "Edit resource policy",
        "crumbs": resource_crumbs(_short(resource_arn), "Resource policy", resource_arn=resource_arn),
        "kind": kind,
        "resource_arn": resource_arn,
        "form": form,
        "stale": stale,
        "basis": _mark(current),
        "current_lines": json_lines(current) if current else [],
        "validate_url": f"{reverse('policy-validate')}?kind=resource",
        **checks_context(found, "policy"),
    }
    return page(request, "policies/resources/policy.html", context, status=409 if stale else form.status)


@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, resource_arn: str) -> HttpResponse:
    """Take the resource policy away, after a question; a key always has one."""
    kind = _kind(resource_arn)
    GET_POLICY[kind.key](request.call, resource_arn=resource_arn)
    errors: list[str] = []
    if request.method == "POST":
        put_nothing = partial(PUT_POLICY[kind.key], policy="")
        change = DELETE_POLICY[kind.key] if kind.delete_policy else put_nothing
        errors = refusal_of(partial(change, request.call, resource_arn=resource_arn))
        if not errors:
            messages.success(request, "Resource policy deleted.")
            return go_to(request, page_address("resource", resource_arn, "policy"))
    context: dict[str, Any] = {
        "title": "Delete resource policy",
        "crumbs": resource_crumbs(_short(resource_arn), "Delete policy", resource_arn=resource_arn),
        "kind": kind,
        "resource_arn": resource_arn,
        "name": _short(resource_arn),
        "errors": errors,
        "blocked": kind is KEY,
    }
    part = dict.fromkeys(("dialog", "dialog-part"), "policies/resources/_delete_policy.html")
    return page(request, "policies/resources/delete_policy.html", context, part=part, status=422 if errors else 200)


def _kind(resource_arn: str) -> LabKind:
    kind = kind_at(resource_arn)
    if not kind.has_policy:
        raise NoSuchEntity(f"{kind.plural} have no resource policy.")
    return kind


def _put(request: ConsoleRequest, form: ResourcePolicyForm, kind: LabKind, resource_arn: str) -> bool:
    policy = form.cleaned_data["policy"]
    attempt(form, PUT_POLICY[kind.key], request.call, resource_arn=resource_arn, policy=policy)
    return not form.errors


def _beginning(request: ConsoleRequest, kind: LabKind, resource_arn: str) -> str:
    text = _BEGINNING.replace("<account>", request.call.account_id).replace("<action>", kind.actions[0])
    return text.replace("<resource>", resource_arn)


def _short(resource_arn: str) -> str:
    return resource_arn.rpartition(":")[2].rpartition("/")[2]


def _mark(document: str) -> str:
    """A short name of a text, to see whether it is still the one that an edit began with."""
    return hashlib.sha256(document.encode()).hexdigest()[:16]
