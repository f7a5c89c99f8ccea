"""The policies wing as a Django application."""

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """Policies: their language, their storage, their verdicts."""

    name = "policies"
    label = "policies"
    default_auto_field = "django.db.models.BigAutoField"
