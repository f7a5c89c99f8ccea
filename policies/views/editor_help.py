"""What the code editor asks while someone types: what is wrong with the text, and what could be typed next.

Both are for everybody who is signed in: neither reads anything of the account.
"""

from collections.abc import Mapping

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from iamconsole.aws import quotas
from iamconsole.console.request import ConsoleRequest
from policies.editor.completion import complete as completions
from policies.language.kinds import PolicyKind
from policies.views.policy_checks import checks_context, editor_findings

__all__ = ["KINDS", "complete", "validate"]

KINDS: Mapping[str, PolicyKind] = {
    "managed": PolicyKind.IDENTITY_MANAGED,
    "inline": PolicyKind.IDENTITY_INLINE,
    "trust": PolicyKind.TRUST,
    "resource": PolicyKind.RESOURCE,
    "session": PolicyKind.SESSION,
    "scp": PolicyKind.SCP,
    "rcp": PolicyKind.RCP,
    "endpoint": PolicyKind.ENDPOINT,
}
_LIMITS = frozenset(str(quota.value) for quota in quotas.INLINE_POLICY_SIZE.values())
_FIELDS = ("policy_document", "document", "policy")


@require_POST
def validate(request: ConsoleRequest) -> HttpResponse:
    """Answer the part `#findings` for the text of an editor; `kind` says what sort of policy it is.

    An inline policy's editor says with `limit` how long the policies of its bearer may be.
    """
    kind = KINDS.get(request.GET.get("kind") or request.POST.get("kind", ""), PolicyKind.IDENTITY_MANAGED)
    field = _field(request)
    text = request.POST.get(field, "").replace("\r\n", "\n")
    limit = request.GET.get("limit", "")
    most = int(limit) if limit in _LIMITS else None
    found = editor_findings(text, kind, most) if text.strip() else None
    return render(request, "policies/_findings.html", {**checks_context(found, field), "live": True})


@require_safe
def complete(request: ConsoleRequest) -> HttpResponse:
    """Answer what could stand at the caret: `element` is the name around it, `q` what is typed so far."""
    options = completions(request.GET.get("element", ""), request.GET.get("q", ""))
    return JsonResponse({"options": [{"label": option.label, "detail": option.detail} for option in options]})


def _field(request: ConsoleRequest) -> str:
    """The name of the editor's field, which it says in a header, as htmx does."""
    names = (request.headers.get("HX-Trigger-Name", ""), *_FIELDS)
    return next((name for name in names if name in request.POST), _FIELDS[0])
