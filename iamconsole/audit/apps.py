"""The audit trail as a Django application."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Events: one a call, never changed, never removed."""

    name = "iamconsole.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
