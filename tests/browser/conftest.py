"""What the browser tests share: an account with the demo's people, visitors signed in to it, and axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, User
from iamconsole.aws import arn
from iamconsole.demo import cast, seeding
from tests import factories

DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
TIMEOUT = 15_000
# Chromium and htmx log each answer of these kinds as an error; the console gives them on purpose. htmx logs a
# request that a later one replaced; what else can end a request is logged under a name of its own as well.
EXPECTED = (
    *(f"the server responded with a status of {status} " for status in (403, 404, 409, 422)),
    "Response Status Error Code 403 ",
    "htmx:afterRequest",
    "htmx:sendAbort",
)
_numbers = count(1)
expect.set_options(timeout=TIMEOUT)


@dataclass(frozen=True, slots=True)
class Lab:
    """An account of a test's own: the demo's cast, with the passwords they were given."""

    account: Account
    passwords: dict[str, str]
    site: str

    def user(self, name: str) -> User:
        return User.objects.get(account=self.account, user_name=name)

    def policy_arn(self, name: str) -> str:
        return arn.policy_arn(self.account.account_id, "/", name)

    def address(self, route: str, *args: str, query: str = "") -> str:
        return f"{self.site}{reverse(route, args=args)}{query}"


@dataclass
class Visitor:
    """Somebody at a browser; `complaints` gathers what the browser found wrong with the pages."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.set_default_timeout(TIMEOUT)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(words in message.text for words in EXPECTED):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def leave(self) -> None:
        self.context.close()
        assert self.complaints == []


Arrive = Callable[..., Visitor]


def seed_lab(site: LiveServer) -> Lab:
    """The demo account under a name of its own."""
    name = f"lab-{next(_numbers)}-{site.url.rpartition(':')[2]}"
    with mock.patch.object(cast, "ALIAS", name), mock.patch.object(cast, "ROOT_EMAIL", f"root@{name}.example"):
        sign_ins = seeding.seed()
    passwords = {sign_in.who.removeprefix("user "): sign_in.password for sign_in in sign_ins}
    return Lab(Account.objects.get(alias=name), passwords, site.url)


def arrive_at(browser: Browser, site: str, who: User | Account | None = None, **options: Any) -> Visitor:
    """Open a browser window of somebody who has signed in, or of nobody yet."""
    context = browser.new_context(**{"viewport": DESK, "reduced_motion": "reduce", **options})
    if who is not None:
        cookie = factories.sign_in(Client(), who).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}])
    visitor = Visitor(context, context.new_page())
    visitor.listen()
    return visitor


@pytest.fixture
def lab(committed: None, site: LiveServer) -> Lab:
    """An account that one test may change."""
    return seed_lab(site)


@pytest.fixture(scope="session")
def shared_lab(site: LiveServer, django_db_blocker: DjangoDbBlocker) -> Lab:
    """An account that many tests look at and none changes."""
    with django_db_blocker.unblock():
        return seed_lab(site)


@pytest.fixture
def arrive(committed: None, browser: Browser, site: LiveServer) -> Iterator[Arrive]:
    """Call it for each visitor of the test; at the end none of them may have a complaint."""
    visitors: list[Visitor] = []

    def come(who: User | Account | None = None, **options: Any) -> Visitor:
        visitors.append(arrive_at(browser, site.url, who, **options))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.leave()


@pytest.fixture
def admin(lab: Lab, arrive: Arrive) -> Page:
    """The page of alice, who administers `lab`."""
    return arrive(lab.user("alice")).page
