"""The core tasks by the keyboard alone, and the keys that the console promises."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from policies.models import ManagedPolicy
from tests.browser.conftest import Arrive, Lab
from tests.browser.walk import ACCOUNT_FIELD

FARTHEST = 150


def tab_to(page: Page, target: Locator) -> Locator:
    """Press Tab until the control has the focus, as somebody without a mouse does."""
    target.wait_for()
    control = target.element_handle()
    for _ in range(FARTHEST):
        if page.evaluate("control => control === document.activeElement", control):
            return target
        page.keyboard.press("Tab")
    pytest.fail(f"{FARTHEST} presses of Tab do not reach {target}")


def enter(page: Page, label: str, text: str) -> None:
    """Go to a field and type into it."""
    tab_to(page, page.get_by_label(label, exact=True).locator("visible=true").first)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def press(page: Page, role: str, name: str, key: str = "Enter") -> None:
    """Go to a control and press it."""
    place = page.locator("dialog[open]") if page.locator("dialog[open]").count() else page.locator("main")
    tab_to(page, place.get_by_role(role, name=name, exact=True).locator("visible=true").last)  # type: ignore[arg-type]
    page.keyboard.press(key)


def test_the_skip_link_comes_first_and_leads_to_the_content(lab: Lab, admin: Page) -> None:
    admin.goto(lab.address("user-list"))
    admin.keyboard.press("Tab")
    skip = admin.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    admin.keyboard.press("Enter")
    expect(admin.locator("#main")).to_be_focused()


def test_keys_lead_to_the_search_and_to_the_filter(lab: Lab, admin: Page) -> None:
    admin.goto(lab.address("user-list"))
    admin.keyboard.press("/")
    expect(admin.get_by_role("searchbox", name="Find users")).to_be_focused()
    admin.keyboard.type("a/b")
    expect(admin.get_by_role("searchbox", name="Find users")).to_have_value("a/b")
    admin.keyboard.press("Alt+s")
    expect(admin.get_by_label("Search users, roles and policies")).to_be_focused()
    admin.keyboard.type("DevServers")
    admin.keyboard.press("Enter")
    expect(admin.locator("main").get_by_role("link", name="DevServers")).to_be_visible()


def test_escape_closes_a_menu_and_a_dialog_and_gives_the_focus_back(lab: Lab, admin: Page) -> None:
    admin.goto(lab.address("user-detail", "carol"))
    menu = admin.locator("header summary", has_text="Account menu")
    tab_to(admin, menu)
    admin.keyboard.press("Enter")
    sign_out = admin.get_by_role("button", name="Sign out")
    expect(sign_out).to_be_visible()
    admin.keyboard.press("Tab")
    admin.keyboard.press("Escape")
    expect(sign_out).to_be_hidden()
    expect(menu).to_be_focused()

    opener = admin.locator("main").get_by_role("link", name="Delete", exact=True)
    tab_to(admin, opener)
    admin.keyboard.press("Enter")
    expect(admin.locator("dialog[open] [name=confirm]")).to_be_focused()
    admin.keyboard.press("Escape")
    expect(admin.locator("dialog[open]")).to_have_count(0)
    expect(opener).to_be_focused()


def test_a_typed_confirmation_opens_the_button_only_on_a_match(lab: Lab, admin: Page) -> None:
    admin.goto(lab.address("user-detail", "carol"))
    tab_to(admin, admin.locator("main").get_by_role("link", name="Delete", exact=True))
    admin.keyboard.press("Enter")
    field = admin.locator("dialog[open] [name=confirm]")
    expect(field).to_be_focused()
    button = admin.locator("dialog[open]").get_by_role("button", name="Delete user")
    expect(button).to_be_disabled()
    admin.keyboard.type("caro")
    expect(button).to_be_disabled()
    admin.keyboard.type("l")
    expect(button).to_be_enabled()
    admin.keyboard.press("Enter")
    expect(admin.locator("#flash")).to_contain_text("carol")
    assert not User.objects.filter(account=lab.account, user_name="carol").exists()


def test_tab_leaves_the_editor_and_control_enter_submits_it(lab: Lab, admin: Page) -> None:
    admin.goto(lab.address("policy-create"))
    editor = admin.locator(".cm-content")
    tab_to(admin, editor)
    admin.keyboard.press("Tab")
    expect(editor).not_to_be_focused()
    admin.keyboard.press("Shift+Tab")
    expect(editor).to_be_focused()
    admin.keyboard.press("Control+A")
    admin.keyboard.insert_text(
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}'
    )
    admin.keyboard.press("Control+Enter")
    expect(admin.get_by_role("heading", level=1)).to_have_text("Review and create")


def test_the_core_tasks_need_no_mouse(lab: Lab, arrive: Arrive) -> None:
    page = arrive().page
    page.goto(lab.address("signin"))
    enter(page, ACCOUNT_FIELD, lab.account.alias or "")
    enter(page, "IAM user name", "alice")
    enter(page, "Password", lab.passwords["alice"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/iam/")

    page.goto(lab.address("user-create"))
    enter(page, "User name", "dave")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Set permissions")
    press(page, "checkbox", "Select QA", "Space")
    press(page, "button", "Next")
    expect(page.get_by_role("heading", level=1)).to_have_text("Review and create")
    press(page, "button", "Create user")
    expect(page.get_by_role("heading", level=1)).to_have_text("dave")

    page.goto(lab.address("policy-create"))
    tab_to(page, page.locator(".cm-content"))
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}'
    )
    press(page, "button", "Next")
    enter(page, "Policy name", "SendMessages")
    press(page, "button", "Create policy")
    expect(page.get_by_role("heading", level=1)).to_have_text("SendMessages")

    page.goto(lab.address("policy-attach", lab.policy_arn("SendMessages")))
    press(page, "checkbox", "Select dave", "Space")
    press(page, "button", "Attach policy")
    expect(page.locator("#flash")).to_contain_text("attached to dave")
    assert ManagedPolicy.objects.get(account=lab.account, policy_name="SendMessages").attachments.count() == 1

    page.goto(lab.address("simulator"))
    enter(page, "Principal", "user/dave")
    enter(page, "Actions", "sqs:SendMessage")
    press(page, "button", "Run simulation")
    expect(page.locator("#explain-title")).to_be_focused()
    expect(page.locator("#explain .l.hit").first).to_contain_text("Effect")

    page.goto(lab.address("user-detail", "dave"))
    press(page, "link", "Delete")
    expect(page.locator("dialog[open] [name=confirm]")).to_be_focused()
    page.keyboard.type("dave")
    page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_contain_text("Users")
    expect(page.locator("#flash")).to_contain_text("dave")
