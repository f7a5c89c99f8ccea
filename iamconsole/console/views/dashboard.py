"""The dashboard."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from iamconsole.console.htmx import page
from iamconsole.console.request import ConsoleRequest

__all__ = ["dashboard"]


@require_safe
def dashboard(request: ConsoleRequest) -> HttpResponse:
    """Show what the account holds."""
    return page(request, "console/dashboard.html", {"title": "Dashboard", "crumbs": [("IAM", None)]})
