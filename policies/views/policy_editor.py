"""Create a managed policy and edit one."""

from django.http import Http404, HttpResponse

from iamconsole.console.request import ConsoleRequest


def create(request: ConsoleRequest, policy_arn: str = "") -> HttpResponse:
    """Come soon."""
    raise Http404


def edit(request: ConsoleRequest, policy_arn: str = "") -> HttpResponse:
    """Come soon."""
    raise Http404
