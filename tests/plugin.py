"""Starts one throw-away PostgreSQL for the whole test run, before Django reads its settings.

Loaded with `-p tests.plugin`: a conftest.py would come too late. Workers of xdist inherit the environment,
join the same server and make a database each. DATABASE_URL, where it is set, is used instead.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from iamconsole.localpg import LocalPostgres


def _prepare() -> None:
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the tests' thread
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    folder = Path(tempfile.mkdtemp(prefix="iamconsole-tests-"))
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # after the server's own, which stops it
    folder.chmod(0o755)  # root lends the server to another account, which must get in
    os.environ["IAMCONSOLE_HOME"] = str(folder)
    os.environ["IAMCONSOLE_SECRET_KEY"] = "tests only " * 4
    os.environ["IAMCONSOLE_SEALING_KEY"] = "dGVzdHMgb25seSB0ZXN0cyBvbmx5IHRlc3RzIG9ubHk="
    os.environ["IAMCONSOLE_AUDIT_KEY"] = "b25seSB0ZXN0cyBvbmx5IHRlc3RzIG9ubHkgdGVzdHM="
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = LocalPostgres(folder, durable=False).start().owner


_prepare()
