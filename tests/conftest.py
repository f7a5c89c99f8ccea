"""What all tests may use: the browser's start, and a server that never empties the tables."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account
from tests import factories

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
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[LiveServer]:
    """The console, served on loopback for the whole run; `site.url` is its address.

    pytest-django's own `live_server` empties every table after each test, which the trail refuses and which would
    load the AWS managed policies anew. Here nothing is emptied: each test makes an account of its own.
    """
    with django_db_blocker.unblock():
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
def console(client: Client, account: Account) -> Client:
    """A client signed in as the account's root user, whom no policy binds."""
    return factories.sign_in(client, account)
