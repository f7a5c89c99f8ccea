"""Pages of service and resource control policies: their documents and targets; create, edit, delete."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.views.organization_pages import Question, ask, node_address, organization_crumbs
from iamconsole.aws import quotas
from iamconsole.console.csp import editor_page
from iamconsole.console.drafts import once
from iamconsole.console.forms import attempt
from iamconsole.console.highlight import json_lines
from iamconsole.console.htmx import go_to, page
from iamconsole.console.panels import panel
from iamconsole.console.places import Crumbs
from iamconsole.console.request import ConsoleRequest
from policies.controls import KINDS
from policies.forms.control_policies import ControlPolicyForm, NewControlPolicyForm
from policies.models import ControlPolicy
from policies.operations.control_policies import create_policy, delete_policy, describe_policy, update_policy
from policies.operations.control_policy_attachments import list_targets_for_policy
from policies.validation.findings import Severity
from policies.views.control_policy_attachments import TYPES, kind_of, singular, type_of
from policies.views.policy_checks import Checked, check_asked, checks_context, editor_findings
from policies.views.shown_document import show_document

__all__ = ["create", "delete", "detail", "edit"]

STARTERS = {
    "scp": """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Guardrail",
            "Effect": "Deny",
            "Action": [],
            "Resource": "*"
        }
    ]
}
""",
    "rcp": """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Guardrail",
            "Effect": "Deny",
            "Principal": "*",
            "Action": [],
            "Resource": "*"
        }
    ]
}
""",
}


@require_safe
def detail(request: ConsoleRequest, policy_id: str) -> HttpResponse:
    """Show a control policy: its document, and what it is attached to."""
    policy = describe_policy(request.call, policy_id=policy_id)
    address = _address(policy)
    context = {
        "title": policy.policy_name,
        "crumbs": _crumbs(kind_of(policy), policy),
        "policy": policy,
        "label": policy.get_type_display(),
        "shown": show_document(request, policy.document, address),
        "targets": panel(list_targets_for_policy, request.call, policy_id=policy_id),
        "node_address": node_address,
    }
    return page(request, "accounts/organization/policy.html", context)


@editor_page
@require_http_methods(["GET", "POST"])
def create(request: ConsoleRequest, kind: str) -> HttpResponse:
    """Create a control policy of a type in the policy editor."""
    policy_type = type_of(kind)
    form = NewControlPolicyForm(
        request.POST if request.method == "POST" else None, initial={"policy_document": STARTERS[kind]}
    )
    checked = _check_asked(request, kind)
    if checked is not None:
        form = NewControlPolicyForm(initial=_typed(request, checked))
    elif form.is_valid() and _fits(form, kind):
        with once(request.call, form.cleaned_data["token"]) as first:
            address = first.address or _created(request, form, kind)
            if address:
                return go_to(request, first.address or first.lead_to(address))
    return _shown(request, form, kind, title=f"Create a {singular(policy_type)}", checked=checked)


def _created(request: ConsoleRequest, form: NewControlPolicyForm, kind: str) -> str:
    policy = attempt(form, create_policy, request.call, policy_type=TYPES[kind].value, **_given(form))
    if policy is None:
        return ""
    messages.success(request, f"{policy.policy_name} created. It binds nobody until it is attached.")
    return _address(policy)


@editor_page
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, policy_id: str) -> HttpResponse:
    """Change a control policy; the new document holds at once, wherever it is attached."""
    policy = describe_policy(request.call, policy_id=policy_id)
    kind = kind_of(policy)
    if policy.is_aws_managed:
        messages.info(request, f"AWS maintains {policy.policy_name}: it cannot be edited.")
        return go_to(request, _address(policy))
    initial = {
        "name": policy.policy_name,
        "description": policy.description,
        "policy_document": policy.document,
        "seen": policy.document_hash,
    }
    form = ControlPolicyForm(request.POST if request.method == "POST" else None, initial=initial)
    checked = _check_asked(request, kind)
    theirs = None
    if checked is not None:
        form = ControlPolicyForm(initial=_typed(request, checked))
    elif form.is_valid() and _fits(form, kind):
        if form.cleaned_data["seen"] not in ("", policy.document_hash):
            theirs = policy
            form.data = {**form.cleaned_data, "seen": policy.document_hash}
        else:
            attempt(form, update_policy, request.call, policy_id=policy_id, **_given(form))
            if not form.errors:
                messages.success(request, f"{form.cleaned_data['name']} saved.")
                return go_to(request, _address(policy))
    return _shown(
        request, form, kind, title=f"Edit {policy.policy_name}", checked=checked, policy=policy, theirs=theirs
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, policy_id: str) -> HttpResponse:
    """Ask for the policy's name, then delete a control policy that is attached nowhere."""
    policy = describe_policy(request.call, policy_id=policy_id)
    kind = kind_of(policy)
    question = Question(
        title=f"Delete {policy.policy_name}?",
        sentences=("Delete the policy permanently? You can't undo this. It must be detached everywhere first.",),
        button="Delete policy",
        action=reverse("organization-policy-delete", args=[policy_id]),
        back=_address(policy),
        onward=f"{reverse('organization')}?tab={kind}",
        done=f"{policy.policy_name} deleted.",
        crumbs=_crumbs(kind, policy, last="Delete"),
        confirm=policy.policy_name,
        danger=True,
    )
    return ask(request, question, partial(delete_policy, request.call, policy_id=policy_id))


