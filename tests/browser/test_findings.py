"""The findings below the policy editor: their tabs by keyboard, and the repair with script and without."""

from __future__ import annotations

import json

from playwright.sync_api import Locator, Page, expect

from tests.browser.acts import editor, rewrite
from tests.browser.conftest import Arrive, Lab
from tests.browser.test_accessibility import violations
from tests.browser.test_keyboard import tab_to

RIGHT = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}, indent=4
)
WRONG = RIGHT.replace("2012-10-17", "2012-01-17")
REPAIR = 'Use "2012-10-17"'


def document(page: Page) -> str:
    return page.locator("[data-editor]").input_value()


def tab(page: Page, name: str) -> Locator:
    return page.locator("#findings").get_by_role("tab", name=name)


def test_the_repair_mends_the_text_and_is_one_step_to_undo(lab: Lab, admin: Page) -> None:
    admin.goto(lab.address("policy-create"))
    editor(admin)
    rewrite(admin, WRONG)
    expect(tab(admin, "Errors: 1")).to_have_attribute("aria-selected", "true")
    admin.get_by_role("button", name=REPAIR).click()
    expect(tab(admin, "Errors: 0")).to_be_visible()
    assert document(admin) == RIGHT
    expect(admin.locator(".cm-content")).to_be_focused()
    expect(tab(admin, "Security: 1")).to_have_attribute("aria-selected", "true")
    admin.keyboard.press("Control+z")
    assert document(admin) == WRONG
    expect(tab(admin, "Errors: 1")).to_be_visible()
    admin.keyboard.press("Control+y")
    assert document(admin) == RIGHT


def test_a_repair_right_after_typing_finds_its_place_anew(lab: Lab, admin: Page) -> None:
    admin.goto(lab.address("policy-create"))
    editor(admin)
    rewrite(admin, WRONG)
    repair = admin.get_by_role("button", name=REPAIR)
    repair.wait_for()
    admin.locator(".cm-content").press("Control+Home")
    admin.keyboard.type("\n\n")
    repair.evaluate("button => button.click()")
    expect(tab(admin, "Errors: 0")).to_be_visible()
    assert document(admin) == "\n\n" + RIGHT


def test_arrow_keys_go_through_the_tabs_and_the_choice_survives_the_next_check(lab: Lab, admin: Page) -> None:
    admin.goto(lab.address("policy-create"))
    editor(admin)
    rewrite(admin, RIGHT)
    security = tab(admin, "Security: 1")
    expect(security).to_have_attribute("aria-selected", "true")
    tab_to(admin, security)
    for name in ("Errors: 0", "Warnings: 2", "Suggestions: 0", "Security: 1"):
        admin.keyboard.press("ArrowRight")
        expect(tab(admin, name)).to_be_focused()
        expect(tab(admin, name)).to_have_attribute("aria-selected", "true")
    expect(admin.get_by_role("tabpanel")).to_have_count(1)
    admin.keyboard.press("ArrowLeft")
    expect(tab(admin, "Suggestions: 0")).to_be_focused()
    admin.keyboard.press("Home")
    expect(tab(admin, "Security: 1")).to_be_focused()
    admin.keyboard.press("End")
    admin.keyboard.press("ArrowLeft")
    expect(tab(admin, "Warnings: 2")).to_be_focused()
    assert violations(admin, {}) == []
    rewrite(admin, WRONG)
    expect(tab(admin, "Errors: 1")).to_be_visible()
    expect(tab(admin, "Warnings: 2")).to_have_attribute("aria-selected", "true")
    admin.locator("#findings [role=tabpanel]:visible [data-goto]").first.click()
    expect(admin.locator(".cm-content")).to_be_focused()
    assert violations(admin, {}) == []


def test_with_errors_next_returns_to_the_first_of_them(lab: Lab, admin: Page) -> None:
    admin.goto(lab.address("policy-create"))
    editor(admin)
    rewrite(admin, WRONG)
    with admin.expect_navigation():
        admin.locator("main").get_by_role("button", name="Next", exact=True).last.click()
    expect(admin.locator(".cm-content")).to_be_focused()
    expect(admin.locator("[data-caret]")).to_have_text("Ln 2, Col 16")
    admin.get_by_role("button", name=REPAIR).click()
    expect(tab(admin, "Errors: 0")).to_be_visible()
    assert document(admin) == RIGHT
    with admin.expect_navigation():
        admin.locator("main").get_by_role("button", name="Next", exact=True).last.click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("Review and create")


def test_checking_and_repairing_need_no_script(lab: Lab, arrive: Arrive) -> None:
    page = arrive(lab.user("alice"), java_script_enabled=False).page
    page.goto(lab.address("user-inline-policy", "carol"))
    page.get_by_label("Policy name").fill("own")
    page.get_by_label("Policy document (JSON)").fill(WRONG)
    page.get_by_role("button", name="Check policy").click()
    expect(page.locator("#findings")).to_contain_text("The two legal values are")
    page.get_by_role("button", name=REPAIR).click()
    assert document(page) == RIGHT
    expect(page.get_by_label("Policy name")).to_have_value("own")
    expect(page.locator("#findings")).to_contain_text("No errors.")
    page.get_by_label("Policy name").press("Enter")
    expect(page.locator("#flash")).to_contain_text("own saved.")


def test_learn_more_opens_beside_the_text(lab: Lab, admin: Page) -> None:
    admin.goto(lab.address("policy-create"))
    editor(admin)
    rewrite(admin, WRONG)
    with admin.context.expect_page() as opened:
        admin.locator("#findings").get_by_role("link", name="Learn more about Invalid version").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Invalid version")
    assert document(admin) == WRONG
