"""Revoke sessions: deny everything to whoever took the role before now."""

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.operations.roles import get_role
from iamconsole.console.forms import ConsoleForm, attempt
from iamconsole.console.htmx import go_to, page
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest
from policies.operations.inline_policies import put_role_policy
from policies.revocation import REVOKES_OLDER_SESSIONS, revoking

__all__ = ["revoke"]

ACKNOWLEDGE = "Acknowledge that every session of this role that has begun is to lose its permissions."


@require_http_methods(["GET", "POST"])
def revoke(request: ConsoleRequest, name: str) -> HttpResponse:
    """Put AWSRevokeOlderSessions in the role, or set its time anew; who takes the role afterwards is not bound."""
    role = get_role(request.call, role_name=name)
    form = ConsoleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not request.POST.get("acknowledge"):
            form.add_error(None, ACKNOWLEDGE)
        else:
            attempt(
                form,
                put_role_policy,
                request.call,
                role_name=role.role_name,
                policy_name=REVOKES_OLDER_SESSIONS,
                policy_document=revoking(request.call.time),
            )
        if form.is_valid():
            messages.success(request, f"The active sessions of {role.role_name} were revoked.")
            return go_to(request, page_address("role", role.role_name, "sessions"))
    context = {
        "title": f"Revoke active sessions of {role.role_name}",
        "crumbs": crumbs(role.role_name, "Revoke active sessions", of="role", tab="sessions"),
        "role": role,
        "form": form,
    }
    return page(request, "accounts/roles/revoke.html", context, status=form.status)
