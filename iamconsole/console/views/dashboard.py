"""The dashboard, and what only the root user should do."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.operations.access_keys import list_access_keys
from accounts.operations.account import get_account_summary
from accounts.operations.mfa_devices import list_mfa_devices
from iamconsole.audit.operations import lookup_events
from iamconsole.aws.paging import PageRequest
from iamconsole.console.htmx import page
from iamconsole.console.panels import Panel, panel
from iamconsole.console.places import crumbs, sign_in_address
from iamconsole.console.recommendations import recommendations
from iamconsole.console.request import ConsoleRequest

__all__ = ["dashboard", "root_tasks"]

RECENT = timedelta(hours=1)
_SHOWN = PageRequest(size=5, filters=(("source", "iam.amazonaws.com"),))
_RESOURCES = (
    ("User groups", "Groups", "group-list"),
    ("Users", "Users", "user-list"),
    ("Roles", "Roles", "role-list"),
    ("Policies", "Policies", "policy-list"),
)


@require_safe
def dashboard(request: ConsoleRequest) -> HttpResponse:
    """Show what the account holds, what to mend, and what was decided lately."""
    call = request.call
    summary = panel(get_account_summary, call)
    is_root = call.principal.identity_type == "Root"
    is_user = call.principal.identity_type == "IAMUser"
    own_keys = panel(list_access_keys, call) if is_user else Panel(value=())
    own_devices = panel(list_mfa_devices, call) if is_user else Panel()
    advice = recommendations(
        summary.value, own_keys.value or (), call.time, is_root=is_root, lacks_mfa=own_devices.value == ()
    )
    may_look = bool(summary and own_keys and own_devices)
    context: dict[str, Any] = {
        "title": "Dashboard",
        "crumbs": crumbs(),
        "summary": summary,
        "own_keys": own_keys,
        "own_devices": own_devices,
        "resources": [(label, (summary.value or {}).get(key, 0), reverse(route)) for label, key, route in _RESOURCES],
        "recommendations": advice,
        "advice_count": sum(each.kind != "ok" for each in advice) if may_look else None,
        "recent": panel(lookup_events, call, start_time=call.time - RECENT, page=_SHOWN),
        "account": call.account,
        "sign_in_url": sign_in_address(request),
    }
    return page(request, "console/dashboard.html", context)


@require_safe
def root_tasks(request: ConsoleRequest) -> HttpResponse:
    """List what needs the root user, so that it is used for nothing else."""
    context = {"title": "Root user tasks", "crumbs": crumbs("Root user tasks")}
    return page(request, "console/root_tasks.html", context)
