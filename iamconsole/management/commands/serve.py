"""Migrate, prepare, seed and serve: everything behind `./run`."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connection

from accounts.sealing import foreign_key
from iamconsole import databaseurl, environment, keys, lan, serving
from iamconsole.apps import StaticFiles
from iamconsole.audit.sealing import keep_sealing


class Command(BaseCommand):
    """Serve the console until it is interrupted."""

    help = "Migrate, collect static files, seed the demo account and serve under gunicorn."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the options for a room."""
        lan.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; each step is quick when there is nothing to do."""
        env = environment.read()
        keys.make_folder(env.home)
        lock = serving.claim(env)
        databaseurl.check_answer("DATABASE_OWNER_URL", env.owner_url)
        databaseurl.check_answer("DATABASE_URL", env.database_url)
        migration = _start_migration()
        try:
            collect_static_files()
        finally:
            status = migration.wait()
        if status:
            raise ImproperlyConfigured("The database could not be migrated; the reason stands above.")
        check_sealing_key()
        if not env.production and "seed_demo" in get_commands():
            call_command("seed_demo", stdout=sys.stderr, stderr=sys.stderr)
        # gunicorn forks: no process may inherit another's connections.
        connection.close()
        getattr(connection, "close_pool", lambda: None)()
        serving.serve(env, lock, in_worker=keep_sealing)


def check_sealing_key() -> None:
    """Refuse to start with a key that does not open what the database holds."""
    if kind := foreign_key():
        raise ImproperlyConfigured(
            f"IAMCONSOLE_SEALING_KEY is another key than the one under which this database's {kind} were sealed: set "
            "that one, or put its file back into IAMCONSOLE_HOME."
        )


def collect_static_files() -> None:
    """Collect and compress the static files when any of them changed."""
    stamp = Path(settings.IAMCONSOLE_HOME) / "static.stamp"
    mark = _mark_of_static_files()
    if stamp.exists() and stamp.read_text(encoding="ascii") == mark:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, stdout=sys.stderr)
    stamp.write_text(mark, encoding="ascii")


def _mark_of_static_files() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(StaticFiles.ignore_patterns):
            facts = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _start_migration() -> subprocess.Popen[bytes]:
    """Migrate in a process of its own: it works as the owner, this one never does."""
    command = [sys.executable, "-m", "iamconsole", "migrate", "--noinput", "--verbosity", "0"]
    return subprocess.Popen(
        command,
        cwd=environment.CHECKOUT,
        env=os.environ | {"IAMCONSOLE_PURPOSE": "migrate"},
        stdout=sys.stderr,
    )
