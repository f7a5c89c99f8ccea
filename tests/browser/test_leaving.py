"""Leaving a page on which something was entered asks first; sending it, or looking only, does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.conftest import Lab


def type_into_the_editor(page: Page) -> None:
    page.locator(".cm-content").click()
    page.keyboard.type(" ")


def type_a_name(label: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_label(label, exact=True).press_sequentially("dave")


def choose_a_type(page: Page) -> None:
    page.get_by_text("AWS account", exact=True).click()
    expect(page.locator("#id_external_id")).to_be_visible()


FORMS: list[tuple[str, list[str], Callable[[Page], None]]] = [
    ("policy-create", [], type_into_the_editor),
    ("role-edit-trust-policy", ["WebApp-DB"], type_into_the_editor),
    ("user-inline-policy", ["carol"], type_into_the_editor),
    ("user-create", [], type_a_name("User name")),
    ("role-create", [], choose_a_type),
    ("group-create", [], type_a_name("User group name")),
]


def hear(page: Page, *, leave: bool) -> list[str]:
    """Listen to what the browser asks, and answer it; the list fills as it asks."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        if leave:
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    return asked


def go_to_the_dashboard(page: Page) -> None:
    page.get_by_role("link", name="Dashboard").click(no_wait_after=True)


@pytest.mark.parametrize(("route", "args", "enter"), FORMS, ids=[route for route, *_ in FORMS])
def test_leaving_asks_only_where_something_was_entered(
    lab: Lab, admin: Page, route: str, args: list[str], enter: Callable[[Page], None]
) -> None:
    admin.goto(lab.address(route, *args))
    enter(admin)
    address, asked = admin.url, hear(admin, leave=False)
    go_to_the_dashboard(admin)
    admin.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(admin).to_have_url(address)


def test_leaving_an_editor_that_was_only_looked_at_does_not_ask(lab: Lab, admin: Page) -> None:
    admin.goto(lab.address("policy-create"))
    admin.locator(".cm-content").click()
    asked = hear(admin, leave=True)
    go_to_the_dashboard(admin)
    expect(admin).to_have_url(lab.address("dashboard"))
    assert asked == []


def test_sending_a_form_does_not_ask_but_what_comes_back_to_be_mended_does(lab: Lab, admin: Page) -> None:
    asked = hear(admin, leave=True)
    admin.goto(lab.address("user-create"))
    admin.get_by_label("User name", exact=True).press_sequentially("no spaces")
    admin.get_by_role("button", name="Next").click()
    expect(admin.locator("[aria-invalid=true]")).to_be_visible()
    assert asked == []
    go_to_the_dashboard(admin)
    expect(admin).to_have_url(lab.address("dashboard"))
    assert asked == ["beforeunload"]


def test_going_on_to_the_custom_trust_policy_does_not_ask(lab: Lab, admin: Page) -> None:
    asked = hear(admin, leave=True)
    admin.goto(lab.address("role-create"))
    admin.get_by_text("Custom trust policy", exact=True).click()
    expect(admin.locator(".cm-content")).to_be_visible()
    assert asked == []
