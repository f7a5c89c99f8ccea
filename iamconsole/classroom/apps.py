"""Classes as a Django application."""

from django.apps import AppConfig


class ClassroomConfig(AppConfig):
    """Student accounts and their states."""

    name = "iamconsole.classroom"
    label = "classroom"
    default_auto_field = "django.db.models.BigAutoField"
