"""Attach a policy to users, groups and roles from its own page, and detach it."""

from django.http import Http404, HttpResponse

from iamconsole.console.request import ConsoleRequest


def attach(request: ConsoleRequest, policy_arn: str = "") -> HttpResponse:
    """Come soon."""
    raise Http404


def detach(request: ConsoleRequest, policy_arn: str = "") -> HttpResponse:
    """Come soon."""
    raise Http404
