"""What a page weighs: bytes, requests, HTML, and nothing that moves while it loads.

Measured against files as a server of the console gives them: collected, hashed and compressed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command
from django.test import override_settings
from playwright.sync_api import Browser, CDPSession
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.browser.acts import Stop
from tests.browser.conftest import Lab, arrive_at

KB = 1024
MANY = 100
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
"""The longest policy of all."""
STOPS = (
    Stop("dashboard"),
    Stop("user-list"),
    Stop("group-list"),
    Stop("role-list"),
    Stop("policy-list"),
    Stop("user-detail", ("bob",)),
    Stop("group-detail", ("Developers",)),
    Stop("role-detail", ("WebApp-DB",)),
    Stop("policy-detail", ("arn:aws:iam::aws:policy/AmazonS3FullAccess",)),
    Stop("policy-detail", (READ_ONLY,)),
    Stop("policy-detail", (READ_ONLY,), "?view=normalized"),
    Stop("policy-detail", (READ_ONLY,), "?view=summary"),
    Stop("policy-detail", (READ_ONLY,), "?tab=versions"),
    Stop("policy-version", (READ_ONLY,), "?version=v190"),
    Stop("policy-compare", (READ_ONLY,), "?a=v1&b=v190"),
    Stop("user-policy", ("carol",), f"?policy={READ_ONLY}"),
    Stop("event-list"),
    Stop("search", query="?q=dev"),
    Stop("simulator", query="?principal=user/bob&action=s3:GetObject&resource=*"),
)
WATCH_SHIFTS = """
window.shifts = [];
const name = node => String(node?.outerHTML ?? node?.data).slice(0, 120);
new PerformanceObserver(list => {
  for (const {hadRecentInput, sources} of list.getEntries())
    if (!hadRecentInput) window.shifts.push(...sources.map(({node}) => name(node)));
}).observe({type: "layout-shift", buffered: true});
"""


@dataclass
class Scale:
    """Weighs what one window loads."""

    wire: CDPSession
    sent: dict[str, str] = field(default_factory=dict)
    cached: set[str] = field(default_factory=set)
    bytes: int = 0

    def start(self) -> None:
        self.wire.send("Network.enable")
        self.wire.on("Network.responseReceived", self._answered)
        self.wire.on("Network.requestServedFromCache", self._cached)
        self.wire.on("Network.loadingFinished", self._finished)

    def _answered(self, event: dict[str, Any]) -> None:
        if not event["response"].get("fromDiskCache") and event["requestId"] not in self.cached:
            self.sent[event["requestId"]] = event["response"]["url"]

    def _cached(self, event: dict[str, Any]) -> None:
        self.cached.add(event["requestId"])

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"]) if event["requestId"] in self.sent else 0

    def clear(self) -> None:
        self.sent.clear()
        self.cached.clear()
        self.bytes = 0


@pytest.fixture(scope="module")
def built_site(
    tmp_path_factory: pytest.TempPathFactory, site: LiveServer, django_db_blocker: DjangoDbBlocker
) -> Iterator[LiveServer]:
    """The console with its static files built as `serve` builds them."""
    root = tmp_path_factory.mktemp("static")
    built = {"BACKEND": "iamconsole.staticfiles.ServedFiles"}
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    with (
        override_settings(
            STATIC_ROOT=Path(root), WHITENOISE_USE_FINDERS=False, STORAGES={"default": files, "staticfiles": built}
        ),
        mock.patch("django.test.testcases._StaticFilesHandler", lambda application: application),
        django_db_blocker.unblock(),
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
        server = LiveServer("localhost")
        yield server
        server.stop()


@pytest.fixture(scope="module")
def full_lab(shared_lab: Lab, built_site: LiveServer, django_db_blocker: DjangoDbBlocker) -> Lab:
    """An account whose lists fill a page."""
    with django_db_blocker.unblock():
        for number in range(MANY):
            factories.a_user(shared_lab.account, f"student-{number:03}", password=None)
            factories.a_group(shared_lab.account, f"team-{number:03}")
            factories.a_role(shared_lab.account, f"machine-{number:03}")
    return Lab(shared_lab.account, shared_lab.passwords, built_site.url)


@pytest.mark.parametrize("stop", STOPS, ids=str)
def test_a_page_without_the_editor_keeps_to_its_weight(
    browser: Browser, full_lab: Lab, committed: None, stop: Stop
) -> None:
    visitor = arrive_at(browser, full_lab.site, full_lab.user("alice"))
    page = visitor.page
    page.add_init_script(WATCH_SHIFTS)
    scale = Scale(visitor.context.new_cdp_session(page))
    scale.start()
    address = full_lab.address(stop.route, *stop.args, query=stop.query)
    weights = {}
    for state in ("cold", "warm"):
        scale.clear()
        answer = page.goto(address, wait_until="networkidle")
        assert answer is not None
        shifted = page.evaluate("() => window.shifts")
        weights[state] = (round(scale.bytes / KB, 1), len(scale.sent), round(len(answer.body()) / KB, 1), shifted)
    visitor.leave()
    (cold_size, cold_requests, html, cold_shift), (warm_size, warm_requests, _, warm_shift) = weights.values()
    assert (cold_shift, warm_shift) == ([], [])
    assert cold_size <= 100, weights
    assert warm_size <= 12, weights
    assert cold_requests <= 12, weights
    assert warm_requests <= 3, weights
    assert html <= 60, weights
