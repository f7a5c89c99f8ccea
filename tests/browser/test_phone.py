"""What a narrow screen must keep in sight."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Arrive, Lab


def test_the_open_tab_is_in_sight_on_a_phone(lab: Lab, arrive: Arrive) -> None:
    page = arrive(lab.user("alice"), viewport=PHONE).page
    page.goto(lab.address("user-detail", "carol", query="?tab=credentials"))
    expect(page.locator("nav.tabs [aria-current]")).to_be_in_viewport(ratio=1)


def test_labels_of_context_keys_keep_their_distance_from_the_field_above(lab: Lab, arrive: Arrive) -> None:
    page = arrive(lab.user("alice")).page
    page.goto(lab.address("simulator", query="?principal=user/alice&action=s3:GetObject&c.aws:a=1&c.aws:b=2"))
    if page.locator("#context-2").is_hidden():
        page.get_by_text("Context keys").click()
    above, below = page.locator("#context-1").bounding_box(), page.locator("label[for=context-2]").bounding_box()
    assert above
    assert below
    assert below["y"] - (above["y"] + above["height"]) >= 8
