"""The console's shell as a Django application."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The shell around every page, sign-in, and the drafts of wizards and editors."""

    name = "iamconsole.console"
    label = "console"
    default_auto_field = "django.db.models.BigAutoField"
