"""The identities wing as a Django application."""

from django.apps import AppConfig
from django.db.models import CharField
from django.db.models.functions import Lower


class AccountsConfig(AppConfig):
    """Accounts, users, groups, roles and how they prove who they are."""

    name = "accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let queries say `user_name__lower`, which meets the unique indexes on names."""
        CharField.register_lookup(Lower)
