"""Axe on every page and every open state, in both themes, at two widths and with large text.

`SHOTS=FOLDER` keeps a picture of each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Browser, Page
from pytest_django import DjangoDbBlocker

from tests.browser.acts import Stop
from tests.browser.conftest import DESK, PHONE, Lab
from tests.browser.tour import NO_PAGES, STOPS
from tests.browser.walk import Tour

LARGE = (
    "dashboard",
    "user-list",
    "user-create",
    "user-detail",
    "policy-compare",
    "policy-detail",
    "simulator",
    "event-list",
)
RULES = {"target-size": {"enabled": True}}
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe finds, each with the place of its first node."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(document, {resultTypes: ['violations'], ...options})", options)
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]} ({len(each['nodes'])})" for each in found["violations"]]


@pytest.fixture(scope="module")
def tour(browser: Browser, shared_lab: Lab, django_db_blocker: DjangoDbBlocker) -> Iterator[Tour]:
    with django_db_blocker.unblock():
        tour = Tour(browser, shared_lab)
        yield tour
        for visitor in tour.visitors.values():
            visitor.context.close()


def wear(page: Page, **settings: str) -> None:
    """Change theme or text size, as the settings' buttons do."""
    page.evaluate("settings => Object.assign(document.documentElement.dataset, settings)", settings)


def width_beyond(page: Page) -> int:
    """By how much the page is wider than its window."""
    return int(page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("stop", STOPS, ids=str)
def test_a_page_is_accessible_in_both_themes_at_both_widths(tour: Tour, stop: Stop) -> None:
    visitor = tour.go(stop)
    page = visitor.page
    wear(page, theme="light", text="normal")
    if os.environ.get("SHOTS"):
        name = str(stop).replace("/", "_").replace(" ", "-").replace("?", "")
        page.screenshot(path=f"{os.environ['SHOTS']}/{name[:90]}.png", caret="initial", full_page=True)
    found = {}
    for width, size in (("wide", DESK), ("narrow", PHONE)):
        page.set_viewport_size(size)
        wear(page, theme="light")
        found[f"light {width}"] = violations(page, {"rules": RULES})
        wear(page, theme="dark")
        found[f"dark {width}"] = violations(page, COLOURS)
    beyond = width_beyond(page)
    assert {place: broken for place, broken in found.items() if broken} == {}
    assert visitor.complaints == []
    assert beyond == 0


@pytest.mark.parametrize("route", LARGE)
def test_a_page_is_accessible_in_large_text(tour: Tour, route: str) -> None:
    stop = next(stop for stop in reversed(STOPS) if stop.route == route and stop.who == "alice" and not stop.act)
    page = tour.go(stop).page
    wear(page, theme="light", text="large")
    found = {}
    for width, size in (("wide", DESK), ("narrow", PHONE)):
        page.set_viewport_size(size)
        found[width] = violations(page, {"rules": RULES})
    assert {place: broken for place, broken in found.items() if broken} == {}
    assert width_beyond(page) == 0


def named_routes(resolver: URLResolver) -> Iterator[str | None]:
    """The names of all routes below a resolver."""
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            yield each.name
        else:
            yield from named_routes(each)


def test_the_tour_misses_no_route() -> None:
    assert set(named_routes(get_resolver())) == {stop.route for stop in STOPS} | set(NO_PAGES)
