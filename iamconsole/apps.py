"""The project as a Django app: its management commands and what follows a migration."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.db.models.signals import post_migrate


class ProjectConfig(AppConfig):
    """Carries `management/commands`; has no tables of its own."""

    name = "iamconsole"
    label = "iamconsole"

    def ready(self) -> None:
        """After every `migrate` the serving role gets what it needs."""
        from iamconsole import grants

        post_migrate.connect(grants.after_migrate, dispatch_uid="iamconsole.grants")


class StaticFiles(StaticFilesConfig):
    """Django's static files without the sources that `static/vendor` is built from."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "src"]
