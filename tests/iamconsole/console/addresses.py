"""The console's addresses and a few views that go wrong on purpose."""

from __future__ import annotations

from django.db import OperationalError
from django.http import HttpResponse
from django.urls import path

from iamconsole import urls
from iamconsole.audit.recording import Outcome, api_event
from iamconsole.aws.errors import AccessDenied, NoSuchEntity
from iamconsole.console.csp import editor_page
from iamconsole.console.htmx import go_to, page
from iamconsole.console.request import ConsoleRequest


def refuse(request: ConsoleRequest) -> HttpResponse:
    raise AccessDenied(
        "User: arn:aws:iam::111122223333:user/carol is not authorized to perform: iam:ListUsers on resource: * "
        "because no identity-based policy allows the iam:ListUsers action",
        action="iam:ListUsers",
        resource="*",
        principal_arn="arn:aws:iam::111122223333:user/carol",
        reason="because no identity-based policy allows the iam:ListUsers action",
    )


def miss(request: ConsoleRequest) -> HttpResponse:
    raise NoSuchEntity("The user with name dave cannot be found.")


def lose_the_database(request: ConsoleRequest) -> HttpResponse:
    raise OperationalError("connection to server failed at /secret/socket")


def break_down(request: ConsoleRequest) -> HttpResponse:
    raise ZeroDivisionError("a secret detail")


def read_twice(request: ConsoleRequest) -> HttpResponse:
    for action in ("iam:ListUsers", "iam:GetAccountSummary"):
        event = api_event(request.call, action=action, read_only=True, parameters={}, outcome=Outcome())
        request.call.recorder.add(event)
    if "fail" in request.GET:
        raise NoSuchEntity("The user with name dave cannot be found.")
    return HttpResponse("read")


def show(request: ConsoleRequest) -> HttpResponse:
    context = {"title": "Dashboard", "crumbs": [("IAM", None)], "messages": []}
    part = {"flash-list": "console/_flash.html"} if "map" in request.GET else "console/_flash.html"
    return page(request, "console.html", context, part=part, status=int(request.GET.get("status", "200")))


def leave(request: ConsoleRequest) -> HttpResponse:
    return go_to(request, "signin-account", "class-lab")


def echo(request: ConsoleRequest) -> HttpResponse:
    call = request.call
    return HttpResponse(f"{call.source_ip} {call.secure_transport} {call.principal.arn}")


urlpatterns = [
    *urls.urlpatterns,
    path("iam/test/refuse", refuse),
    path("iam/test/miss", miss),
    path("iam/test/database", lose_the_database),
    path("iam/test/break", break_down),
    path("iam/test/read", read_twice),
    path("iam/test/show", show),
    path("iam/test/leave", leave),
    path("iam/test/echo", echo),
    path("iam/test/editor", editor_page(show)),
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
