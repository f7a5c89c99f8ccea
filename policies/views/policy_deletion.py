"""Delete a managed policy with what hangs on it."""

from django.http import Http404, HttpResponse

from iamconsole.console.request import ConsoleRequest


def delete(request: ConsoleRequest, policy_arn: str = "") -> HttpResponse:
    """Come soon."""
    raise Http404
