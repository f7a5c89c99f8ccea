"""Every address of the console."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from iamconsole import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("iamconsole.console.urls")),
    path("class/", include("iamconsole.classroom.urls")),
    path("iam/", include("accounts.urls")),
    path("iam/", include("policies.urls")),
    path("iam/", include("iamconsole.audit.urls")),
]

handler400 = "iamconsole.console.errors.bad_request"
handler403 = "iamconsole.console.errors.permission_denied"
handler404 = "iamconsole.console.errors.not_found"
handler500 = "iamconsole.console.errors.server_error"
