"""The list of policies and a policy's page."""

from django.http import Http404, HttpResponse

from iamconsole.console.request import ConsoleRequest


def index(request: ConsoleRequest, policy_arn: str = "") -> HttpResponse:
    """Come soon."""
    raise Http404


def detail(request: ConsoleRequest, policy_arn: str = "") -> HttpResponse:
    """Come soon."""
    raise Http404
