"""The addresses of the accounts wing, below `/iam/`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
