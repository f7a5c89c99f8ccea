"""The checks on a page that has the policy editor: its findings, and the repairs that it offers."""

from dataclasses import replace
from typing import Any, NamedTuple

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from iamconsole.aws import quotas
from iamconsole.console.htmx import page
from iamconsole.console.places import crumbs
from iamconsole.console.request import ConsoleRequest
from policies.catalog import data_date
from policies.editor.repairs import repair
from policies.language.document import Position, Span
from policies.language.kinds import PolicyKind
from policies.language.size import size_without_white_space
from policies.validation.families import sizes
from policies.validation.findings import CHECKS, Finding, Severity, findings

__all__ = ["Checked", "check_asked", "checks_context", "editor_findings", "explained"]

_CHECK = "check"
"""What the buttons send that only check the text: empty, or the name of the finding to repair."""


_START = Position(1, 1, 0)
_SIZES = {
    PolicyKind.IDENTITY_MANAGED: (quotas.MANAGED_POLICY_SIZE.value, sizes.IDENTITY),
    PolicyKind.IDENTITY_INLINE: (quotas.MANAGED_POLICY_SIZE.value, sizes.IDENTITY),
    PolicyKind.TRUST: (quotas.TRUST_POLICY_SIZE.value, sizes.TRUST),
}
"""How long a policy of a kind may be where its editor does not say so itself."""


class Checked(NamedTuple):
    """A text and what the checks say of it."""

    text: str
    findings: tuple[Finding, ...]


def editor_findings(text: str, kind: PolicyKind, limit: int | None = None) -> tuple[Finding, ...]:
    """What the checks say of the text of an editor, which takes so many characters, white space not counted.

    A text over the limit is no warning there, whatever the analyzer calls it: it is not saved.
    """
    found = findings(text, kind)
    most, check = _SIZES.get(kind, (0, None))
    most, size = limit or most, size_without_white_space(text)
    if check is None or size <= most:
        return found
    error = replace(check, severity=Severity.ERROR)
    too_long = error.at(Span(_START, _START), (), size=f"{size:,}", limit=f"{most:,}")
    return (too_long, *(finding for finding in found if finding.check is not check))


def check_asked(request: ConsoleRequest, text: str, kind: PolicyKind, limit: int | None = None) -> Checked | None:
    """The text as it is to be shown again, repaired where a repair was pressed; none where the form was sent on."""
    if _CHECK not in request.POST:
        return None
    found = editor_findings(text, kind, limit)
    mended = repair(text, found, request.POST[_CHECK])
    return Checked(mended, found if mended == text else editor_findings(mended, kind, limit))


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
