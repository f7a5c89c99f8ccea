"""The addresses of the trail."""

from django.urls import path

from iamconsole.audit import views

urlpatterns = [
    path("events", views.history, name="event-list"),
    path("events/download", views.download, name="event-download"),
]
