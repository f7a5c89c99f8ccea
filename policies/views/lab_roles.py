"""The role of a lab function, or the instance profile of a lab instance: give it another one, or none."""

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.operations.instance_profiles import list_instance_profiles
from accounts.operations.roles import list_roles
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.aws.paging import PageRequest
from iamconsole.call import Call
from iamconsole.console.forms import attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.panels import panel
from iamconsole.console.places import page_address
from iamconsole.console.request import ConsoleRequest
from policies.forms.lab_resources import LendForm
from policies.lab_kinds import LabKind
from policies.models import LabResource
from policies.operations.lab_resources import LEND, TAKE_BACK, kind_at, read_resource
from policies.summary.trusted_entities import trusted_entities
from policies.views.lab_crumbs import resource_crumbs

__all__ = ["change", "lenders"]

_SUGGESTED = PageRequest(size=100)


@require_http_methods(["GET", "POST"])
def change(request: ConsoleRequest, resource_arn: str) -> HttpResponse:
    """Ask for another role or profile; handing a role over takes iam:PassRole on it."""
    kind = kind_at(resource_arn)
    if not kind.runs_as:
        raise NoSuchEntity(f"{kind.plural} run with no role.")
    resource = read_resource(request.call, resource_arn=resource_arn)
    form = LendForm(
        request.POST if request.method == "POST" else None,
        initial={"lent": resource.runs_as if kind.runs_as == "role" else resource.runs_as.rpartition("/")[2]},
        kind=kind,
        account_id=request.call.account_id,
    )
    if form.is_valid() and _changed(request, form, kind, resource):
        messages.success(request, f"{kind.runs_as.capitalize()} of {resource.title} changed.")
        return go_to(request, page_address("resource", resource_arn))
    context = {
        "title": f"Change {kind.runs_as}",
        "crumbs": resource_crumbs(resource.title, f"Change {kind.runs_as}", resource_arn=resource_arn),
        "kind": kind,
        "resource": resource,
        "form": form,
        "choices": lenders(request.call, kind),
    }
    return page(request, "policies/resources/role.html", context, status=form.status)


def lenders(call: Call, kind: LabKind) -> list[str]:
    """What can be chosen to give a resource its role: the first roles that its service may take, or profiles."""
    if kind.runs_as == "role":
        wanted = f"AWS Service: {kind.principal.partition('.')[0]}"
        roles = panel(list_roles, call, page=_SUGGESTED).value or ()
        return [role.arn for role in roles if wanted in trusted_entities(role.assume_role_policy_document)]
    if kind.runs_as:
        return [profile.name for profile in panel(list_instance_profiles, call, page=_SUGGESTED).value or ()]
    return []


def _changed(request: ConsoleRequest, form: LendForm, kind: LabKind, resource: LabResource) -> bool:
    lent = form.arguments()
    attempt(form, (LEND if lent else TAKE_BACK)[kind.key], request.call, resource_arn=resource.arn, **lent)
    return not form.errors
