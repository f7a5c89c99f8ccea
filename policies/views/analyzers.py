"""IAM Access Analyzer: its analyzers, the findings of each, and one finding with what to do about it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iamconsole.aws.analyzer_errors import ResourceNotFoundException
from iamconsole.aws.arn import analyzer_arn
from iamconsole.aws.paging import PageRequest
from iamconsole.console.drafts import once
from iamconsole.console.forms import attempt
from iamconsole.console.highlight import json_lines
from iamconsole.console.htmx import go_to, page
from iamconsole.console.listing import Listing, read_listing
from iamconsole.console.panels import Panel, panel
from iamconsole.console.places import crumbs
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.steps import refusal_of
from policies.analysis.narrowing import NarrowerPolicy
from policies.catalog import service
from policies.evaluation import Policy
from policies.external_access import is_in_organization
from policies.forms.analyzers import CreateAnalyzerForm
from policies.language.problems import PolicySyntaxError
from policies.language.reader import read
from policies.models import Analyzer, FindingStatus, FindingType
from policies.operations.analyzers import (
    SORTS,
    FindingDetails,
    create_analyzer,
    delete_analyzer,
    get_finding_recommendation,
    get_finding_v2,
    list_analyzers,
    list_findings_v2,
    start_resource_scan,
    update_findings,
)
from policies.views.finding_facts import STATUSES, TYPES, FindingFacts

__all__ = ["create", "delete", "detail", "index", "rescan", "update"]

EXTERNAL, UNUSED = "external", "unused"
EVERY_STATUS = "all"
_MOST_NAMED = 60
"""Services and actions that a finding's page names; the tab "Last accessed" has them all."""


@require_safe
def index(request: ConsoleRequest) -> HttpResponse:
    """Show the findings of one analyzer, refreshed; the tabs tell access from outside from access that nobody uses."""
    analyzers = list_analyzers(request.call)
    analyzer = _chosen(request, analyzers)
    tab = _tab_of(analyzer) if analyzer else UNUSED if request.GET.get("tab") == UNUSED else EXTERNAL
    context: dict[str, Any] = {
        "title": "Access Analyzer",
        "crumbs": crumbs("Access Analyzer"),
        "analyzer": analyzer,
        "tab": tab,
        "tabs": [
            ("External access", f"{reverse('analyzer')}?tab={EXTERNAL}", tab == EXTERNAL),
            ("Unused access", f"{reverse('analyzer')}?tab={UNUSED}", tab == UNUSED),
        ],
        "siblings": [
            (each.analyzer_name, f"{reverse('analyzer')}?tab={tab}&analyzer={each.analyzer_name}", each == analyzer)
            for each in analyzers
            if _tab_of(each) == tab
        ],
        **(_findings(request, analyzer) if analyzer else {}),
    }
    return page(request, "policies/analyzers/index.html", context, part={"list": "policies/analyzers/_findings.html"})


@require_http_methods(["GET", "POST"])
def create(request: ConsoleRequest) -> HttpResponse:
    """Make an analyzer."""
    tab = request.GET.get("tab", "")
    form = CreateAnalyzerForm(
        request.POST if request.method == "POST" else None,
        in_organization=is_in_organization(request.call),
        initial={
            "type": "ACCOUNT_UNUSED_ACCESS" if tab == UNUSED else "ACCOUNT",
            "analyzer_name": f"{tab or EXTERNAL}-access",
        },
    )
    if form.is_valid():
        with once(request.call, form.cleaned_data["token"]) as first:
            address = first.address or _created(request, form)
            if address:
                return go_to(request, first.address or first.lead_to(address))
    context = {"title": "Create analyzer", "crumbs": crumbs("Create analyzer", of="analyzer"), "form": form}
    return page(request, "policies/analyzers/create.html", context, status=form.status)


