"""The policies wing as a Django application."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PoliciesConfig(AppConfig):
    """Policies: their language, their storage, their verdicts."""

    name = "policies"
    label = "policies"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let every `migrate` bring the AWS managed policies up to date."""
        post_migrate.connect(_load_aws_managed_policies, sender=self)


def _load_aws_managed_policies(using: str, **_signal: Any) -> None:
    """Load what AWS itself manages, once the tables are there."""
    from policies import aws_control_policies, aws_managed_policies

    if aws_managed_policies.can_load(using):
        aws_managed_policies.load(using)
        if aws_control_policies.can_load(using):
            aws_control_policies.load(using)
