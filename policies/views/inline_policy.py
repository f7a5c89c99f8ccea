"""The page on which an inline policy of a user, user group or role is created and edited."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from iamconsole.aws.errors import EntityAlreadyExists, IamError
from iamconsole.console.csp import editor_page
from iamconsole.console.drafts import once
from iamconsole.console.forms import place
from iamconsole.console.highlight import json_lines
from iamconsole.console.htmx import go_to, page
from iamconsole.console.panels import panel
from iamconsole.console.request import ConsoleRequest
from policies.editor.starter import STARTER
from policies.forms.permissions import InlinePolicyForm, NewInlinePolicyForm
from policies.language.kinds import PolicyKind
from policies.models import InlinePolicy
from policies.validation.findings import Finding, error_messages
from policies.views.entity_permissions import KINDS, EntityKind
from policies.views.policy_checks import Checked, check_asked, checks_context, editor_findings

__all__ = ["edit_inline_policy"]

_KIND = PolicyKind.IDENTITY_INLINE


@editor_page
@require_http_methods(["GET", "POST"])
def edit_inline_policy(request: ConsoleRequest, noun: str, name: str) -> HttpResponse:
    """Create an inline policy of an entity or, where the address names one (`?policy=`), edit it."""
    kind, policy_name = KINDS[noun], request.GET.get("policy", "")
    return _edit(request, kind, name, policy_name) if policy_name else _create(request, kind, name)


def _create(request: ConsoleRequest, kind: EntityKind, name: str) -> HttpResponse:
    initial = {"policy_document": STARTER}
    checked = _check_asked(request, kind)
    form = NewInlinePolicyForm(request.POST if request.method == "POST" else None, initial=initial)
    if checked is not None:
        form = NewInlinePolicyForm(initial=_typed(request, checked))
    elif form.is_valid():
        with once(request.call, form.cleaned_data["token"]) as attempt:
            if attempt.address or _put_new(request, kind, name, form):
                return go_to(request, attempt.address or attempt.lead_to(kind.page_address(name)))
    elif not form.is_bound:
        kind.list_attached(request.call, **kind.named(name))  # an entity that is not there answers 404 here
    return _shown(request, kind, name, form, title="Create inline policy", checked=checked)


def _put_new(request: ConsoleRequest, kind: EntityKind, name: str, form: NewInlinePolicyForm) -> bool:
    policy_name = form.cleaned_data["policy_name"]
    present = panel(kind.list_inline, request.call, **kind.named(name))
    if any(policy.policy_name.lower() == policy_name.lower() for policy in present.value or ()):
        # PutGroupPolicy and its kin would replace the policy of this name: not what creating one means.
        taken = f"{name} has an inline policy called {policy_name}. Choose another name, or edit that policy."
        place(form, EntityAlreadyExists(taken, field="policyName"))
        return False
    return _put(request, kind, name, policy_name, form)


def _edit(request: ConsoleRequest, kind: EntityKind, name: str, policy_name: str) -> HttpResponse:
    policy: InlinePolicy = kind.get(request.call, **kind.named(name), policy_name=policy_name)
    initial = {"policy_document": policy.document, "seen": policy.document_hash}
    form = InlinePolicyForm(request.POST if request.method == "POST" else None, initial=initial)
    theirs = None
    checked = _check_asked(request, kind)
    if checked is not None:
        form = InlinePolicyForm(initial=_typed(request, checked))
    elif form.is_valid():
        if form.cleaned_data["seen"] not in ("", policy.document_hash):
            theirs = policy
            form.data = {**form.cleaned_data, "seen": policy.document_hash}
        elif _put(request, kind, name, policy.policy_name, form):
            return go_to(request, kind.page_address(name))
    return _shown(request, kind, name, form, title=f"Edit {policy.policy_name}", theirs=theirs, checked=checked)


def _put(request: ConsoleRequest, kind: EntityKind, name: str, policy_name: str, form: InlinePolicyForm) -> bool:
    """Store the document; a refusal is placed on the form, and the answer is False."""
    document = form.cleaned_data["policy_document"]
    errors = error_messages(document, _KIND)
    if errors:
        form.add_error("policy_document", errors)
        return False
    try:
        kind.put(request.call, **kind.named(name), policy_name=policy_name, policy_document=document)
    except IamError as error:
        place(form, error)
    else:
        messages.success(request, f"{policy_name} saved.")
        return True
    return False


def _shown(
    request: ConsoleRequest,
    kind: EntityKind,
    name: str,
    form: InlinePolicyForm,
    *,
    title: str,
    theirs: InlinePolicy | None = None,
    checked: Checked | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "title": title,
        "crumbs": kind.crumbs(name, title),
        "kind": kind,
        "name": name,
        "form": form,
        "theirs": theirs,
        "theirs_lines": json_lines(theirs.document) if theirs else [],
        "validate_url": f"{reverse('policy-validate')}?kind=inline&limit={kind.inline_size}",
        "complete_url": reverse("policy-complete"),
        **checks_context(checked.findings if checked else _findings(form, kind)),
    }
    return page(request, "policies/inline_policy.html", context, status=409 if theirs else form.status)


def _check_asked(request: ConsoleRequest, kind: EntityKind) -> Checked | None:
    text = request.POST.get("policy_document", "").replace("\r\n", "\n")
    return check_asked(request, text, _KIND, kind.inline_size)


def _typed(request: ConsoleRequest, checked: Checked) -> dict[str, Any]:
    """What was typed, with the text that was checked: the page shows it again without sending it on."""
    return {**request.POST.dict(), "policy_document": checked.text}


def _findings(form: InlinePolicyForm, kind: EntityKind) -> tuple[Finding, ...] | None:
    """What is to be said of a text that was sent and not stored."""
    text = str(form["policy_document"].value() or "") if form.is_bound else ""
    return editor_findings(text.replace("\r\n", "\n"), _KIND, kind.inline_size) if text.strip() else None
