"""What all tests may use: the browser's start, and a server that never empties the tables."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from tests import factories
from tests.demo_account import Demo, the_demo

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the system's Chromium; none at all is a failure, never a skip."""
    chromium = os.environ.get("CHROMIUM") or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if chromium is None:
        pytest.fail("Install Chromium (Debian: sudo apt-get install chromium) or name it in CHROMIUM.")
    root = os.geteuid() == 0
    flags = [*BROWSER_FLAGS, "--no-sandbox"] if root else [*BROWSER_FLAGS]
    return browser_type_launch_args | {"executable_path": chromium, "args": flags, "chromium_sandbox": not root}


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Make the test database whatever tests were chosen.

    pytest-django's own makes none where no chosen test asks for a transaction, as in a run of browser tests alone.
    """
    verbosity = request.config.option.verbose
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=verbosity, interactive=False)
    yield
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:  # threads of the served site may still hold a connection
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        teardown_databases(made, verbosity=verbosity)


@pytest.fixture(scope="session")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[LiveServer]:
    """The console, served on loopback for the whole run; `site.url` is its address.

    pytest-django's own `live_server` empties every table after each test, which the trail refuses and which would
    load the AWS managed policies anew. Here nothing is emptied: each test makes an account of its own.
    """
    with django_db_blocker.unblock():
        # It looks for the static files' app by its usual name; ours goes by another.
        with mock.patch("django.test.testcases._StaticFilesHandler", StaticFilesHandler):
            server = LiveServer("localhost")
        yield server
        server.stop()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database without a transaction around the test: what it writes is committed and stays."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def account(db: None) -> Account:
    """An account of the test's own, with a root user."""
    return factories.an_account()


@pytest.fixture
def demo(db: None) -> Demo:
    """The demo account, with whatever its pages show."""
    return the_demo()


@pytest.fixture
def console(client: Client, account: Account) -> Client:
    """A client signed in as the account's root user, whom no policy binds."""
    return factories.sign_in(client, account)


EVERYTHING = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
READ_ONLY = """{
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"}
}"""


@pytest.fixture
def alice(account: Account) -> User:
    """Who administers."""
    user = factories.a_user(account, "alice")
    factories.an_inline_policy(user, EVERYTHING)
    return user


@pytest.fixture
def bob(account: Account) -> User:
    """Who may read only."""
    user = factories.a_user(account, "bob")
    factories.an_inline_policy(user, READ_ONLY)
    return user


@pytest.fixture
def carol(account: Account) -> User:
    """Who may do nothing."""
    return factories.a_user(account, "carol")
