"""The addresses of the policies wing, below `/iam/`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