@require_safe
def detail(request: ConsoleRequest, analyzer_name: str, finding_id: str) -> HttpResponse:
    """Show one finding: what it is, why, and what to do about it."""
    arn = analyzer_arn(request.call.account_id, analyzer_name)
    details = get_finding_v2(request.call, analyzer_arn=arn, id=finding_id)
    facts = FindingFacts(details.finding, analyzer_name)
    context = {
        "title": f"Finding {facts.short_id}",
        "crumbs": crumbs(f"Finding {facts.short_id}", of="analyzer"),
        "facts": facts,
        "finding": details.finding,
        "account_id": request.call.account_id,
        **_reasons(details),
        "proposals": _proposals(request, arn, details),
    }
    return page(request, "policies/analyzers/detail.html", context)


@require_POST
def update(request: ConsoleRequest, analyzer_name: str) -> HttpResponse:
    """Archive the ticked findings, or make them active again."""
    status, ids = request.POST.get("status", ""), request.POST.getlist("name")
    arn = analyzer_arn(request.call.account_id, analyzer_name)
    changed = update_findings(request.call, analyzer_arn=arn, status=status, ids=ids) if ids else 0
    done = "archived" if status == FindingStatus.ARCHIVED else "made active"
    if changed:
        messages.success(request, f"{changed} finding{'' if changed == 1 else 's'} {done}.")
    else:
        messages.info(request, "No finding was changed: choose findings that are not resolved.")
    return go_to(request, _back(request, analyzer_name))


@require_POST
def rescan(request: ConsoleRequest, analyzer_name: str) -> HttpResponse:
    """Look at everything anew."""
    start_resource_scan(request.call, analyzer_arn=analyzer_arn(request.call.account_id, analyzer_name))
    messages.success(request, "Findings are up to date.")
    return go_to(request, _back(request, analyzer_name))


@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, analyzer_name: str) -> HttpResponse:
    """Delete an analyzer with its findings, once its name was typed."""
    arn = analyzer_arn(request.call.account_id, analyzer_name)
    if all(each.arn != arn for each in list_analyzers(request.call)):
        raise ResourceNotFoundException(f"No analyzer with the ARN {arn} was found.")
    errors: list[str] = []
    if request.method == "POST":
        typed = request.POST.get("confirm", "").strip()
        errors = [f"Enter {analyzer_name} to confirm."] if typed != analyzer_name else []
        errors = errors or refusal_of(lambda: delete_analyzer(request.call, analyzer_arn=arn))
        if not errors:
            messages.success(request, f"{analyzer_name} deleted.")
            return go_to(request, "analyzer")
    context = {
        "title": "Delete analyzer",
        "crumbs": crumbs("Delete analyzer", of="analyzer"),
        "analyzer_name": analyzer_name,
        "errors": errors,
        "question": "policies/analyzers/_delete.html",
    }
    parts = dict.fromkeys(("dialog", "dialog-part"), "policies/analyzers/_delete.html")
    return page(request, "policies/question.html", context, part=parts, status=422 if errors else 200)


def _findings(request: ConsoleRequest, analyzer: Analyzer) -> dict[str, Any]:
    listing = read_listing(
        request,
        sorts=SORTS,
        default="-updated",
        filters={"type": "Type"} if analyzer.looks_for_unused_access else {},
        keep=("tab", "analyzer", "status"),
    )
    shown = request.GET.get("status", "")
    shown = shown if shown in {*map(str.lower, STATUSES), EVERY_STATUS} else "active"
    found = panel(
        list_findings_v2, request.call, analyzer_arn=analyzer.arn, page=_asked(listing, shown.capitalize())
    )  # fmt: skip
    return {
        "listing": listing,
        "found": found,
        "rows": [FindingFacts(finding, analyzer.analyzer_name) for finding in found.value or ()],
        "shown": shown,
        "statuses": [
            (label, listing.href(status=label.lower()), label.lower() == shown)
            for label in (*STATUSES, EVERY_STATUS.capitalize())
        ],
        "types": [("type:", "All types"), *((f"type:{label}", label) for label in TYPES)],
    }


