"""The versions of a managed policy: show one, choose the default, delete, compare two."""

import re
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from iamconsole.aws.errors import IamError, NoSuchEntity
from iamconsole.console.forms import ConsoleForm, attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest
from policies.editor.diff import compare as compare_documents
from policies.models import ManagedPolicy, PolicyVersion
from policies.operations import policy_versions as operations
from policies.operations.policy_versions import get_policy_version
from policies.views.addressed import addressed_policy
from policies.views.shown_document import MOST_LINES, everything_asked, show_document

__all__ = ["compare", "delete_version", "set_default", "version"]

_TWO = 2


@require_safe
def version(request: ConsoleRequest, policy_arn: str) -> HttpResponse:
    """Show the document of one version: the part that opens under its row, or a page."""
    policy = addressed_policy(request.call, policy_arn)
    shown = _named(request, policy, request.GET.get("version", ""))
    address = f"{reverse('policy-version', args=[policy.arn])}?{urlencode({'version': shown.version_id})}"
    context = {
        "title": f"Version {shown.number}",
        "crumbs": crumbs(policy.arn, f"Version {shown.number}", of="policy"),
        "policy": policy,
        "version": shown,
        "shown": show_document(request, shown.document, address),
    }
    part = {request.htmx.target or "": "policies/_version.html"}
    return page(request, "policies/version.html", context, part=part)


@require_http_methods(["GET", "POST"])
def set_default(request: ConsoleRequest, policy_arn: str) -> HttpResponse:
    """Ask, then put another version in force."""
    return _change(request, policy_arn, "set_default", "Set as default")


@require_http_methods(["GET", "POST"])
def delete_version(request: ConsoleRequest, policy_arn: str) -> HttpResponse:
    """Ask, then delete a version that is not the default one."""
    return _change(request, policy_arn, "delete_version", "Delete version")


def _change(request: ConsoleRequest, policy_arn: str, verb: str, title: str) -> HttpResponse:
    policy = addressed_policy(request.call, policy_arn)
    asked = request.POST if request.method == "POST" else request.GET
    version_id = asked.get("name", "")
    if not version_id:
        return go_to(request, page_address("policy", policy.arn, "versions"))
    form = ConsoleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        operation, told = _VERBS[verb]
        attempt(form, operation, request.call, policy_arn=policy.arn, version_id=version_id)
        if form.is_valid():
            messages.success(request, told.format(number=version_id[1:], policy=policy.policy_name))
            return go_to(request, page_address("policy", policy.arn, "versions"))
        if form.refusal:
            raise form.refusal
    chosen = _named(request, policy, version_id)
    context = {
        "title": title,
        "crumbs": crumbs(policy.arn, title, of="policy"),
        "policy": policy,
        "version": chosen,
        "users": policy.attachment_count + policy.permissions_boundary_usage_count,
        "back": page_address("policy", policy.arn, "versions"),
        "errors": form.non_field_errors(),
        "hidden": [("name", version_id)],
        "question": f"policies/_{verb}.html",
    }
    parts = dict.fromkeys(("dialog", "dialog-part"), f"policies/_{verb}.html")
    return page(request, "policies/question.html", context, part=parts, status=form.status)


_VERBS: dict[str, tuple[Any, str]] = {
    "set_default": (operations.set_default_policy_version, "Version {number} is now the default version of {policy}."),
    "delete_version": (operations.delete_policy_version, "Version {number} of {policy} deleted."),
}


@require_safe
def compare(request: ConsoleRequest, policy_arn: str) -> HttpResponse:
    """Show two versions side by side (`?a=v1&b=v2`); ticked rows (`?name=`) lead there, the older one first."""
    policy = addressed_policy(request.call, policy_arn)
    ticked = list(dict.fromkeys(request.GET.getlist("name")))
    if ticked or "a" not in request.GET or "b" not in request.GET:
        if len(ticked) != _TWO:
            messages.warning(request, "Choose exactly two versions to compare.")
            return go_to(request, page_address("policy", policy.arn, "versions"))
        older, newer = sorted(ticked, key=_number)
        return go_to(request, f"{_address(policy)}?{urlencode({'a': older, 'b': newer})}")
    left, right = (_named(request, policy, request.GET[side]) for side in ("a", "b"))
    title = f"Compare version {left.number} with version {right.number}"
    sides = {"a": left.version_id, "b": right.version_id}
    comparison = compare_documents(left.document, right.document)
    context = {
        "title": title,
        "crumbs": crumbs(policy.arn, "Compare versions", of="policy"),
        "policy": policy,
        "left": left,
        "right": right,
        "comparison": comparison,
        "rows": comparison.rows if everything_asked(request) else comparison.folded(MOST_LINES),
        "all_rows": f"{_address(policy)}?{urlencode({**sides, 'all': 1})}",
        "back": page_address("policy", policy.arn, "versions"),
        "turned": f"{_address(policy)}?{urlencode({'a': right.version_id, 'b': left.version_id})}",
    }
    return page(request, "policies/compare.html", context)


def _named(request: ConsoleRequest, policy: ManagedPolicy, version_id: str) -> PolicyVersion:
    """Read a version; one whose name cannot be is not there."""
    try:
        return get_policy_version(request.call, policy_arn=policy.arn, version_id=version_id)
    except IamError as error:
        if error.code != "ValidationError":
            raise
        raise NoSuchEntity(f"{policy.policy_name} has no version {version_id}.") from error


def _number(version_id: str) -> int:
    digits = re.fullmatch(r"v(\d{1,9})", version_id, re.ASCII)
    return int(digits[1]) if digits else 0


def _address(policy: ManagedPolicy) -> str:
    return reverse("policy-compare", args=[policy.arn])
