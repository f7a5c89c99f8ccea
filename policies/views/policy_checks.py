"""The checks on a page that has the policy editor: its findings, and the repairs that it offers."""

from typing import Any, NamedTuple

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from iamconsole.console.htmx import page
from iamconsole.console.places import crumbs
from iamconsole.console.request import ConsoleRequest
from policies.catalog import data_date
from policies.editor.repairs import repair
from policies.language.kinds import PolicyKind
from policies.validation.findings import CHECKS, Finding, findings

__all__ = ["Checked", "check_asked", "checks_context", "explained"]

_CHECK = "check"
"""What the buttons send that only check the text: empty, or the name of the finding to repair."""


class Checked(NamedTuple):
    """A text and what the checks say of it."""

    text: str
    findings: tuple[Finding, ...]


def check_asked(request: ConsoleRequest, text: str, kind: PolicyKind) -> Checked | None:
    """The text as it is to be shown again, repaired where a repair was pressed; none where the form was sent on."""
    if _CHECK not in request.POST:
        return None
    found = findings(text, kind)
    mended = repair(text, found, request.POST[_CHECK])
    return Checked(mended, found if mended == text else findings(mended, kind))


def checks_context(found: tuple[Finding, ...] | None, field: str = "policy_document") -> dict[str, Any]:
    """What the part `policies/_findings.html` shows; `found` is none for a text that nobody has asked about yet."""
    return {"findings": found, "findings_field": field, "catalog_date": data_date()}


@require_safe
def explained(request: ConsoleRequest, code: str) -> HttpResponse:
    """Say what a check is about; everybody who is signed in may read it."""
    check = CHECKS.get(code)
    if check is None:
        raise Http404
    context = {"title": check.title, "crumbs": crumbs(check.title, of="policy"), "check": check}
    return page(request, "policies/check.html", context)
