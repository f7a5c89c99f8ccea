"""The versions of a managed policy: choose the default, delete, compare."""

from django.http import Http404, HttpResponse

from iamconsole.console.request import ConsoleRequest


def set_default(request: ConsoleRequest, policy_arn: str = "") -> HttpResponse:
    """Come soon."""
    raise Http404


def delete_version(request: ConsoleRequest, policy_arn: str = "") -> HttpResponse:
    """Come soon."""
    raise Http404


def compare(request: ConsoleRequest, policy_arn: str = "") -> HttpResponse:
    """Come soon."""
    raise Http404
