"""The wizard that creates a role: trusted entity, permissions, name and review. What was entered is kept in a draft.

Rules: id_roles_create_for-service; id_roles_create_for-user; id_roles_create_for-custom.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from accounts.forms.roles import CUSTOM, NameRoleForm, RolePoliciesForm, TrustForm
from accounts.forms.tag_rows import TagRows
from accounts.operations.roles import create_role
from accounts.views.role_steps import equip
from iamconsole.aws import quotas
from iamconsole.console import drafts
from iamconsole.console.csp import editor_page
from iamconsole.console.forms import attempt
from iamconsole.console.highlight import json_lines
from iamconsole.console.htmx import go_to, page, wants_part
from iamconsole.console.models import Draft
from iamconsole.console.picker import is_step
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.wizard import wizard_step
from policies.editor import trust
from policies.language.kinds import PolicyKind
from policies.views.policy_checks import check_asked, checks_context, editor_findings
from policies.views.policy_picker import policy_name, policy_picker

__all__ = ["create"]

KIND = "role"
STEPS = ("Select trusted entity", "Add permissions", "Name, review, and create")
POLICIES, BOUNDARY = "policy_arns", "permissions_boundary"


@editor_page
@require_http_methods(["GET", "POST"])
def create(request: ConsoleRequest) -> HttpResponse:
    """Show or take the step that the address names; a step whose forerunner is missing leads back to it."""
    draft_id = request.GET.get("draft", "")
    draft = drafts.load(request.call, draft_id, KIND) if draft_id else None
    step = request.GET.get("step", "1")
    if draft is None or step not in ("2", "3"):
        return _trust_step(request, draft)
    return _permissions_step(request, draft) if step == "2" else _review_step(request, draft)


def _trust_step(request: ConsoleRequest, draft: Draft | None) -> HttpResponse:
    kept = draft.data.get("trust") if draft else None
    form = _trust_form(request, kept)
    found = None
    if request.method == "POST":
        form = TrustForm(request.POST, own_account=request.call.account_id)
        entity_type = form.chosen("entity_type")
        checked = check_asked(request, form.chosen("document"), PolicyKind.TRUST)
        if checked:
            form, found = _trust_form(request, {**_values(form), "document": checked.text}), checked.findings
        elif entity_type == CUSTOM:
            found = editor_findings(form.chosen("document"), PolicyKind.TRUST)
        choosing = "choose" in request.POST or request.POST.get("shown", entity_type) != entity_type
        if choosing and entity_type == CUSTOM and wants_part(request):
            # The code editor's style needs a page of its own; what was chosen waits in the draft.
            return go_to(request, _address(_keep(request, draft, trust=_values(form)), 1))
        if not choosing and form.is_valid():
            return go_to(request, _address(_keep(request, draft, trust=_values(form)), 2))
        if choosing:
            form = _trust_form(request, _values(form))
    shown = form.trust_policy
    context = {
        **_context(draft, 1),
        "form": form,
        "entity_type": form.chosen("entity_type"),
        "custom": form.chosen("entity_type") == CUSTOM,
        "use_case": trust.use_case(form.service_principal),
        "trust_lines": json_lines(shown) if shown else [],
        "limit": quotas.TRUST_POLICY_SIZE.value,
        "validate_url": reverse("policy-validate"),
        **checks_context(found, "document"),
    }
    parts = {"trusted": "accounts/roles/_trusted.html"}
    return page(request, "accounts/roles/create_trust.html", context, part=parts, status=form.status)


def _permissions_step(request: ConsoleRequest, draft: Draft) -> HttpResponse:
    stepping = is_step(request, POLICIES, BOUNDARY)
    form = RolePoliciesForm(request.POST if request.method == "POST" and not stepping else None)
    if form.is_bound and form.is_valid():
        _keep(request, draft, permissions={name: list(form.cleaned_data[name]) for name in (POLICIES, BOUNDARY)})
        return go_to(request, _address(draft, 3))
    action = _address(draft, 2)
    policies = policy_picker(
        request, action=action, form="role-form", name=POLICIES, errors=form[POLICIES].errors, optional=True,
        hint=f"Choose up to {quotas.POLICIES_PER_ROLE.value}. Without a policy the role can do nothing.",
    )  # fmt: skip
    boundary = policy_picker(
        request, action=action, form="role-form", name=BOUNDARY, errors=form[BOUNDARY].errors,
        title="Boundary policy", hint="Choose one, or none.", optional=True, single=True,
    )  # fmt: skip
    context = {**_context(draft, 2), "form": form, "policies": policies, "boundary_picker": boundary}
    parts = {
        policies.id: "accounts/roles/_policies_picker.html",
        boundary.id: "accounts/roles/_boundary_picker.html",
    }
    return page(request, "accounts/roles/create_permissions.html", context, part=parts, status=form.status)


def _review_step(request: ConsoleRequest, draft: Draft) -> HttpResponse:
    kept = draft.data.get("details") or {}
    form = NameRoleForm(initial=kept)
    tags = TagRows([(key, value) for key, value in kept.get("tags", [])])
    trusted = _trust_form(request, draft.data["trust"])
    if request.method == "POST":
        tags = TagRows.read(request.POST)
        form = NameRoleForm(request.POST)
        if tags.stepped:
            form = NameRoleForm(initial=request.POST.dict())
        elif form.is_valid() and tags.check():
            with drafts.once(request.call, form.cleaned_data["token"]) as attempted:
                address = attempted.address or _create(request, draft, form, tags, trusted)
                if address:
                    return go_to(request, attempted.lead_to(address))
    permissions = draft.data.get("permissions") or {}
    context = {
        **_context(draft, 3),
        "form": form,
        "tags": tags,
        "trust_lines": json_lines(trusted.trust_policy),
        "policies": [(policy_name(arn), arn) for arn in permissions.get(POLICIES, [])],
        "boundaries": [(policy_name(arn), arn) for arn in permissions.get(BOUNDARY, [])],
        "with_instance_profile": _is_ec2(trusted),
        "tag_limit": quotas.TAGS_PER_RESOURCE.value,
        "edit_trust": _address(draft, 1),
        "edit_permissions": _address(draft, 2),
    }
    status = form.status if form.errors else tags.status
    return page(
        request, "accounts/roles/create_review.html", context, part={"tags": "accounts/roles/_new_tags.html"},
        status=status,
    )  # fmt: skip


def _create(request: ConsoleRequest, draft: Draft, form: NameRoleForm, tags: TagRows, trusted: TrustForm) -> str:
    """Make the role, then what belongs to it; the address of its page, or nothing where it could not be made."""
    call, permissions = request.call, draft.data.get("permissions") or {}
    boundary = permissions.get(BOUNDARY) or [None]
    role = attempt(
        form, create_role, call, **form.arguments(), assume_role_policy_document=trusted.trust_policy,
        permissions_boundary=boundary[0], tags=tags.pairs,
    )  # fmt: skip
    if role is None:
        return ""
    failed = equip(call, role.role_name, permissions.get(POLICIES, []), with_instance_profile=_is_ec2(trusted))
    for sentence in failed:
        messages.error(request, sentence)
    messages.success(request, f"Role {role.role_name} created.")
    return page_address("role", role.role_name)


def _trust_form(request: ConsoleRequest, kept: Mapping[str, Any] | None) -> TrustForm:
    """The form as a draft holds it, which nobody has sent yet."""
    return TrustForm(initial=kept, own_account=request.call.account_id)


def _values(form: TrustForm) -> dict[str, str]:
    """What stands in the form, as a draft keeps it."""
    return {name: form.chosen(name) for name in form.fields if form.chosen(name)}


def _keep(request: ConsoleRequest, draft: Draft | None, **data: Any) -> Draft:
    if draft is None:
        return drafts.start(request.call, KIND, data)
    drafts.save(request.call, draft, {**draft.data, **data})
    return draft


def _is_ec2(trusted: TrustForm) -> bool:
    return trusted.chosen("entity_type") == "service" and trusted.service_principal == trust.EC2


def _address(draft: Draft, step: int) -> str:
    """The address of a step; that of the second ticks in its pickers what the draft holds."""
    query: dict[str, Any] = {"draft": draft.pk, "step": step}
    if step == 2:
        query |= draft.data.get("permissions") or {}
    return f"{reverse('role-create')}?{urlencode(query, doseq=True)}"


def _context(draft: Draft | None, step: int) -> dict[str, Any]:
    """What every step shows."""
    address = partial(_address, draft) if draft else None
    wizard = wizard_step(STEPS, step, start=reverse("role-create"), address=address)
    return {**wizard, "crumbs": crumbs("Create role", of="role")}
