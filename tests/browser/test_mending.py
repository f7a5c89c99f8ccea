"""What is wrong with a field is said until the field is changed."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.acts import rewrite
from tests.browser.conftest import Lab


def test_an_error_in_the_trust_policy_goes_when_the_text_is_changed(lab: Lab, admin: Page) -> None:
    admin.goto(lab.address("role-edit-trust-policy", "WebApp-DB"))
    text = admin.locator("#id_document").input_value()
    rewrite(admin, text.replace("2012-10-17", "2012-01-17"))
    admin.get_by_role("button", name="Update policy").click()
    error = admin.locator("#id_document-error")
    expect(error).to_contain_text("Line 2")
    rewrite(admin, text)
    expect(error).to_have_count(0)
    expect(admin.locator("#findings [role=tab]", has_text="Errors: 0")).to_have_count(1)


def test_a_taken_name_is_said_until_another_is_typed(lab: Lab, admin: Page) -> None:
    admin.goto(lab.address("group-create"))
    name = admin.get_by_label("User group name", exact=True)
    name.fill("developers")
    admin.get_by_role("button", name="Create user group").click()
    expect(admin.locator("#id_group_name-error")).to_contain_text("already exists")
    name.fill("testers")
    expect(admin.locator("#id_group_name-error")).to_have_count(0)
    expect(name).not_to_have_attribute("aria-invalid", "true")
