"""Create a managed policy: specify permissions, then name, review and create.

Rules: access_policies_create-console.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.forms.tag_rows import TagRows
from iamconsole.aws import quotas
from iamconsole.console import drafts
from iamconsole.console.forms import attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.places import page_address
from iamconsole.console.request import ConsoleRequest
from policies.editor.starter import STARTER
from policies.forms.policies import NewPolicyForm
from policies.operations.managed_policies import create_policy
from policies.views.shown_document import document_lines
from policies.views.specify_permissions import DRAFT, Work, specify

__all__ = ["create"]


@require_http_methods(["GET", "POST"])
def create(request: ConsoleRequest) -> HttpResponse:
    """Show or take the step that the address names."""
    draft_id = request.GET.get("draft", "")
    work = Work(draft=drafts.load(request.call, draft_id, DRAFT) if draft_id else None)
    if work.draft is not None and request.GET.get("step") == "2":
        return _review(request, work)
    return specify(request, work, begin=STARTER)


def _review(request: ConsoleRequest, work: Work) -> HttpResponse:
    form, tags = NewPolicyForm(), TagRows()
    if request.method == "POST":
        tags = TagRows.read(request.POST)
        form = NewPolicyForm(request.POST)
        if tags.stepped:
            form = NewPolicyForm(initial=request.POST.dict())
        elif all((form.is_valid(), tags.check())):
            with drafts.once(request.call, form.cleaned_data["token"]) as attempted:
                address = attempted.address or _created(request, work, form, tags)
                if address:
                    return go_to(request, attempted.lead_to(address))
    context = {
        "title": "Review and create",
        "crumbs": work.crumbs,
        "work": work,
        "steps": work.steps(2),
        "action": work.address(2),
        "form": form,
        "tags": tags,
        "tag_limit": quotas.TAGS_PER_RESOURCE.value,
        "lines": document_lines(work.document),
    }
    status = form.status if form.errors else tags.status
    parts = {"tags": "policies/_new_tags.html"}
    return page(request, "policies/create_review.html", context, part=parts, status=status)


def _created(request: ConsoleRequest, work: Work, form: NewPolicyForm, tags: TagRows) -> str:
    """Create the policy; the address of its page, or nothing where it was refused."""
    policy = attempt(
        form, create_policy, request.call, **form.arguments(), policy_document=work.document, tags=tags.pairs
    )  # fmt: skip
    if policy is None:
        return ""
    messages.success(request, f"{policy.policy_name} created.")
    return page_address("policy", policy.arn)