def _asked(listing: Listing, status: str) -> PageRequest:
    """The page to list, with the labels of filters as the operation's values."""
    filters = tuple((name, TYPES[label]) for name, label in listing.request.filters if label in TYPES)
    wanted = (("status", STATUSES[status]),) if status in STATUSES else ()
    return replace(listing.request, filters=(*filters, *wanted))


def _chosen(request: ConsoleRequest, analyzers: Sequence[Analyzer]) -> Analyzer | None:
    """The analyzer of the address, or the first of its tab; without a tab the first of all, those of outside before."""
    tab, name = request.GET.get("tab", ""), request.GET.get("analyzer", "")
    ordered = sorted(analyzers, key=lambda each: each.looks_for_unused_access)
    fitting = [each for each in ordered if tab not in (EXTERNAL, UNUSED) or _tab_of(each) == tab]
    return next((each for each in fitting if each.analyzer_name == name), next(iter(fitting), None))


def _tab_of(analyzer: Analyzer) -> str:
    return UNUSED if analyzer.looks_for_unused_access else EXTERNAL


def _created(request: ConsoleRequest, form: CreateAnalyzerForm) -> str:
    entered = form.arguments()
    analyzer = attempt(form, create_analyzer, request.call, **entered)
    if analyzer is None:
        return ""
    messages.success(request, f"{analyzer.analyzer_name} created.")
    return f"{reverse('analyzer')}?tab={_tab_of(analyzer)}&analyzer={analyzer.analyzer_name}"


def _back(request: ConsoleRequest, analyzer_name: str) -> str:
    """Where the change was asked for: the finding's page, or the analyzer's list."""
    finding = request.POST.get("finding", "")
    if finding and finding in request.POST.getlist("name"):
        return reverse("finding-detail", args=[analyzer_name, finding])
    return f"{reverse('analyzer')}?analyzer={analyzer_name}"


def _reasons(details: FindingDetails) -> dict[str, Any]:
    """Why there is such a finding: the lines of the policy that let somebody in, or what is not used."""
    unused = details.unused
    return {
        "lines": json_lines(details.document),
        "hit": _lines_of(details.document, details.finding.details.get("statement", -1)),
        "unused_services": [_service(prefix) for prefix in unused.services[:_MOST_NAMED]] if unused else [],
        "unused_actions": unused.actions[:_MOST_NAMED] if unused else (),
        "service_count": len(unused.services) if unused else 0,
        "action_count": len(unused.actions) if unused else 0,
    }


def _lines_of(document: str, index: int) -> range:
    try:
        statements = read(document).statements
    except PolicySyntaxError:
        return range(0)
    spans = [statement.span for statement in statements if statement.index == index]
    return range(spans[0].start.line, spans[0].end.line + 1) if spans else range(0)


def _service(prefix: str) -> tuple[str, str]:
    known = service(prefix)
    return prefix, known.name if known else prefix


def _proposals(request: ConsoleRequest, arn: str, details: FindingDetails) -> Panel[list[dict[str, Any]]] | None:
    """The narrower policies that are proposed, each with where the policy is changed; None where nothing is."""
    if details.finding.finding_type != FindingType.UNUSED_PERMISSION or details.unused is None:
        return None
    found = panel(get_finding_recommendation, request.call, analyzer_arn=arn, id=str(details.finding.pk))
    if found.value is None:
        return Panel(refusal=found.refusal)
    return Panel(value=[_proposal(request, policy, narrower) for policy, narrower in found.value])


def _proposal(request: ConsoleRequest, policy: Policy, narrower: NarrowerPolicy) -> dict[str, Any]:
    own = f":{request.call.account_id}:policy/" in policy.source
    return {
        "name": policy.name,
        "kind": "Customer managed" if own else "AWS managed" if policy.source else "Inline",
        "edit": reverse("policy-edit", args=[policy.source]) if own else "",
        "page": reverse("policy-detail", args=[policy.source]) if policy.source else "",
        "lines": json_lines(narrower.document),
        "text": narrower.document,
        "kept": narrower.kept,
        "removed": narrower.removed,
    }
