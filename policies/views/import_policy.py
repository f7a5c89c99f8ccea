"""Import a managed policy into the document that is being edited.

Rules: access_policies_create-console, "Importing existing managed policies".
"""

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from iamconsole.console import drafts
from iamconsole.console.htmx import go_to, page
from iamconsole.console.picker import is_step
from iamconsole.console.request import ConsoleRequest
from policies.editor.importing import merged
from policies.forms.policies import ImportPolicyForm
from policies.language.problems import PolicySyntaxError
from policies.operations.managed_policies import get_policy
from policies.operations.policy_versions import get_policy_version
from policies.views.addressed import addressed_policy
from policies.views.policy_picker import policy_name, policy_picker
from policies.views.specify_permissions import DRAFT, Work

__all__ = ["import_policy"]

FORM = "import-form"


@require_http_methods(["GET", "POST"])
def import_policy(request: ConsoleRequest) -> HttpResponse:
    """Choose a policy, to add its statements to the draft's or to put its document in their place."""
    draft = drafts.load(request.call, request.GET.get("draft", ""), DRAFT)
    arn = str(draft.data["arn"])
    work = Work(addressed_policy(request.call, arn) if arn else None, draft)
    stepping = is_step(request, "policy_arns")
    form = ImportPolicyForm(request.POST if request.method == "POST" and not stepping else None)
    if form.is_bound and form.is_valid() and _imported(request, work, form):
        messages.success(request, f"{policy_name(form.cleaned_data['policy_arns'][0])} imported.")
        return go_to(request, work.address())
    picker = policy_picker(
        request, action=work.import_address, form=FORM, errors=form["policy_arns"].errors, title="Managed policies",
        hint="Choose one. The policy itself is not changed.", single=True,
    )  # fmt: skip
    context = {
        "title": "Import policy",
        "crumbs": [*work.crumbs[:-1], (work.title, work.address()), ("Import policy", None)],
        "work": work,
        "form": form,
        "form_id": FORM,
        "mode": request.POST.get("mode", "") or ImportPolicyForm.ADD,
        "policy_picker": picker,
    }
    parts = {picker.id: "policies/_policy_picker.html"}
    return page(request, "policies/import.html", context, part=parts, status=form.status)


def _imported(request: ConsoleRequest, work: Work, form: ImportPolicyForm) -> bool:
    policy = get_policy(request.call, policy_arn=form.cleaned_data["policy_arns"][0])
    version_id = f"v{policy.default_version_number}"
    document = get_policy_version(request.call, policy_arn=policy.arn, version_id=version_id).document
    if form.cleaned_data["mode"] != ImportPolicyForm.REPLACE:
        try:
            document = merged(work.document, document)
        except PolicySyntaxError as broken:
            at = f"line {broken.position.line}, column {broken.position.column}"
            sentence = f"The text in the editor is no policy yet ({at}). Mend it first, or choose to replace it."
            form.add_error("mode", sentence)
            return False
    work.keep(request, document=document)
    return True