def _shown(
    request: ConsoleRequest,
    form: ControlPolicyForm,
    kind: str,
    *,
    title: str,
    checked: Checked | None,
    policy: ControlPolicy | None = None,
    theirs: ControlPolicy | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "title": title,
        "crumbs": _crumbs(kind, policy, last="Edit" if policy else "Create policy"),
        "form": form,
        "limit": quotas.CONTROL_POLICY_SIZE.value,
        "explained": _EXPLAINED[kind],
        "theirs": theirs,
        "theirs_lines": json_lines(theirs.document) if theirs else [],
        "back": _address(policy) if policy else f"{reverse('organization')}?tab={kind}",
        "button": "Save changes" if policy else "Create policy",
        "validate_url": f"{reverse('policy-validate')}?kind={kind}",
        "complete_url": reverse("policy-complete"),
        **checks_context(checked.findings if checked else _findings(form, kind)),
    }
    return page(request, "accounts/organization/edit_policy.html", context, status=409 if theirs else form.status)


_EXPLAINED = {
    "scp": "It says what the principals of member accounts can be allowed at most, root users included. It grants "
    "nothing: identity policies must allow as well.",
    "rcp": "It says who can be allowed to use the resources of member accounts at most, callers from outside included.",
}


def _given(form: ControlPolicyForm) -> dict[str, str]:
    entered = form.cleaned_data
    return {
        "name": entered["name"],
        "description": entered["description"],
        "content": entered["policy_document"],
    }  # fmt: skip


def _fits(form: ControlPolicyForm, kind: str) -> bool:
    """Whether the checks find no error in the document; those that they find are placed on the form."""
    found = editor_findings(form.cleaned_data["policy_document"], KINDS[TYPES[kind]])
    errors = [finding.message for finding in found if finding.severity is Severity.ERROR]
    if errors:
        form.add_error("policy_document", errors)
    return not errors


def _check_asked(request: ConsoleRequest, kind: str) -> Checked | None:
    text = request.POST.get("policy_document", "").replace("\r\n", "\n")
    return check_asked(request, text, KINDS[TYPES[kind]])


def _typed(request: ConsoleRequest, checked: Checked) -> dict[str, Any]:
    """What was typed, with the text that was checked: the page shows it again without sending it on."""
    return {**request.POST.dict(), "policy_document": checked.text}


def _findings(form: ControlPolicyForm, kind: str) -> Any:
    """What is to be said of a text that was sent and not stored."""
    text = str(form["policy_document"].value() or "") if form.is_bound else ""
    return editor_findings(text.replace("\r\n", "\n"), KINDS[TYPES[kind]]) if text.strip() else None


def _address(policy: ControlPolicy) -> str:
    return reverse("organization-policy", args=[policy.policy_id])


def _crumbs(kind: str, policy: ControlPolicy | None, last: str = "") -> Crumbs:
    places = [(str(TYPES[kind].label), f"{reverse('organization')}?tab={kind}")]
    places += [(policy.policy_name, _address(policy))] if policy else []
    return organization_crumbs(*places, last=last)
