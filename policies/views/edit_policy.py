"""Edit a customer managed policy: its document, then review and save it as a new version.

Rules: access_policies_manage-edit; access_policies_managed-versioning.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from iamconsole.aws import quotas
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.console import drafts
from iamconsole.console.forms import attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.panels import panel
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest
from policies.editor.diff import compare
from policies.forms.policies import NewVersionForm
from policies.models import ManagedPolicy, PolicyVersion
from policies.operations.policy_versions import (
    create_policy_version,
    delete_policy_version,
    get_policy_version,
    list_policy_versions,
)
from policies.views.addressed import addressed_policy
from policies.views.shown_document import MOST_LINES, everything_asked
from policies.views.specify_permissions import DRAFT, Work, specify

__all__ = ["edit"]


@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, policy_arn: str) -> HttpResponse:
    """Show or take the step that the address names; a policy of AWS is not edited."""
    policy = addressed_policy(request.call, policy_arn)
    if policy.is_aws_managed:
        context = {"title": policy.policy_name, "crumbs": crumbs(policy.arn, "Edit", of="policy"), "policy": policy}
        return page(request, "policies/aws_managed.html", context, status=403)
    draft_id = request.GET.get("draft", "")
    work = Work(policy, drafts.load(request.call, draft_id, DRAFT) if draft_id else None)
    if work.draft is not None and work.draft.data.get("arn") != policy.arn:
        raise NoSuchEntity("This draft belongs to another policy.")
    if work.draft is not None and request.GET.get("step") == "2":
        return _review(request, policy, work)
    begin = "" if work.draft else _default(request, policy).document
    return specify(request, work, begin=begin, basis=_basis(policy))


def _review(request: ConsoleRequest, policy: ManagedPolicy, work: Work) -> HttpResponse:
    deletable = _deletable(request, policy)
    begun = _begun_with(request, work)
    now = _basis(policy)
    stale = begun not in ("", now)
    oldest = deletable[-1].version_id if deletable else ""
    form = NewVersionForm(deletable=deletable, initial={"delete_version": oldest})
    if request.method == "POST":
        form = NewVersionForm(request.POST, deletable=deletable)
        # The second copy of a double click finds the policy changed by the first: it is led to where the first one led.
        with drafts.once(request.call, _token(form)) as attempted:
            address = attempted.address
            if not address and form.is_valid() and not stale and _saved(request, policy, work, form):
                address = attempted.lead_to(page_address("policy", policy.arn, "versions"))
            if address:
                return go_to(request, address)
    default = _default(request, policy)
    comparison = compare(default.document, work.document)
    context = {
        "title": "Review and save",
        "crumbs": work.crumbs,
        "policy": policy,
        "work": work,
        "steps": work.steps(2),
        "action": work.address(2),
        "form": form,
        "basis": now,
        "stale": stale,
        "deletable": deletable,
        "oldest": oldest,
        "quota": quotas.VERSIONS_PER_MANAGED_POLICY.value,
        "default": default,
        "comparison": comparison,
        "rows": comparison.rows if everything_asked(request) else comparison.folded(MOST_LINES),
        "next_number": policy.latest_version + 1,
    }
    return page(request, "policies/edit_review.html", context, status=409 if stale else form.status)


def _saved(request: ConsoleRequest, policy: ManagedPolicy, work: Work, form: NewVersionForm) -> bool:
    """Make room where the policy has five versions, then save the new one; False where either was refused."""
    entered = form.cleaned_data
    if entered["delete_version"]:
        named = {"policy_arn": policy.arn, "version_id": entered["delete_version"]}
        attempt(form, delete_policy_version, request.call, **named)
        if form.errors:
            return False
        messages.info(request, f"Version {entered['delete_version'][1:]} of {policy.policy_name} deleted.")
    version = attempt(
        form, create_policy_version, request.call, policy_arn=policy.arn, policy_document=work.document,
        set_as_default=entered["set_as_default"],
    )  # fmt: skip
    if version is None:
        return False
    role = ", which is now the default" if version.is_default else ""
    messages.success(request, f"{policy.policy_name} saved as version {version.number}{role}.")
    return True


def _token(form: NewVersionForm) -> Any:
    form.is_valid()
    return form.cleaned_data.get("token")


def _deletable(request: ConsoleRequest, policy: ManagedPolicy) -> Sequence[PolicyVersion]:
    """The versions of which one must go before another can come; none where there is room, or no leave to look."""
    versions = panel(list_policy_versions, request.call, policy_arn=policy.arn).value or ()
    if len(versions) < quotas.VERSIONS_PER_MANAGED_POLICY.value:
        return ()
    return [version for version in versions if not version.is_default]


def _default(request: ConsoleRequest, policy: ManagedPolicy) -> PolicyVersion:
    version_id = f"v{policy.default_version_number}"
    return get_policy_version(request.call, policy_arn=policy.arn, version_id=version_id)


def _basis(policy: ManagedPolicy) -> str:
    """Names the state that an edit begins with: the default version, and the newest number."""
    return f"v{policy.default_version_number}.{policy.latest_version}"


def _begun_with(request: ConsoleRequest, work: Work) -> str:
    """The state that this edit began with; a form that has shown what was saved meanwhile names that."""
    if request.method == "POST":
        return request.POST.get("basis", "")
    return str(work.draft.data.get("basis", "")) if work.draft else ""
