"""What the code editor asks while someone types."""

from django.http import Http404, HttpResponse

from iamconsole.console.request import ConsoleRequest


def validate(request: ConsoleRequest, policy_arn: str = "") -> HttpResponse:
    """Come soon."""
    raise Http404


def complete(request: ConsoleRequest, policy_arn: str = "") -> HttpResponse:
    """Come soon."""
    raise Http404
