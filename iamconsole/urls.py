"""Every address of the console."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from iamconsole import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # The console's own pages (sign-in, dashboard, search, preferences): include("iamconsole.console.urls").
    # Identities under /iam/: path("iam/", include("accounts.urls")).
    # Policies and the simulator under /iam/: path("iam/", include("policies.urls")).
    # Event history under /iam/: path("iam/", include("iamconsole.audit.urls")).
]
