"""Try a request: any action on any resource, as oneself, or as a lab instance or function with its role."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from iamconsole.aws.errors import AccessDenied, IamError
from iamconsole.console.forms import place
from iamconsole.console.htmx import focus, page, wants_part
from iamconsole.console.links import TROUBLESHOOT, explain
from iamconsole.console.places import crumbs
from iamconsole.console.request import ConsoleRequest
from policies import access
from policies.explanation import DECIDED_BY
from policies.forms.lab_resources import TryForm
from policies.lab_kinds import KINDS, locate
from policies.operations.lab_tries import Tried, try_action

__all__ = ["try_context", "try_request"]

_OF_A_ROLE = ("s3:ListAllMyBuckets", "s3:ListBucket", "s3:GetObject", "s3:PutObject", "dynamodb:GetItem",
              "logs:CreateLogStream", "logs:PutLogEvents")  # fmt: skip


@require_http_methods(["GET", "POST"])
def try_request(request: ConsoleRequest) -> HttpResponse:
    """Show the form, filled in as the address says; a POST asks, and shows what came of it."""
    context = try_context(request, resource_arn=request.GET.get("resource", ""), acting=request.GET.get("acting", ""))
    context |= {"title": "Try a request", "crumbs": crumbs("Try a request", of="resource")}
    response = page(
        request,
        "policies/resources/try.html",
        context,
        part={"try": "policies/resources/_try.html"},
        status=422 if context["form"].errors else 200,
    )
    return focus(response, "#tried-title") if wants_part(request) and context["tried"] else response


def try_context(request: ConsoleRequest, *, resource_arn: str = "", acting: str = "") -> dict[str, Any]:
    """What the part `policies/resources/_try.html` shows; on a POST the request is asked first."""
    begun = {"resource": resource_arn, "acting": acting, "action": request.GET.get("action", "")}
    form = TryForm(request.POST if request.method == "POST" else None, initial=begun)
    if not form.is_bound and _acts(resource_arn):
        form = TryForm(initial={**begun, "acting": resource_arn, "resource": ""})
    tried = _tried(request, form) if form.is_bound and form.is_valid() else None
    # The instance or function that the page began with stays to be chosen, also where one acts as oneself.
    actor = request.POST.get("actor", "") or (form["acting"].value() or "")
    # An empty resource will mostly become a bucket: most of what roles are for lies there.
    named = locate(form["resource"].value() or "")
    return {
        "form": form,
        "tried": tried,
        "actor": actor if _acts(actor) else "",
        "part": named.kind.part if named else KINDS[0].part,
        "suggested": sorted({*(named.kind.actions if named else ()), *(_own_actions(actor) if actor else ())}),
        "decided_by": DECIDED_BY[tried.judgement.decision.decided_by] if tried else "",
        "explained": _explanation(request, tried) if tried else "",
        "event": f"{reverse('event-list')}?{urlencode({'event': tried.event_id})}" if tried else "",
    }


def _own_actions(actor: str) -> tuple[str, ...]:
    located = locate(actor)
    return (*_OF_A_ROLE, *(located.kind.actions if located else ()))


def _acts(resource_arn: str) -> bool:
    located = locate(resource_arn)
    return located is not None and bool(located.kind.runs_as)


def _tried(request: ConsoleRequest, form: TryForm) -> Tried | None:
    entered = form.cleaned_data
    itself = "" if entered["acting"] else request.POST.get("actor", "")
    try:
        return try_action(
            request.call,
            action_name=entered["action"],
            resource_arn=entered["resource"].strip() or itself,
            part=entered["part"].strip(),
            acting=entered["acting"],
        )
    except AccessDenied as refusal:
        form.refusal = refusal
        form.add_error(None, refusal.message)
    except IamError as error:
        place(form, error)
    return None


def _explanation(request: ConsoleRequest, tried: Tried) -> str:
    """The page that says why, as far as the reader may see one; whoever was tried has no say in that."""
    if access.judge(request.call, TROUBLESHOOT, "*", {}).allowed:
        return reverse("access-detail", args=[tried.event_id])
    own = tried.principal_arn == request.call.principal.arn
    return explain(tried.refusal) if tried.refusal and own else ""
