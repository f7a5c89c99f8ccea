"""The console at an address of this machine's network, over plain http, as `--lan` serves it.

There a browser has no `navigator.clipboard` and no secure context; everything but passkeys works all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from playwright.sync_api import expect
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from iamconsole.lan import find_address
from tests.browser.conftest import Arrive, Lab
from tests.browser.job import OBJECTS, Job
from tests.browser.walk import sign_in


@pytest.fixture(scope="module")
def room(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[LiveServer]:
    """The console on this machine's network address."""
    try:
        address = find_address()
    except ImproperlyConfigured as refused:
        pytest.fail(f"This test needs a machine with a network address beside loopback: {refused}")
    with (
        override_settings(IAMCONSOLE_PLAIN_HTTP=True, SECURE_CROSS_ORIGIN_OPENER_POLICY=None),
        mock.patch("django.test.testcases._StaticFilesHandler", StaticFilesHandler),
        django_db_blocker.unblock(),
    ):
        server = LiveServer(address)
        yield server
        server.stop()


def test_sign_in_forms_copy_editor_and_downloads_work_over_plain_http(
    lab: Lab, room: LiveServer, arrive: Arrive, tmp_path: Path
) -> None:
    here = Lab(lab.account, lab.passwords, room.url)
    page = arrive().page
    job = Job(page, here)
    sign_in(page, here, "alice", lab.passwords["alice"])
    assert page.evaluate("() => window.isSecureContext") is False
    assert page.evaluate("() => navigator.clipboard === undefined")
    expect(page.get_by_text("This connection is not encrypted.")).to_be_visible()

    job.create_user("dave", "Dave-has-7-secrets")
    job.create_policy("Objects", OBJECTS)

    copy = page.get_by_role("button", name="Copy ARN")
    copy.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    expect(page.locator("#announce")).to_have_text("Copied")
    job.side("Policy simulator")
    page.get_by_label("Principal").focus()
    page.keyboard.press("Control+V")
    expect(page.get_by_label("Principal")).to_have_value(here.policy_arn("Objects"))

    job.side("Event history")
    page.locator("summary", has_text="Download events").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert saved.name == "event_history.csv"
    assert "CreateUser" in saved.read_text(encoding="utf-8")
