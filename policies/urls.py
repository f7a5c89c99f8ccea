"""The addresses of the policies wing, below `/iam/`."""

from django.urls import URLPattern

from policies.views import boundaries, permissions

urlpatterns: list[URLPattern] = [
    *permissions.routes("user"),
    *permissions.routes("group"),
    *permissions.routes("role"),
    *boundaries.routes(),
]
