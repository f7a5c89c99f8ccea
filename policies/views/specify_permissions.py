"""The first step of creating and editing a managed policy: its document, in the code editor.

What is typed waits in a draft while the second step or the page that imports a policy is open.

Rules: access_policies_create-console; access_policies_manage-edit.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from iamconsole.aws import quotas
from iamconsole.aws.errors import IamError
from iamconsole.console import drafts
from iamconsole.console.csp import editor_page
from iamconsole.console.htmx import go_to, page
from iamconsole.console.models import Draft
from iamconsole.console.places import Crumbs, crumbs, page_address
from iamconsole.console.request import ConsoleRequest
from policies.documents import check_managed_document
from policies.forms.policies import NO_DOCUMENT, DocumentForm
from policies.language.kinds import PolicyKind
from policies.models import ManagedPolicy
from policies.validation.findings import Finding, Severity
from policies.views.policy_checks import check_asked, checks_context, editor_findings

__all__ = ["DRAFT", "Work", "specify"]

DRAFT = "policy"
_KIND = PolicyKind.IDENTITY_MANAGED


@dataclass(frozen=True, slots=True)
class Work:
    """A policy being created, or edited where `policy` is there; `draft` holds what was typed so far."""

    policy: ManagedPolicy | None = None
    draft: Draft | None = None

    @property
    def document(self) -> str:
        """The text as it stands in the draft."""
        return str(self.draft.data["document"]) if self.draft else ""

    @property
    def title(self) -> str:
        """What the page does, as its crumb says it."""
        return "Edit" if self.policy else "Create policy"

    @property
    def back(self) -> str:
        """Where Cancel leads."""
        return page_address("policy", self.policy.arn) if self.policy else reverse("policy-list")

    @property
    def crumbs(self) -> Crumbs:
        """The way here."""
        return crumbs(*([self.policy.arn] if self.policy else []), self.title, of="policy")

    def address(self, step: int = 1) -> str:
        """The address of a step."""
        route = reverse("policy-edit", args=[self.policy.arn]) if self.policy else reverse("policy-create")
        if self.draft is None:
            return route
        query = {"draft": str(self.draft.pk), "step": str(step)}
        return f"{route}?{urlencode(query)}"

    @property
    def import_address(self) -> str:
        """Where another policy is imported into the draft."""
        return f"{reverse('policy-import')}?{urlencode({'draft': str(self.draft.pk) if self.draft else ''})}"

    def steps(self, current: int) -> list[tuple[str, str | None, str]]:
        """The two steps as the wizard draws them."""
        last = "Review and save" if self.policy else "Review and create"
        if current == 1:
            return [("Specify permissions", None, "current"), (last, None, "todo")]
        return [("Specify permissions", self.address(), "done"), (last, None, "current")]

    def keep(self, request: ConsoleRequest, **data: Any) -> "Work":
        """Put what was entered into the draft, or into a new one."""
        if self.draft is None:
            arn = self.policy.arn if self.policy else ""
            return Work(self.policy, drafts.start(request.call, DRAFT, {"arn": arn, **data}))
        drafts.save(request.call, self.draft, {**self.draft.data, **data})
        return self


@editor_page
def specify(request: ConsoleRequest, work: Work, *, begin: str, basis: str = "") -> HttpResponse:
    """Show the editor with the draft's text, or with `begin`; take it when it is a policy, to the next step."""
    kept = work.draft.data if work.draft else {"document": begin, "basis": basis}
    form = DocumentForm(initial={"policy_document": kept["document"], "basis": kept.get("basis", "")})
    found: tuple[Finding, ...] | None = None
    error = ""
    if request.method == "POST":
        form = DocumentForm(request.POST)
        form.is_valid()
        text, basis = (str(form.cleaned_data.get(name, "")) for name in ("policy_document", "basis"))
        importing = request.POST.get("act") == "import"
        checked = check_asked(request, text, _KIND)
        if checked is not None:
            form, found = DocumentForm(initial={"policy_document": checked.text, "basis": basis}), checked.findings
        else:
            found = editor_findings(text, _KIND) if text.strip() and not importing else None
            error = "" if importing else _error(text, found or ())
            if not error:
                work = work.keep(request, document=text, basis=basis)
                return go_to(request, work.import_address if importing else work.address(2))
    context = {
        "title": "Specify permissions",
        "crumbs": work.crumbs,
        "work": work,
        "steps": work.steps(1),
        "form": form,
        "error": error,
        **checks_context(found),
        "limit": quotas.MANAGED_POLICY_SIZE.value,
        "validate_url": f"{reverse('policy-validate')}?kind=managed",
        "complete_url": reverse("policy-complete"),
    }
    return page(request, "policies/specify_permissions.html", context, status=422 if error else 200)


def _error(text: str, found: tuple[Finding, ...]) -> str:
    """Why the text cannot be saved: AWS's sentence, else our first error."""
    if not text.strip():
        return NO_DOCUMENT
    try:
        check_managed_document(text)
    except IamError as refused:
        return refused.message
    return next((finding.sentence for finding in found if finding.severity is Severity.ERROR), "")
